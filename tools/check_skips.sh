#!/usr/bin/env bash
# check_skips.sh LIST LOG...: fails when a log has a line `SKIP: TEXT` (blanks around it don't
# count) that LIST does not have as `TEXT -- reason`. Lines of LIST that begin with # say nothing.
set -euo pipefail
list=$1
shift

bare=$(grep -vE '^[[:space:]]*(#|$)' "$list" | grep -vE '^.+ -- .*[^[:space:]]' || true)
if [[ -n $bare ]]; then
  printf '%s: no reason: %s\n' "$list" "$bare" >&2
  exit 1
fi

skipped=$(sed -nE 's/^[[:space:]]*SKIP: (.*[^[:space:]])[[:space:]]*$/\1/p' -- "$@" | sort -u)
listed=$(sed -nE '/^[[:space:]]*#/d; s/ -- .*$//p' "$list" | sort -u)
unlisted=$(comm -23 <(echo "$skipped") <(echo "$listed") | grep . || true)
if [[ -n $unlisted ]]; then
  printf 'skipped, but not in %s:\n%s\n' "$list" "$unlisted" >&2
  exit 1
fi
