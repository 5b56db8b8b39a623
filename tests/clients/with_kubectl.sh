#!/usr/bin/env bash
# with_kubectl.sh GO FOLDER COMMAND...: builds kubectl from its Go module into FOLDER, then runs the command.
go=$1 folder=$2
shift 2
if [[ ! -x $go ]]; then
  echo "SKIP: kubectl of the Go module needs Go"
  exit 0
fi
# From this version on, Go fetches the toolchain that a module asks for; unless it is told not to.
first=1.21
version=$("$go" version | sed -E 's/.*go([0-9.]+).*/\1/')
if [[ $(printf '%s\n' "$first" "$version" | sort -V | head -1) != "$first" ]]; then
  echo "SKIP: kubectl of the Go module needs a newer Go"
  exit 0
fi
mkdir -p "$folder"
version=$(sed -n 's|.*k8s.io/kubectl v0\.|v1.|p' "$(dirname "$0")/kubectl/go.mod" | head -1)
package=k8s.io/component-base/version
if ! (cd "$(dirname "$0")/kubectl" &&
  "$go" build -trimpath -ldflags "-X $package.gitVersion=$version" -o "$folder/kubectl" .) >"$folder/build.log" 2>&1; then
  if grep -qE 'requires go >=|toolchain not available' "$folder/build.log"; then
    echo "SKIP: kubectl of the Go module needs a newer Go"
    exit 0
  fi
  if grep -qE 'dial tcp|no such host|i/o timeout|proxyconnect' "$folder/build.log"; then
    echo "SKIP: the Go modules of kubectl can't be fetched"
    exit 0
  fi
  cat "$folder/build.log"
  exit 1
fi
exec "$@"
