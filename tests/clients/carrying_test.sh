#!/usr/bin/env bash
# A history leaves a server and its directory as a file and comes back, is backed up while the server goes on, restored,
# and folded anew after damage.
# carrying_test.sh GATEFOLD SOURCE_DIR DROP_DERIVED
GATEFOLD=$1 source=$2 drop_derived=$3
. "$source/tests/clients/lib.sh"
start_server --data "$work/data" --backup-dir "$work/backups"
maps=$url/api/v1/namespaces/default/configmaps

put() { # NAME VALUE
  curl -fsS -m 60 -o "$work/answer" -X PATCH -H 'Content-Type: application/apply-patch+yaml' \
    -d "{apiVersion: v1, kind: ConfigMap, metadata: {name: $1}, data: {v: '$2'}}" "$maps/$1?fieldManager=ann" ||
    fail "put $1"
}
verified() { # DIRECTORY
  "$GATEFOLD" verify --data "$1" | sed -n 's/^fine: .*, revision/revision/p'
}
log() { "$GATEFOLD" log -o json --bodies "$@"; }

for value in 1 2 3; do put a "$value" && put b "$value"; done
log --server "$url" >"$work/live"
for form in jsonl flatbuffers; do
  expect "export as $form" '^exported [0-9]+ events to ' \
    "$GATEFOLD" export --server "$url" --format "$form" -o "$work/history.$form"
  expect "import of $form" '^imported [0-9]+ events to .*, chain ' \
    "$GATEFOLD" import "$work/history.$form" --data "$work/copy.$form"
  log --data "$work/copy.$form" | diff "$work/live" - >"$work/differs" ||
    fail "$form is lossless" "$(cat "$work/differs")"
  "$GATEFOLD" export --data "$work/copy.$form" --format "$form" | cmp "$work/history.$form" - ||
    fail "$form: a copy exports the same bytes"
  verified "$work/copy.$form" >>"$work/verified"
done
[[ $(sort -u "$work/verified" | wc -l) -eq 1 ]] || fail "copies have one chain" "$(cat "$work/verified")"
cp "$work/history.jsonl" "$work/last_good"
expect_code "an export that fails" 3 reached "$GATEFOLD" export --server http://127.0.0.1:1 -o "$work/history.jsonl"
cmp "$work/history.jsonl" "$work/last_good" || fail "the last export stays"
[[ ! -e $work/history.jsonl.unfinished ]] || fail "an export that fails leaves nothing behind"
mkfifo "$work/pipe"
cat "$work/pipe" >"$work/piped" &
expect "export to a pipe" '^exported' "$GATEFOLD" export --server "$url" -o "$work/pipe"
wait $!
cmp "$work/history.jsonl" "$work/piped" || fail "what went through a pipe is whole"
cat "$work/pipe" >/dev/null &
expect_code "an export to a pipe that fails" 3 reached "$GATEFOLD" export --server http://127.0.0.1:1 -o "$work/pipe"
wait $!
[[ -p $work/pipe ]] || fail "a pipe stays one"
expect_code "an import into what is there" 2 'there already' \
  "$GATEFOLD" import "$work/history.jsonl" --data "$work/copy.jsonl"
head -c 5000 "$work/history.jsonl" >"$work/cut.jsonl"
expect_code "a file that is cut off" 4 'cut off' "$GATEFOLD" import "$work/cut.jsonl" --data "$work/cut"
[[ ! -e $work/cut && ! -e $work/cut.unfinished ]] || fail "a broken import leaves nothing behind"
"$GATEFOLD" export --server "$url" --kind configmap -n default -o "$work/part.jsonl" 2>"$work/exported" ||
  fail "export of a part" "$(cat "$work/exported")"
expect "import of a part" '^imported 6 events' "$GATEFOLD" import "$work/part.jsonl" --data "$work/part"
log --data "$work/part" | grep 'history.gatefold.dev/original-revision' >/dev/null || fail "a part has its old numbers beside the new ones"
expect "verify of a part" '^fine' "$GATEFOLD" verify --data "$work/part"

expect "a first backup" '^ +1 ' "$GATEFOLD" backup --server "$url" --to daily
put a 4
revision=$(sed -nE 's/.*"resourceVersion": ?"([0-9]+)".*/\1/p' "$work/answer")
expect "a second one" '^ +2 ' "$GATEFOLD" backup --server "$url" --to daily
expect_code "a backup elsewhere" 2 'below' "$GATEFOLD" backup --server "$url" --to ../elsewhere
expect_code "a backup that a page in a browser asks for" 0 '400' curl -s -m 60 -o /dev/null -w '%{http_code}' \
  -X POST "$url/gatefold/v1/backup?to=daily"
log --server "$url" >"$work/live"
put a 5 # what the backups do not know
seen=$(sed -nE 's/.*"resourceVersion": ?"([0-9]+)".*/\1/p' "$work/answer")
[[ $("$GATEFOLD" backups "$work/backups/daily" | wc -l) -eq 3 ]] || fail "two backups are listed"
expect "backups as JSON" "^\{\"id\":2,\"time\":\".*\",\"revision\":$revision,\"bytes\":[1-9]" \
  "$GATEFOLD" backups "$work/backups/daily" -o json
expect "the first one is restored" 'restored backup 1 ' \
  "$GATEFOLD" restore "$work/backups/daily" --backup 1 --data "$work/first"
expect "the last one is restored" "restored backup 2 .* at revision $revision, .*; new events begin at [0-9]{16}" \
  "$GATEFOLD" restore "$work/backups/daily" --data "$work/restored"
log --data "$work/restored" | diff "$work/live" - >"$work/differs" ||
  fail "what is restored is what was" "$(cat "$work/differs")"
expect "verify of what is restored" '^fine' "$GATEFOLD" verify --data "$work/restored"
stop_server || fail "the server did not end well"
expect "a third one, of the directory" '^ +3 ' \
  "$GATEFOLD" backup --data "$work/data" --to "$work/backups/daily" --keep 2
[[ $("$GATEFOLD" backups "$work/backups/daily" | wc -l) -eq 3 ]] || fail "two backups are kept"

start_server --data "$work/restored"
maps=$url/api/v1/namespaces/default/configmaps
expect "what was lost is not there" '"v": ?"4"' curl -fsS -m 60 "$maps/a"
expect "who has seen it lists anew" '"code": ?410' \
  curl -sS -m 60 "$maps?watch=true&timeoutSeconds=5&resourceVersion=$seen"
put a 6
expect "it goes on with higher numbers" '"resourceVersion": ?"[0-9]{16}"' cat "$work/answer"
number=$((revision + 1)) # passed over
check_passed_over() { # SOURCE
  local said="revision $number is of another history: a backup was restored at $revision" words
  for words in "show configmap/default/a --at $number" "diff configmap/default/a $number" \
    "bisect configmap/default/a true --from $number" "bisect configmap/default/a true --to $number"; do
    expect_code "$words, which was passed over" 1 "$said" "$GATEFOLD" $words "$@"
  done
  for words in "log --until $number" "log --after $number" "lint --until $number" "stats --until $number" "export --to $number"; do
    expect_code "$words, which was passed over" 3 "$said" "$GATEFOLD" $words "$@"
  done
  expect "the backup's head is here" '^  v: .4' "$GATEFOLD" show configmap/default/a --at "$revision" "$@"
}
check_passed_over --server "$url"
expect_code "a server without --backup-dir" 2 'without --backup-dir' "$GATEFOLD" backup --server "$url" --to daily
stop_server || fail "the restored server did not end well"
expect "verify of what went on" '^fine' "$GATEFOLD" verify --data "$work/restored"
check_passed_over --data "$work/restored"

log --data "$work/restored" >"$work/whole"
expect "folded rows are lost" '4 families' "$drop_derived" "$work/restored" rows
expect_code "verify finds that" 5 '^derived rows damaged: ' "$GATEFOLD" verify --data "$work/restored"
expect_code "and what mends it" 5 "gatefold rebuild --data $work/restored\$" "$GATEFOLD" verify --data "$work/restored"
expect_code "in JSON, too" 5 '"verdict":"derived rows damaged".*"derived":true' "$GATEFOLD" verify --data "$work/restored" -o json
expect "rebuild" '^dropped current, .* folded the log anew' "$GATEFOLD" rebuild --data "$work/restored"
expect "verify of what was rebuilt" '^fine' "$GATEFOLD" verify --data "$work/restored"
log --data "$work/restored" | cmp - "$work/whole" || fail "the log is what it was"

expect "derived families are lost" '4 families' "$drop_derived" "$work/restored"
expect_code "verify says what makes them anew" 3 'gatefold rebuild' "$GATEFOLD" verify --data "$work/restored"
expect_code "who reads is told, too" 3 'gatefold rebuild' "$GATEFOLD" log --data "$work/restored"
expect "rebuild makes the families" '^dropped current, .* folded the log anew' "$GATEFOLD" rebuild --data "$work/restored"
expect "verify of that" '^fine' "$GATEFOLD" verify --data "$work/restored"
log --data "$work/restored" | cmp - "$work/whole" || fail "the log is still what it was"
before=$(sha256sum "$work/restored"/*.sst)
for table in "$work/restored"/*.sst; do printf 'damaged' | dd of="$table" bs=1 seek=8 conv=notrunc status=none; done
damaged=$(sha256sum "$work/restored"/*.sst)
[[ $damaged != "$before" ]] || fail "tables are damaged"
expect_code "verify of a damaged log" 4 '^damaged: ' "$GATEFOLD" verify --data "$work/restored"
expect_code "a rebuild of it" 4 'corruption: [a-z]+, revision.*; nothing was dropped' "$GATEFOLD" rebuild --data "$work/restored"
[[ $(sha256sum "$work/restored"/*.sst) == "$damaged" ]] || fail "nothing is changed"
finish
