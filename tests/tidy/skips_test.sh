#!/usr/bin/env bash
# tools/check_skips.sh passes listed skips; it fails for each other one and for missing reasons.
set -euo pipefail
check=$(dirname "${BASH_SOURCE[0]}")/../../tools/check_skips.sh
folder=$(mktemp -d)
trap 'rm -r "$folder"' EXIT
list=$folder/list log=$folder/log

fails() {
  if "$check" "$list" "$log" 2>"$folder/stderr"; then
    echo "passed, but should have failed: $1"
    exit 1
  fi
  grep -qF -- "$2" "$folder/stderr" || { echo "$1: unnamed: $2" && exit 1; }
}

printf '# why\n\nno go -- Debian has no Go 1.24\nno data: ../x -- a clean clone has none\n' >"$list"
printf 'SKIP\nSKIPPED: x\nok\n' >"$log"
"$check" "$list" "$log"
printf '  SKIP: no go\nSKIP: no data: ../x  \nSKIP: no go\n' >"$log"
"$check" "$list" "$log"

printf 'SKIP: no go\nSKIP: no go at all\n' >"$log"
fails "a skip that only begins like a listed one" "no go at all"
printf 'SKIP: why\n' >"$log"
fails "a comment is no entry" "why"
printf 'SKIP: x\n' >"$log"
: >"$list"
fails "an empty list" "x"

: >"$log"
printf 'no go\n' >"$list"
fails "an entry without a reason" "no go"
printf 'no go -- \n' >"$list"
fails "an entry with an empty reason" "no go"
