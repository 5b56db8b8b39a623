#!/usr/bin/env bash
# with_kubectl.sh GO FOLDER COMMAND...: builds kubectl from its Go module into FOLDER, then runs the command.
go=$1 folder=$2
shift 2
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../support/go_build.sh"
version=$(sed -n 's|.*k8s.io/kubectl v0\.|v1.|p' "$here/kubectl/go.mod" | head -1)
go_build "kubectl of the Go module" "$go" "$here/kubectl" "$folder/kubectl" \
  -ldflags "-X k8s.io/component-base/version.gitVersion=$version"
exec "$@"
