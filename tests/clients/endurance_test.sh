#!/usr/bin/env bash
# endurance_test.sh GATEFOLD SOURCE_DIR CLIENTS SECONDS: a controller runs for a while; its connections break at random,
# and the server starts anew twice, on its data directory. The program judges what it sees of that.
GATEFOLD=$1 source=$2 clients=$3 seconds=$4
. "$source/tests/clients/lib.sh"
start_server --data "$work/data"
listen=${url#http://}

"$clients" -duration "${seconds}s" endurance >"$work/endurance.log" 2>&1 &
program=$!
for _ in 1 2; do
  sleep $((seconds / 3))
  stop_server || fail "the server ended with code $?" "$(cat "$work/server.log")"
  start_server --data "$work/data"
done
wait "$program" || fail "the controller found something" "$(grep -v '^I' "$work/endurance.log")"
# The log is kept: a version from before a restart is good after it.
if grep -E '^/.*(410|ERROR event)' "$work/endurance.log"; then fail "a restart expires nothing (R16.15)"; fi
grep -E '^(ok|FAILED|[0-9]+ writes|/)' "$work/endurance.log"
stop_server || fail "the server ended with code $?" "$(cat "$work/server.log")"
expect "what is kept is whole" '' "$GATEFOLD" verify --data "$work/data"
start_server --data "$work/data"
finish
