#!/usr/bin/env bash
# expectations_test.sh GO FOLDER: what is in expected/ is what the reference implementation says to
# expressions/ and definitions/, and so in admission/. Builds the generator in FOLDER; what is expected
# is rewritten with GATEFOLD_BLESS=1.
go=$1 folder=$2
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../../support/go_build.sh"
go_build "the reference of CEL" "$go" "$here/generate" "$folder/generate"
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
