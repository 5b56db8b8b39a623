#!/usr/bin/env bash
# with_kubectl.sh GO FOLDER COMMAND...: builds kubectl from its Go module into FOLDER, then runs the command. The module
# is that of the release in $KUBECTL_RELEASE, or the newest.
go=$1 folder=$2
shift 2
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../support/go_build.sh"
module=$here/kubectl${KUBECTL_RELEASE:+-$KUBECTL_RELEASE}
version=$(sed -n 's|.*k8s.io/kubectl v0\.|v1.|p' "$module/go.mod" | head -1)
go_build "kubectl of the Go module" "$go" "$module" "$folder/kubectl" \
  -ldflags "-X k8s.io/component-base/version.gitVersion=$version"
exec "$@"
