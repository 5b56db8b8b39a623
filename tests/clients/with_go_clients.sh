#!/usr/bin/env bash
# with_go_clients.sh GO FOLDER COMMAND...: builds the clients of the Go module into FOLDER, then runs the command.
go=$1 folder=$2
shift 2
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../support/go_build.sh"
go_build client-go "$go" "$here/go" "$folder/clients"
exec "$@"
