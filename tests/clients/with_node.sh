#!/usr/bin/env bash
# with_node.sh FOLDER COMMAND...: installs client-node in FOLDER, beside a copy of its test, then runs the command.
folder=$1
shift
here=$(cd "$(dirname "$0")" && pwd)
if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
  echo "SKIP: client-node needs node and npm"
  exit 0
fi
if [[ $(node -p 'process.versions.node.split(".")[0]') -lt 18 ]]; then
  echo "SKIP: client-node needs a newer node"
  exit 0
fi
mkdir -p "$folder"
if ! cmp -s "$here/node/package-lock.json" "$folder/installed.json"; then
  cp "$here"/node/package*.json "$folder"
  if ! (cd "$folder" && npm ci --no-audit --no-fund --ignore-scripts) >"$folder/npm.log" 2>&1; then
    if grep -qE 'ENOTFOUND|ECONNREFUSED|EAI_AGAIN|ETIMEDOUT' "$folder/npm.log"; then
      echo "SKIP: client-node can't be fetched"
      exit 0
    fi
    cat "$folder/npm.log"
    exit 1
  fi
  cp "$here/node/package-lock.json" "$folder/installed.json"
fi
cp "$here"/node/*.js "$folder"
exec "$@"
