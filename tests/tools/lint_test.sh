#!/usr/bin/env bash
# Flags and file of the guard, and `gatefold lint` over a scripted history: told alike by the server
# and by its directory.
# lint_test.sh GATEFOLD SOURCE_DIR
GATEFOLD=$(realpath "$1") source=$2
command -v curl >/dev/null || { echo "SKIP: curl is not installed"; exit 0; }
. "$source/tests/clients/lib.sh"
data=$work/data

serve=("$GATEFOLD" serve --in-memory --listen 127.0.0.1:0)
expect_code "no rule" 2 '"fite" is no rule' "${serve[@]}" --guard fite=warn
expect_code "no mode" 2 'wants RULE=MODE' "${serve[@]}" --guard fight
expect_code "no repair" 2 'no repair for fight' "${serve[@]}" --guard restamped=warn --guard fight=repair
printf 'guard:\n  fight: warn\n  flip: off\n' >"$work/wrong.yaml"
expect_code "a file with an unknown member" 2 'wrong.yaml: guard.flip: "flip" is no rule' "${serve[@]}" --config "$work/wrong.yaml"
printf 'guard: {\n' >"$work/broken.yaml"
expect_code "a file that is no YAML" 2 'broken.yaml: .*line 2' "${serve[@]}" --config "$work/broken.yaml"
expect_code "no file" 2 'not exist' "${serve[@]}" --config "$work/missing.yaml"
expect_code "lint by no rule" 2 'rule' "$GATEFOLD" lint --data "$work" --rule fite
expect_code "lint until no time" 2 'is no moment' "$GATEFOLD" lint --data "$work" --until soon
expect_code "lint of no directory" 3 'no data directory' "$GATEFOLD" lint --data "$work/nothing"

expect "what it takes to be told" 'takes 3 writes of what stands .*4 turns within 60m to be a fight' "$GATEFOLD" lint --help

gateways=/apis/gateway.networking.k8s.io/v1/namespaces/default/gateways
create() { # NAME
  curl -sS --fail-with-body -H 'Content-Type: application/json' "$url$gateways" --data-binary "{
    \"apiVersion\":\"gateway.networking.k8s.io/v1\",\"kind\":\"Gateway\",\"metadata\":{\"name\":\"$1\"},
    \"spec\":{\"gatewayClassName\":\"edge\",\"listeners\":[{\"name\":\"http\",\"port\":80,\"protocol\":\"HTTP\"}]}}" \
    >/dev/null || fail "create $1"
}
patch() { # PATH BODY MANAGER: the answer's warnings
  curl -sS --fail-with-body -D - -o "$work/body" -X PATCH -H 'Content-Type: application/merge-patch+json' \
    "$url$gateways/$1?fieldManager=$3" --data-binary "$2" | grep -i '^warning:' | tr -d '\r'
}
write_status() { # NAME MANAGER STATUS SECOND [GENERATION]
  patch "$1/status" "{\"status\":{\"conditions\":[{\"type\":\"Programmed\",\"status\":\"$3\",\"reason\":\"R\",
    \"message\":\"\",\"observedGeneration\":${5:-1},\"lastTransitionTime\":\"2026-01-01T00:00:0$4Z\"}]}}" "$2"
}

# The flag wins over the file: restamps become events here, and are lint's to find.
printf 'guard:\n  restamped: reject\n  no-op: off\n  kinds: {configmaps: {no-op: warn}, gatewys.example.org: {all: off}}\n' >"$work/guard.yaml"
start_server --data "$data" --config "$work/guard.yaml" --guard restamped=warn
grep -q 'guard.kinds.gatewys.example.org: there is no such kind as yet' "$work/server.log" ||
  fail "a kind that is not there is said" "$(cat "$work/server.log")"
create clean
create web
write_status clean envoy True 1 >/dev/null
for second in 1 3 5; do
  write_status web envoy True $second >/dev/null
  fought=$(write_status web legacy False $((second + 1)))
done
grep -q '(fight)' <<<"$fought" || fail "the second of two writers is warned" "$fought"
write_status web envoy True 7 >/dev/null
restamped=$(write_status web envoy True 8)
[[ $(wc -l <<<"$restamped") -eq 1 ]] && grep -qiE '^warning: 299 - "status.conditions\[[0-9]\].lastTransitionTime: .*\(restamped\)"$' <<<"$restamped" ||
  fail "a restamp is warned of, a no-op is not: its rule is off" "$restamped"
patch web '{"spec":{"gatewayClassName":"other"}}' ops >/dev/null
patch "web/status" '{"status":{"conditions":[{"type":"Programmed","status":"False","reason":"R","message":"",
  "observedGeneration":1,"lastTransitionTime":"2026-01-01T00:00:09Z"}]}}' envoy >/dev/null
configmaps=/api/v1/namespaces/default/configmaps
curl -sS --fail-with-body -H 'Content-Type: application/json' "$url$configmaps" --data-binary \
  '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"quiet"},"data":{"a":"b"}}' >/dev/null || fail "create a ConfigMap"
for _ in 1 2 3 4; do
  curl -sS --fail-with-body -o "$work/body" -X PATCH -H 'Content-Type: application/merge-patch+json' \
    "$url$configmaps/quiet?fieldManager=looper" --data-binary '{"data":{"a":"b"}}' || fail "say it again" "$(cat "$work/body")"
done
sleep 1.1 # and the log goes on without it
curl -sS --fail-with-body -H 'Content-Type: application/json' "$url/api/v1/namespaces" --data-binary \
  '{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"later"}}' >/dev/null || fail "create a namespace"

told() { "$GATEFOLD" lint "$@" -o json; }
expect_code "lint finds" 1 '' "$GATEFOLD" lint --server "$url"
expect_code "lint finds nothing" 0 '^0 findings in 2 versions of 1 objects' "$GATEFOLD" lint --server "$url" --kind gateway --name clean
loops='"rule":"no-op","object":{"resource":"configmaps","namespace":"default","name":"quiet","kind":"ConfigMap"},"writers":\["system:anonymous \(looper;[^"]*"\],"count":4'
expect_code "who loops without conditions is told by a server" 1 "$loops" "$GATEFOLD" lint --server "$url" -o json
by_server=$(told --server "$url" --kind gateway)
for finding in \
  '"rule":"fight","object":{"resource":"gateways.gateway.networking.k8s.io","namespace":"default","name":"web","kind":"Gateway".*"writers":\["system:anonymous \(envoy; [^"]*\)","system:anonymous \(legacy; [^"]*\)"\],"count":7' \
  '"rule":"restamped".*"condition":"Programmed","writers":\["system:anonymous \(envoy;' \
  '"rule":"stale"' '"rule":"observed-generation".*stayed at 1 while metadata.generation was 2'; do
  grep -qE -- "$finding" <<<"$by_server" || fail "lint tells $finding" "$by_server"
done
stop_server || fail "SIGTERM: the code is $?"
by_directory=$(told --data "$data" --kind gateway)
# What still lags does so to the server's now, or to the directory's last event.
without_lag() { sed -E 's/, for [^,]+ from revision/, from revision/' <<<"$1"; }
expect_code "who loops without conditions is told by a directory" 1 "$loops" "$GATEFOLD" lint --data "$data" -o json
[[ $(without_lag "$by_server") == "$(without_lag "$by_directory")" ]] ||
  fail "a directory is told as its server" "$(diff <(tr ',' '\n' <<<"$by_server") <(tr ',' '\n' <<<"$by_directory"))"
expect_code "a table" 1 'fight +Gateway default/web +[0-9]+-[0-9]+ +7 ' "$GATEFOLD" lint --data "$data"
expect_code "by writer" 1 '^system:anonymous \(envoy; .*\): .*restamped 1, ' "$GATEFOLD" lint --data "$data"
expect_code "what lags does so to the log's end, not its kind's" 1 'for [1-9][0-9]*s from revision [0-9]+ to the end' \
  "$GATEFOLD" lint --data "$data" --kind gateway
expect_code "YAML" 1 '^- rule: ' "$GATEFOLD" lint --data "$data" -o yaml
expect_code "by one rule" 1 '^1 finding in' "$GATEFOLD" lint --data "$data" --rule restamped
expect_code "since a time" 0 '^0 findings in 0 versions' "$GATEFOLD" lint --data "$data" --since 2100-01-01T00:00:00Z
expect_code "before everything" 2 'nothing had happened' "$GATEFOLD" lint --data "$data" --until 2001-01-01T00:00:00Z
expect_code "until a revision" 0 '^0 findings in 1 versions' "$GATEFOLD" lint --data "$data" --until 1
expect_code "after the last" 0 '^0 findings in 0 versions' "$GATEFOLD" lint --data "$data" --after 1000
finish
