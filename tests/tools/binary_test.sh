#!/usr/bin/env bash
# The binary as people call it: readiness, refusals, exit codes, the reading tools, restart.
# binary_test.sh GATEFOLD SOURCE_DIR
GATEFOLD=$(realpath "$1") source=$2
command -v curl >/dev/null || { echo "SKIP: curl is not installed"; exit 0; }
. "$source/tests/clients/lib.sh"
data=$work/data

same() { # NAME EXPECTED ACTUAL
  [[ $2 == "$3" ]] || fail "$1" "$(diff <(printf '%s\n' "$2") <(printf '%s\n' "$3"))"
}
send() { # METHOD PATH TYPE BODY
  curl -sS --fail-with-body -X "$1" -H "Content-Type: $3" -H 'User-Agent: controller/1' --data-binary "$4" "$url$2" 2>&1 ||
    fail "$1 $2"
}
create() { send POST "$1" application/json "$2" >/dev/null; }
gateways=/apis/gateway.networking.k8s.io/v1/namespaces/default/gateways
write_status() { # STATUS TIME REASON
  send PATCH "$gateways/web/status?fieldManager=controller" application/merge-patch+json "{\"status\":{\"conditions\":[
    {\"type\":\"Programmed\",\"status\":\"$1\",\"reason\":\"$3\",\"message\":\"\",\"observedGeneration\":1,\"lastTransitionTime\":\"$2\"}]}}" >/dev/null
}

# What needs no server.
expect_code "version" 0 '^gatefold [0-9]+\.[0-9]+' "$GATEFOLD" --version
expect_code "help" 0 'Exit codes: 0 fine' "$GATEFOLD" --help
expect_code "no command" 2 'subcommand' "$GATEFOLD"
expect_code "an unknown command" 2 'no subcommand "frobnicate"' "$GATEFOLD" frobnicate
expect_code "an unknown flag" 2 'wrong' "$GATEFOLD" serve --in-memory --wrong
expect_code "an option that was left empty" 2 'at: an empty value' "$GATEFOLD" serve --in-memory --at ''
expect_code "two places for the state" 2 '.' "$GATEFOLD" serve --in-memory --data "$data"
expect_code "an address for everybody" 2 'allow-unauthenticated' "$GATEFOLD" serve --in-memory --listen 0.0.0.0:0
expect_code "no time to live" 2 'event-ttl wants a duration' "$GATEFOLD" serve --in-memory --event-ttl soon
expect_code "a negative time to live" 2 'event-ttl wants a duration' "$GATEFOLD" serve --in-memory --event-ttl=-1h
expect_code "retention without limits" 2 'RESOURCE=LIMIT' "$GATEFOLD" serve --in-memory --retain secrets
expect_code "retention of what is always kept" 2 'always kept' "$GATEFOLD" serve --in-memory \
  --retain customresourcedefinitions.apiextensions.k8s.io=age:1h
expect_code "no address" 2 'ADDRESS:PORT' "$GATEFOLD" serve --in-memory --listen nowhere
expect_code "following a directory" 2 'needs --server' "$GATEFOLD" log --data "$work" --follow
config() { # SERVER [LINE]: the kubeconfig for it
  printf '%s\n' 'apiVersion: v1' 'kind: Config' 'clusters:' '- name: gatefold' '  cluster:' "    server: $1" "${@:2}" \
    'users:' '- name: gatefold' '  user: {}' 'contexts:' '- name: gatefold' '  context:' '    cluster: gatefold' \
    '    user: gatefold' '    namespace: default' 'current-context: gatefold'
}
same "kubeconfig" "$(config http://127.0.0.1:7777 '    insecure-skip-tls-verify: true')" \
  "$("$GATEFOLD" kubeconfig --server http://127.0.0.1:7777)"
same "kubeconfig of a server with certificates" "$(config https://gatefold.example)" \
  "$("$GATEFOLD" kubeconfig --server https://gatefold.example)"

# A directory of something else stays as it is.
mkdir "$work/photos" && echo cheese >"$work/photos/one.jpg"
for command in "log" "transitions gateway/default/web" "show gateway/default/web" stats verify; do
  expect_code "$command of no data directory" 3 'no data directory' "$GATEFOLD" $command --data "$work/photos"
  expect_code "$command of nothing" 3 'no data directory' "$GATEFOLD" $command --data "$work/nothing"
done
same "reading leaves nothing behind" "one.jpg" "$(ls -A "$work/photos")"
[[ ! -e $work/nothing ]] || fail "reading makes no directory"
expect_code "no server" 3 "can't be reached" "$GATEFOLD" log --server http://127.0.0.1:1
expect_code "no server at an address in brackets" 3 "\[::1\] can't be reached: [^H]" "$GATEFOLD" log --server 'http://[::1]'
same "no head of a table that there is not" "" "$("$GATEFOLD" log --server http://127.0.0.1:1 2>/dev/null)"
expect_code "verify as JSON of nothing" 3 '"findings":\[\{"revision":0,"where":"directory","message":".*no data directory"' \
  "$GATEFOLD" verify --data "$work/nothing" -o json
for command in "log" "stats" "lint"; do
  expect_code "$command until no moment" 2 'is no moment' "$GATEFOLD" $command --data "$work/nothing" --until soon
  expect_code "$command since no time" 2 'neither a time .* nor an age' "$GATEFOLD" $command --data "$work/nothing" --since soon
done
expect_code "export from no moment" 2 'is no moment' "$GATEFOLD" export --data "$work/nothing" --from soon
expect_code "following until a time" 2 'not until a time' \
  "$GATEFOLD" log --server http://127.0.0.1:1 --follow --until 2030-01-01T00:00:00Z

# In memory; with a folder of manifests, errors and all.
mkdir "$work/empty" "$work/manifests"
printf 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: from-file}\n' >"$work/manifests/a.yaml"
ln -s loop.yaml "$work/manifests/loop.yaml"
cd "$work/empty" || exit 1
start_server --in-memory --manifests "$work/manifests" --log-format json
[[ $(wc -l <"$work/ready") -eq 1 ]] || fail "one line of readiness" "$(cat "$work/ready")"
expect "the line of readiness" '^\{"ready":true,"url":"http://127\.0\.0\.1:[1-9][0-9]*","revision":[0-9]+\}$' cat "$work/ready"
for _ in $(seq 1200); do curl -sS "$url/readyz?verbose" | grep -q 'manifests ok: [1-9]' && break || sleep 0.05; done
expect "an object from a file" '"name": ?"from-file"' curl -sS --fail-with-body "$url/api/v1/namespaces/default/configmaps/from-file"
expect "a broken file is shown" '^\[\+\]manifests ok: 1 objects; errors: loop.yaml: ' curl -sS "$url/readyz?verbose"
stop_server || fail "SIGTERM: the code is $?"
same "nothing is written" "" "$(ls -A "$work/empty")"
if command -v python3 >/dev/null; then
  expect "log lines are JSON" '^[1-9]' python3 -c '
import json, sys
lines = [json.loads(line) for line in open(sys.argv[1])]
assert all(set(line) == {"time", "level", "message"} for line in lines), lines
print(len(lines))' "$work/server.log"
else
  [[ -s $work/server.log ]] && ! grep -vqE '^\{"time":"[^"]*","level":"[a-z]+","message":".*"\}$' "$work/server.log" ||
    fail "log lines are JSON" "$(cat "$work/server.log")"
fi
cd / || exit 1

# On a directory.
start_server --data "$data"
first=$("$GATEFOLD" log --server "$url" -o json | wc -l)
create "/api/v1/namespaces/default/configmaps?fieldManager=one" '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"note"}}'
create "$gateways?fieldManager=one" '{"apiVersion":"gateway.networking.k8s.io/v1","kind":"Gateway","metadata":{"name":"web"},
  "spec":{"gatewayClassName":"edge","listeners":[{"name":"http","port":80,"protocol":"HTTP"}]}}'
write_status True 2026-01-01T00:00:01Z Ready
write_status False 2026-01-01T00:00:05Z Broken
write_status True 2026-01-01T00:00:09Z Ready
rows() { # FIELDS of the objects' timeline, without what the clock says
  "$GATEFOLD" transitions gateway/default/web "$@" | grep -E ' Programmed .* -> ' | sed -E 's/ {2,}/|/g; s/^\|//'
}
same "the timeline" "$((first + 3))|2026-01-01T00:00:01.000000000Z|status.conditions Programmed|Unknown -> True|Ready|system:anonymous (controller; controller/1)
$((first + 4))|2026-01-01T00:00:05.000000000Z|status.conditions Programmed|True -> False|Broken|system:anonymous (controller; controller/1)
$((first + 5))|2026-01-01T00:00:09.000000000Z|status.conditions Programmed|False -> True|Ready|system:anonymous (controller; controller/1)" "$(rows --server "$url")"
expect_code "a kind that is not there" 2 'gadget' "$GATEFOLD" transitions gadget/default/web --server "$url"

log_of() { "$GATEFOLD" log "${from[@]}" -o json "$@" | sed -nE 's/.*"revision":([0-9]+).*/\1/p' | paste -sd' '; }
check_filters() { # NAME: by each filter, the revisions that are left
  local all
  all=$(seq -s' ' 1 $((first + 5)))
  same "$1: log" "$all" "$(log_of)"
  same "$1: --after" "$((first + 4)) $((first + 5))" "$(log_of --after $((first + 3)))"
  same "$1: --until" "$(seq -s' ' 1 "$first")" "$(log_of --until "$first")"
  same "$1: --kind" "$(seq -s' ' $((first + 2)) $((first + 5)))" "$(log_of --kind gateway)"
  same "$1: --name" "$((first + 1))" "$(log_of --name note)"
  same "$1: --namespace" "$(seq -s' ' $((first + 1)) $((first + 5)))" "$(log_of -n default)"
  same "$1: --field-manager" "$(seq -s' ' $((first + 3)) $((first + 5)))" "$(log_of --field-manager controller)"
  same "$1: --user" "$(seq -s' ' $((first + 1)) $((first + 5)))" "$(log_of --user system:anonymous)"
  same "$1: --type" "$(seq -s' ' $((first + 3)) $((first + 5)))" "$(log_of --type MODIFIED -n default)"
  same "$1: --limit" "1 2" "$(log_of --limit 2)"
}
from=(--server "$url") && check_filters server
time_of() { curl -sS "$url/gatefold/v1/log?after=$(($1 - 1))&until=$1" | sed -nE 's/.*"time":"([^"]+)".*/\1/p' | head -1; }
moment=$(time_of $((first + 3)))
last_of_moment=$(log_of --until "$moment" | tr ' ' '\n' | tail -1) # events may share a moment
check_times() { # NAME: by a time, the same as by the revision
  same "$1: --until a time" "$(seq -s' ' 1 "$last_of_moment")" "$(log_of --until "$moment")"
  same "$1: --after a time" "$(seq -s' ' $((last_of_moment + 1)) $((first + 5)))" "$(log_of --after "$moment" --until $((first + 5)))"
  same "$1: --since a time" "$(seq -s' ' $((first + 3)) $((first + 5)))" "$(log_of --since "$moment" --until $((first + 5)))"
  same "$1: --since an age" "$(seq -s' ' 1 $((first + 5)))" "$(log_of --since 3d --until $((first + 5)))"
  same "$1: both" "$((first + 5))" "$(log_of --since 2h --after $((first + 4)) --until $((first + 5)))"
  expect "$1: stats of a range" '^3 events' "$GATEFOLD" stats "${from[@]}" --since "$moment" --until $((first + 5))
  same "$1: export of a range" "$((first + 3)) $((first + 4)) $((first + 5))" \
    "$("$GATEFOLD" export "${from[@]}" --from "$moment" --to $((first + 5)) 2>/dev/null |
      sed -nE 's/^\{"revision":([0-9]+).*/\1/p' | paste -sd' ')"
  expect_code "$1: lint of a range" 0 '^0 findings' "$GATEFOLD" lint "${from[@]}" --after "$moment" --since 2h --until 1
  expect_code "$1: before everything" 2 'nothing had happened' "$GATEFOLD" log "${from[@]}" --until 2020-01-01T00:00:00Z
}
check_times server
expect "stats as JSON" "^\{\"total\":\"all\",\"events\":$((first + 5)),.*\"perSecond\":.*\"peak\":\{\"from\":" \
  "$GATEFOLD" stats --server "$url" -o json
expect "log as a table" "^ +$((first + 4)) .* MODIFIED +Gateway/default/web +patch/status +controller +Programmed True -> False" "$GATEFOLD" log --server "$url" --kind gateway

# --follow ends by itself once it has what --limit asks for.
"$GATEFOLD" log --server "$url" --follow --after $((first + 5)) --limit 1 -o json >"$work/followed" 2>&1 &
follower=$!
create "/api/v1/namespaces/default/configmaps" '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"late"}}'
wait "$follower" || fail "log --follow ends well" "$(cat "$work/followed")"
expect "log --follow" '"name":"late"' cat "$work/followed"

for command in "log" "transitions gateway/default/web" verify; do
  expect_code "$command of a held directory" 3 "in use by process $server_pid\$" "$GATEFOLD" $command --data "$data"
done
expect_code "serving a held directory" 3 "in use by process $server_pid\$" "$GATEFOLD" serve --data "$data" --listen 127.0.0.1:0

# SIGTERM while somebody watches.
curl -sSN "$url/api/v1/configmaps?watch=1" >"$work/watched" 2>&1 &
watching=$!
await 60 . "$work/watched" "$watching" || fail "a watch begins"
objects() { curl -sS "$url/api/v1/configmaps"; curl -sS "$url$gateways"; }
kept=$(objects)
stop_server || fail "SIGTERM with an open watch: the code is $?" "$(cat "$work/server.log")"
wait "$watching" || fail "the watch ends well" "$(cat "$work/watched")"

# The same without a server, by two at once, and nothing is left behind.
before=$(ls -A "$data")
"$GATEFOLD" log --data "$data" >"$work/other" 2>&1 &
other=$!
same "the timeline of a directory" 3 "$(rows --data "$data" | wc -l)"
wait "$other" || fail "two read at once" "$(cat "$work/other")"
from=(--data "$data")
same "log of a directory" "$(seq -s' ' $((first + 2)) $((first + 5)))" "$(log_of --kind gateway)"
check_times directory
expect_code "verify" 0 '^fine: [1-9]' "$GATEFOLD" verify --data "$data"
expect "verify as JSON" '^\{"verdict":"fine",.*"findings":\[\]' "$GATEFOLD" verify --data "$data" -o json
expect "verify as YAML" '^findings: \[\]' "$GATEFOLD" verify --data "$data" -o yaml

# The past: a directory as of a moment, to go on from, and a server that only shows it.
expect_code "fork" 0 "^$work/fork: revision $first, .*later events left out" \
  "$GATEFOLD" fork --data "$data" --at "$first" "$work/fork"
expect_code "verify of a fork" 0 "^fine: $first events" "$GATEFOLD" verify --data "$work/fork"
expect_code "a fork on a directory" 2 'not empty' "$GATEFOLD" fork --data "$data" --at 1 "$work/fork"
expect_code "a fork of the future" 2 'is in the future' "$GATEFOLD" fork --data "$data" --at 2100-01-01T00:00:00Z "$work/f"
expect_code "a fork of no moment" 2 'is no moment' "$GATEFOLD" fork --data "$data" --at noon "$work/f"
expect_code "serving what is to come" 2 'there is no revision' \
  "$GATEFOLD" serve --data "$data" --at 1000000 --listen 127.0.0.1:0
start_server --data "$data" --at "$first"
expect "a server of the past" "takes no writes" curl -sS -X DELETE "$url/api/v1/namespaces/default/configmaps/any"
stop_server || fail "SIGTERM of a server of the past: the code is $?"
same "reading leaves a data directory as it is" "$before" "$(ls -A "$data")"

start_server --data "$data"
same "the same objects after a restart" "$kept" "$(objects)"
stop_server || fail "SIGTERM: the code is $?"

# What is no longer kept: 410 by each way in (R14.9, R16.4), and a redaction leaves the rest provable.
kept=$work/kept
start_server --data "$kept"
gateway=$gateways/web
create "$gateways" '{"apiVersion":"gateway.networking.k8s.io/v1","kind":"Gateway","metadata":{"name":"web"},
  "spec":{"gatewayClassName":"edge","listeners":[{"name":"http","port":80,"protocol":"HTTP"}]}}'
created=$(curl -sS "$url$gateway" | grep -oE '"resourceVersion": ?"[0-9]+"' | grep -oE '[0-9]+')
for i in 1 2 3 4 5 6; do send PATCH "$gateway" application/merge-patch+json "{\"metadata\":{\"labels\":{\"n\":\"$i\"}}}" >/dev/null; done
expect_code "redaction of the current version" 2 'write a newer version' "$GATEFOLD" redact gateway/default/web \
  --revision $((created + 6)) --server "$url"
expect "redaction on a server" "^redacted 1 version of gateway/default/web, revision $((created + 1)); revision $((created + 7)) of the log" \
  "$GATEFOLD" redact gateway/default/web --revision $((created + 1)) --reason leaked --server "$url"
expect_code "the same again" 1 'nothing is left to redact' "$GATEFOLD" redact gateway/default/web \
  --revision $((created + 1)) --server "$url"
expect_code "redaction of what never was" 1 'no content to redact' "$GATEFOLD" redact gateway/default/nope --all --server "$url"
expect "what is redacted is marked" "^ +$((created + 1)) .* redacted in $((created + 7))\$" "$GATEFOLD" log --kind gateway --server "$url"
expect "what was redacted is told" "^ +$((created + 7)) .* redacts gateways.gateway.networking.k8s.io/default/web $((created + 1)): leaked\$" \
  "$GATEFOLD" log --server "$url" --after "$created"
stop_server || fail "SIGTERM: the code is $?"
start_server --data "$kept" --retain gateways.gateway.networking.k8s.io=count:3
for _ in $(seq 1200); do curl -sS "$url/metrics" | grep -q gatefold_oldest_readable_revision && break || sleep 0.05; done
expect "the oldest revision in metrics" "_revision\{resource=\"gateways.gateway.networking.k8s.io\"\} $((created + 4))\$" curl -sS "$url/metrics"
expect "the oldest revision in stats" "from $((created + 4)) .* gateways.gateway.networking.k8s.io\$" "$GATEFOLD" stats --server "$url"
expect "a list of what is gone (R14.9)" '"code": ?410' curl -sS "$url$gateways?resourceVersionMatch=Exact&resourceVersion=$created"
expect "a watch of what is gone (R16.4)" "\"type\": ?\"ERROR\".*too old resource version: $created \($((created + 4))\)" \
  curl -sS --max-time 20 "$url$gateways?watch=1&resourceVersion=$created"
stop_server || fail "SIGTERM: the code is $?"
expect "redaction in a directory" "\"redacted\":\[$((created + 4))\]" "$GATEFOLD" redact gateway/default/web \
  --revision $((created + 4)) --data "$kept" -o json
expect_code "the same again in a directory" 1 '^\{"redacted":\[\]\}' "$GATEFOLD" redact gateway/default/web \
  --revision $((created + 4)) --data "$kept" -o json
expect_code "verify of what is kept" 0 '^fine: [1-9]' "$GATEFOLD" verify --data "$kept"
expect "the oldest revision in stats of a directory" "\"oldestRevision\":$((created + 4))" \
  "$GATEFOLD" stats --data "$kept" --output json
expect "the log tells of it" 'Redaction' "$GATEFOLD" log --data "$kept"

# The channel of the Gateway API is that of the last start which named one.
channel_after() { # FLAGS..., beside those of the state
  start_server "$@"
  curl -sS "$url/apis/apiextensions.k8s.io/v1/customresourcedefinitions/gateways.gateway.networking.k8s.io" |
    sed -nE 's|.*"gateway.networking.k8s.io/channel": *"([a-z]+)".*|\1|p'
  grep -o 'the channel is .*' "$work/server.log"
  stop_server || echo "SIGTERM: the code is $?"
}
same "no channel" standard "$(channel_after --in-memory)"
same "a channel in memory" experimental "$(channel_after --in-memory --channel experimental)"
same "a channel" experimental "$(channel_after --data "$work/channel" --channel experimental)"
same "the same channel" experimental "$(channel_after --data "$work/channel")"
same "another channel" "standard
the channel is standard from now on; it was experimental" "$(channel_after --data "$work/channel" --channel standard)"
same "the other channel" standard "$(channel_after --data "$work/channel")"
expect_code "no such channel" 2 'standard' "$GATEFOLD" serve --in-memory --channel stable

# One byte of the largest file flips: it holds the objects of now, which the log can bring back.
flipped=$(ls -S "$data"/*.sst "$data"/*.log 2>/dev/null | head -1)
size=$(stat -c %s "$flipped") && at=$((size / 2))
byte=$(od -An -tu1 -j "$at" -N 1 "$flipped")
printf "\\x$(printf %02x $((byte ^ 255)))" | dd of="$flipped" bs=1 seek="$at" conv=notrunc status=none
expect_code "a flipped byte" 5 "$(basename "$flipped")" "$GATEFOLD" verify --data "$data"
finish
