#!/usr/bin/env bash
# openapi_test.sh GATEFOLD GO FOLDER SOURCE_DIR: /openapi/v2 in protobuf is what kubectl up to 1.28 reads, with the
# libraries that it reads it with (R3.6). Builds the reader in FOLDER.
GATEFOLD=$1 go=$2 folder=$3 source=$4
. "$source/tests/support/go_build.sh"
go_build "the reference of protobuf" "$go" "$source/tests/conformance/protobuf/generate" "$folder/generate"
. "$source/tests/clients/lib.sh"
start_server --in-memory

accept='application/com.github.proto-openapi.spec.v2@v1.0+protobuf'
curl -sf -D "$work/head" -H "Accept: $accept" -o "$work/openapi.pb" "$url/openapi/v2" || fail "the document is served (R3.6)"
expect "its type is named as kubectl asks for it (R3.6)" '^Content-Type: application/com\.github\.proto-openapi\.spec\.v2\.v1\.0\+protobuf' cat "$work/head"
expect "it is read whole, and objects are validated by it (R3.6)" '^[0-9]+ models, [0-9]{2,} with a kind; 0 errors in a ConfigMap, 1 in a broken one$' \
  "$folder/generate" openapi "$work/openapi.pb"
finish
