#!/usr/bin/env bash
# program_test.sh GATEFOLD SOURCE_DIR COMMAND...: the command finds that a server in memory behaves like Kubernetes. It
# gets a KUBECONFIG, and is told nothing else.
GATEFOLD=$1 source=$2
shift 2
. "$source/tests/clients/lib.sh"
start_server --in-memory
"$@" || fail "$*: exit code $?"
finish
