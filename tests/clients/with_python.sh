#!/usr/bin/env bash
# with_python.sh FOLDER COMMAND...: makes a virtual environment with the Python client in FOLDER, then runs the command
# where python3 is that one. Where there is none to be made, Debian's python3-kubernetes will do.
folder=$1
shift
here=$(cd "$(dirname "$0")" && pwd)
if ! command -v python3 >/dev/null; then
  echo "SKIP: the Python client needs Python"
  exit 0
fi
mkdir -p "$folder"
if ! cmp -s "$here/python/requirements.txt" "$folder/installed.txt"; then
  rm -rf "$folder/venv"
  if python3 -m venv "$folder/venv" >"$folder/pip.log" 2>&1 &&
    "$folder/venv/bin/python" -m pip install --quiet -r "$here/python/requirements.txt" >>"$folder/pip.log" 2>&1; then
    cp "$here/python/requirements.txt" "$folder/installed.txt"
  elif python3 -c 'import kubernetes.dynamic, kubernetes.leaderelection' 2>>"$folder/pip.log"; then
    exec "$@"
  elif grep -qE 'ensurepip is not available' "$folder/pip.log"; then
    echo "SKIP: the Python client needs python3-venv"
    exit 0
  elif grep -qE 'NewConnectionError|Temporary failure in name resolution|ConnectTimeoutError|No matching distribution' "$folder/pip.log"; then
    echo "SKIP: the Python client can't be fetched"
    exit 0
  else
    cat "$folder/pip.log"
    exit 1
  fi
fi
PATH=$folder/venv/bin:$PATH exec "$@"
