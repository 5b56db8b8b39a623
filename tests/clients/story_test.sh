#!/usr/bin/env bash
# A history with two writers that fight, a restamping one and a spec that is put back, as it is told on the running
# server, on its data directory, on an imported copy and from a Kubernetes audit log of the same requests.
# story_test.sh GATEFOLD SOURCE_DIR
GATEFOLD=$1 source=$2
. "$source/tests/clients/lib.sh"
start_server --data "$work/data"
object=gateway/default/web
path=/apis/gateway.networking.k8s.io/v1/namespaces/default/gateways

ask() { # METHOD PATH TYPE BODY
  curl -fsS -m 60 -X "$1" -H "Content-Type: $3" -d "$4" "$url$path$2" >/dev/null || fail "$1 $2"
}
status() { # MANAGER STATUS TIME
  ask PATCH "/web/status?fieldManager=$1" application/merge-patch+json '{"status":{"conditions":[{"type":"Programmed",
    "status":"'"$2"'","reason":"Told","message":"by '"$1"'","observedGeneration":1,"lastTransitionTime":"'"$3"'"}]}}'
}
port() { # MANAGER PORT
  ask PATCH "/web?fieldManager=$1" application/merge-patch+json \
    '{"spec":{"listeners":[{"name":"http","port":'"$2"',"protocol":"HTTP"}]}}'
}
revision() { curl -fsS -m 60 "$url$path/web" | sed -nE 's/.*"resourceVersion": ?"([0-9]+)".*/\1/p'; }

ask POST '?fieldManager=ann' application/json '{"apiVersion":"gateway.networking.k8s.io/v1","kind":"Gateway",
  "metadata":{"name":"web","namespace":"default"},
  "spec":{"gatewayClassName":"edge","listeners":[{"name":"http","port":80,"protocol":"HTTP"}]}}'
created=$(revision)
status left True 2020-01-01T00:00:01Z
port ann 81 # observedGeneration stays at 1 from here on
changed=$(revision)
status right False 2020-01-01T00:00:03Z
fell=$(revision)
status left True 2020-01-01T00:00:05Z
status left True 2020-01-01T00:00:07Z # a restamp
for second in 09 13; do # a fight
  status right False "2020-01-01T00:00:${second}Z"
  status left True "2020-01-01T00:00:$((10#$second + 2))Z"
done
ask POST "/web/rollback?fieldManager=bob" application/json "{\"revision\":$created}"
back=$(revision)

tell() { # SOURCE...: the whole story
  "$GATEFOLD" show "$object" --at "$created" "$@"
  "$GATEFOLD" diff "$object" "$created" "$changed" "$@"
  "$GATEFOLD" diff "$object" "$created" "$changed" -o diff "$@"
  "$GATEFOLD" blame "$object" "$@"
  "$GATEFOLD" bisect "$object" 'self.status.conditions.exists(c, c.type == "Programmed" && c.status == "False")' \
    --from "$changed" "$@"
  "$GATEFOLD" transitions "$object" "$@"
  "$GATEFOLD" transitions "$object" -o json "$@"
  "$GATEFOLD" stats --kind gateway "$@"
  "$GATEFOLD" lint --kind gateway "$@"
}
holds() { # NAME PATTERN FILE
  grep -qE -- "$2" "$3" || fail "$1: nothing matches $2" "$(cat "$3")"
}
exits() { # NAME CODE COMMAND...
  local name=$1 wanted=$2 code
  shift 2
  "$@" >/dev/null 2>&1
  code=$?
  [[ $code -eq $wanted ]] || fail "$name: exit code $code"
}
tell --server "$url" >"$work/live" 2>&1
holds "diff names who changed the port" "changed +spec.listeners\[http\].port +$changed .* ann +80 -> 81" "$work/live"
holds "the unified diff" '^\+ +(- )?port: 81' "$work/live"
holds "blame names who put the port back" "^ +$back .* bob +spec.listeners\[http\].port = 80" "$work/live"
holds "blame names the class" "^ +$created .* ann +spec.gatewayClassName = \"edge\"" "$work/live"
holds "bisect finds the fall" "^first true in revision $fell, .* by right" "$work/live"
holds "bisect says how" '^(scanned|halved): ' "$work/live"
holds "transitions show the fight" 'True -> False .*right' "$work/live"
holds "the timeline counts how often it came back" '^status.conditions Programmed +True .* 5 +[TF]+T$' "$work/live"
holds "the timeline has its spans" '^\{"timeline":\{.*"flaps":5,.*"spans":\[\{"status":"True"' "$work/live"
holds "stats count the writers" '^ +4 +0 +0 +5 +0  left \(system:anonymous\)$' "$work/live"
holds "lint names who fights" '^fight +Gateway default/web .*left.*right' "$work/live"
holds "lint names who restamps" '^restamped +Gateway default/web .* \(left; [^;]*; the guard put it right$' "$work/live"
holds "lint names the frozen observedGeneration" '^observed-generation .* stayed at 1 while metadata.generation was 3, .* written 6 times meanwhile$' "$work/live"
holds "lint names who speaks of an old generation" "^stale .* $fell-[0-9]+ +3 .* \(right; .* for generation 1, the object has 2, 3 times$" "$work/live"
exits "stats of nothing" 1 "$GATEFOLD" stats --kind gatewayclass --server "$url"
colours=$("$GATEFOLD" diff "$object" "$created" "$changed" -o diff --color always --server "$url")
[[ $colours == *$'\e[32m+'*"port: 81"*$'\e[0m'* ]] || fail "colours when asked for" "$colours"
grep -q $'\e' "$work/live" && fail "no colours but on a terminal"
for what in "blame $object" "log --kind gateway" "bisect $object self.spec.listeners[0].port==81" \
  "transitions $object" stats; do
  expect "$what as YAML" '^---$' "$GATEFOLD" $what -o yaml --server "$url"
done
exits "an unknown object" 1 "$GATEFOLD" show gateway/default/nope --server "$url"
exits "an object without a namespace" 2 "$GATEFOLD" show gateway/web --server "$url"
exits "a bad time" 2 "$GATEFOLD" show "$object" --at yesterday --server "$url"
exits "a bad expression" 2 "$GATEFOLD" bisect "$object" 'self.' --server "$url"
exits "what is never true" 1 "$GATEFOLD" bisect "$object" 'self.spec.gatewayClassName == "x"' --server "$url"
exits "a server that is not there" 3 "$GATEFOLD" blame "$object" --server http://127.0.0.1:1
ask DELETE /web application/json '{}'
expect "a deleted object is shown" 'gatewayClassName: edge' "$GATEFOLD" show "$object" --server "$url"
tell --server "$url" >"$work/live" 2>&1
stop_server || fail "the server did not end well"
tell --data "$work/data" >"$work/kept" 2>&1
diff "$work/live" "$work/kept" >"$work/differs" || fail "server and directory tell the same" "$(cat "$work/differs")"

"$GATEFOLD" export --data "$work/data" -o "$work/history.jsonl" 2>"$work/exported" || fail "export" "$(cat "$work/exported")"
expect "the history is imported" '^imported [0-9]+ events to ' "$GATEFOLD" import "$work/history.jsonl" --data "$work/copy"
tell --data "$work/copy" >"$work/copied" 2>&1
diff "$work/kept" "$work/copied" >"$work/differs" || fail "an imported copy tells the same" "$(cat "$work/differs")"

# An audit log has no nanoseconds, so that durations differ by less than a microsecond; the rest is told alike, revisions
# included, since the log has every write from the first one on.
as_audited() { sed -E 's/(\.[0-9]{6})[0-9]{3}Z/\1Z/g; s/("seconds":|"(True|False)":)[0-9.e-]+/\1N/g
  s/[0-9.]+%/N%/g; s/, [0-9.e+]+ a second//' "$1"; }
if command -v python3 >/dev/null; then
  "$GATEFOLD" log --data "$work/data" -o json --bodies | python3 "$source/tests/clients/audit_log.py" >"$work/audit.jsonl" ||
    fail "the audit log is written"
  expect "the audit log is imported" '^imported [0-9]+ events .* 0 of them with a gap' \
    "$GATEFOLD" import --audit "$work/audit.jsonl" --data "$work/cluster"
  tell --data "$work/cluster" >"$work/audited" 2>&1
  diff <(as_audited "$work/kept") <(as_audited "$work/audited") >"$work/differs" ||
    fail "an audit log tells the same" "$(cat "$work/differs")"
else
  echo "SKIP: an audit log of the story needs python3"
fi
finish
