# go_build WHAT GO MODULE OUTPUT FLAGS...: builds a Go module; ends the script with a skip where Go or the network is
# missing, and with the build's complaints where it fails otherwise. To be sourced.
go_build() {
  local what=$1 go=$2 module=$3 output=$4
  shift 4
  if [[ ! -x $go ]]; then
    echo "SKIP: $what needs Go"
    exit 0
  fi
  # From this version on, Go fetches the toolchain that a module asks for; unless it is told not to.
  local first=1.21 version
  version=$("$go" version | sed -E 's/.*go([0-9.]+).*/\1/')
  mkdir -p "$(dirname "$output")"
  local log=$output.log
  if [[ $(printf '%s\n' "$first" "$version" | sort -V | head -1) == "$first" ]]; then
    (cd "$module" && "$go" build -trimpath "$@" -o "$output" .) >"$log" 2>&1 && return
  else
    echo "requires go >= $first" >"$log"
  fi
  if grep -qE 'requires go >=|toolchain not available' "$log"; then
    echo "SKIP: $what needs a newer Go"
    exit 0
  fi
  if grep -qE 'dial tcp|no such host|i/o timeout|proxyconnect' "$log"; then
    echo "SKIP: the modules of $what can't be fetched"
    exit 0
  fi
  cat "$log"
  exit 1
}
