#!/usr/bin/env bash
# expectations_test.sh GO FOLDER: what is in expected/ is what Kubernetes' own parsers say to the selectors here.
# Builds the generator in FOLDER; what is expected is rewritten with GATEFOLD_BLESS=1.
go=$1 folder=$2
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../../support/go_build.sh"
go_build "the reference of selectors" "$go" "$here/generate" "$folder/generate"
rm -rf "$folder/expected"
"$folder/generate" "$here" "$folder/expected" || exit 1
if [[ ${GATEFOLD_BLESS:-} == 1 ]]; then
  rm -rf "$here/expected"
  cp -r "$folder/expected" "$here/expected"
fi
diff -r "$here/expected" "$folder/expected"
