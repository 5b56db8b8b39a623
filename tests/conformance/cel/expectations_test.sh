#!/usr/bin/env bash
# expectations_test.sh GO FOLDER: what is in expected/ is what the reference implementation says to
# expressions/ and definitions/, and so in admission/. Builds the generator in FOLDER; what is expected
# is rewritten with GATEFOLD_BLESS=1.
go=$1 folder=$2
here=$(cd "$(dirname "$0")" && pwd)
if [[ ! -x $go ]]; then
  echo "SKIP: the expectations of CEL need Go"
  exit 0
fi
# From this version on, Go fetches the toolchain that a module asks for; unless it is told not to.
first=1.21
version=$("$go" version | sed -E 's/.*go([0-9.]+).*/\1/')
if [[ $(printf '%s\n' "$first" "$version" | sort -V | head -1) != "$first" ]]; then
  echo "SKIP: the expectations of CEL need a newer Go"
  exit 0
fi
mkdir -p "$folder"
if ! (cd "$here/generate" && "$go" build -trimpath -o "$folder/generate" .) >"$folder/build.log" 2>&1; then
  if grep -qE 'requires go >=|toolchain not available' "$folder/build.log"; then
    echo "SKIP: the expectations of CEL need a newer Go"
    exit 0
  fi
  if grep -qE 'dial tcp|no such host|i/o timeout|proxyconnect' "$folder/build.log"; then
    echo "SKIP: the Go modules of Kubernetes' CEL can't be fetched"
    exit 0
  fi
  cat "$folder/build.log"
  exit 1
fi
rm -rf "$folder/expected" "$folder/admission"
# Zones of the reference are those of the machine; the module's own are the same everywhere.
ZONEINFO=$("$go" env GOROOT)/lib/time/zoneinfo.zip
export ZONEINFO
"$folder/generate" "$here" "$folder/expected" || exit 1
"$folder/generate" admission "$here/admission/expressions" "$folder/admission" || exit 1
if [[ ${GATEFOLD_BLESS:-} == 1 ]]; then
  rm -rf "$here/expected" "$here/admission/expected"
  cp -r "$folder/expected" "$here/expected"
  cp -r "$folder/admission" "$here/admission/expected"
fi
diff -r "$here/expected" "$folder/expected" && diff -r "$here/admission/expected" "$folder/admission"
