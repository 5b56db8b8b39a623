#!/usr/bin/env bash
# bench_smoke_test.sh GATEFOLD: each scenario of the benchmark gives its lines, with operations counted.
output=$("$1" bench --seconds 0.2 --events 2000 -o json) || { echo "it failed: $output"; exit 1; }
for name in "ready, empty directory" "create, 1 writers" "create, 64 writers" "get" "list of 10000" \
  "patch, 64 objects" "patch, one object" "watch, 100 watchers" "write, embedded" \
  "open 1000 events" "open 2000 events" "open after SIGKILL" "scan of the log" "replay folds" "replay: fold all anew" "size of the history" \
  "validate, 64 listeners"; do
  line=$(grep -F "{\"name\":\"$name\"" <<<"$output")
  if ! grep -qE '"operations":[1-9]' <<<"$line"; then
    echo "nothing was measured for $name: $line"
    exit 1
  fi
done
echo "$(wc -l <<<"$output") lines"
