#!/usr/bin/env bash
# expectations_test.sh GO FOLDER: what is in expected/ is what the reference implementation says to
# expressions/. Builds the generator in FOLDER; expected/ is rewritten with GATEFOLD_BLESS=1.
go=$1 folder=$2
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../../support/go_build.sh"
go_build "the reference of CEL" "$go" "$here/generate" "$folder/generate"
rm -rf "$folder/expected"
# Zones of the reference are those of the machine; the module's own are the same everywhere.
ZONEINFO=$("$go" env GOROOT)/lib/time/zoneinfo.zip "$folder/generate" "$here/expressions" "$folder/expected" || exit 1
if [[ ${GATEFOLD_BLESS:-} == 1 ]]; then
  rm -rf "$here/expected"
  cp -r "$folder/expected" "$here/expected"
fi
diff -r "$here/expected" "$folder/expected"
