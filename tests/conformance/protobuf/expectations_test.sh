#!/usr/bin/env bash
# expectations_test.sh GO FOLDER CONFORMANCE_TEST: the table of messages is what the tags of Kubernetes' Go types
# say, expected/ is what these types make of bodies, and a thousand objects more are decoded as they decode them.
# Builds the generator in FOLDER; GATEFOLD_BLESS=1 rewrites what is kept.
go=$1 folder=$2 conformance=$3
here=$(cd "$(dirname "$0")" && pwd)
table=$here/../../../schema/proto/messages.table
. "$here/../../support/go_build.sh"
go_build "the reference of protobuf" "$go" "$here/generate" "$folder/generate"
set -e
rm -rf "$folder/expected"
mkdir "$folder/expected"
samples=$(cd "$here/generate" && "$go" list -m -f '{{.Dir}}' k8s.io/api)/testdata/HEAD
"$folder/generate" tables >"$folder/messages.table"
"$folder/generate" objects 3 60 >"$folder/expected/objects.jsonl"
"$folder/generate" samples "$samples" >"$folder/expected/samples.jsonl"
if [[ ${GATEFOLD_BLESS:-} == 1 ]]; then
  cp "$folder/messages.table" "$table"
  rm -rf "$here/expected"
  cp -r "$folder/expected" "$here/expected"
fi
diff "$table" "$folder/messages.table"
diff -r "$here/expected" "$folder/expected"
"$folder/generate" objects 40 400 >"$folder/objects.jsonl"
GATEFOLD_PROTOBUF_OBJECTS=$folder/objects.jsonl "$conformance" "every object*"
echo "protobuf_expectations_test: the table is Kubernetes', $(wc -l <"$folder/objects.jsonl") objects are decoded as by Go (R4.8, R4.9)"
