#!/usr/bin/env bash
# with_debian_kubectl.sh FOLDER COMMAND...: unpacks Debian's kubernetes-client (1.20) into FOLDER without installing it,
# since it may stand beside another kubectl; then runs the command.
folder=$1
shift
mkdir -p "$folder/package"
if [[ ! -x $folder/kubectl ]]; then
  if ! (cd "$folder/package" && apt-get download -q kubernetes-client) >"$folder/download.log" 2>&1; then
    echo "SKIP: Debian's kubernetes-client can't be fetched"
    exit 0
  fi
  dpkg -x "$folder"/package/kubernetes-client_*.deb "$folder/package" &&
    cp "$folder/package/usr/bin/kubectl" "$folder/kubectl" || exit 1
fi
exec "$@"
