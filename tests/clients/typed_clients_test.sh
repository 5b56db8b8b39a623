#!/usr/bin/env bash
# typed_clients_test.sh GATEFOLD GO FOLDER SOURCE_DIR: client-go's typed clients, which send protobuf and fall back to
# nothing (R4.1, R4.2). Builds them in FOLDER.
GATEFOLD=$1 go=$2 folder=$3 source=$4
. "$source/tests/support/go_build.sh"
go_build "a typed client" "$go" "$source/tests/clients/typed_clients" "$folder/typed_clients"
. "$source/tests/clients/lib.sh"
start_server --in-memory
expect "typed clients write what controllers write (R4.1, R4.2)" '^ok: bodies were in protobuf' "$folder/typed_clients" "$KUBECONFIG"
finish
