#!/usr/bin/env bash
# Installs the Debian packages that are missing, builds the release and serves on 127.0.0.1:8080
# with ./data. Flags go to `gatefold serve` and win over these two; --help prints the binary's help
# and all flags of `serve`.
set -euo pipefail
house=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
. "$house/tools/packages.sh"

install_packages "${build_packages[@]}"
# stdout belongs to the binary: its first line says in JSON that it is ready.
(
  cd "$house"
  cmake --preset release -DGATEFOLD_TESTS=OFF --log-level=WARNING >/dev/null
  cmake --build --preset release --target gatefold
) >&2

gatefold=$house/build/release/gatefold
listen=(--listen 127.0.0.1:8080)
data=(--data ./data)
for flag; do
  case $flag in
    -h | --help)
      "$gatefold" --help
      printf '\n== gatefold serve\n'
      exec "$gatefold" serve --help
      ;;
    --listen | --listen=*) listen=() ;;
    --data | --data=* | --in-memory) data=() ;;
  esac
done
exec "$gatefold" serve "${listen[@]}" "${data[@]}" "$@"
