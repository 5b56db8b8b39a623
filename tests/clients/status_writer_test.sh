#!/usr/bin/env bash
# A controller's habits, good and bad, and what is kept of them: conditions that flip, that are restamped without a
# change, and that are written twice. Then the same after SIGKILL and after the loss of every derived row.
# status_writer_test.sh GATEFOLD KUBECTL SOURCE_DIR DROP_DERIVED
GATEFOLD=$1 kubectl=$2 source=$3 drop_derived=$4
. "$source/tests/clients/lib.sh"
data=$work/data
start_server --data "$data"

"$kubectl" create -f - >/dev/null <<'YAML' || fail "create"
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: web, namespace: default}
spec: {gatewayClassName: edge, listeners: [{name: http, port: 80, protocol: HTTP}]}
YAML

write() { # STATUS TIME REASON
  "$kubectl" patch gateway web --subresource=status --type=merge --field-manager=controller -p "{\"status\":{\"conditions\":[
    {\"type\":\"Programmed\",\"status\":\"$1\",\"reason\":\"$3\",\"message\":\"as told\",\"observedGeneration\":1,\"lastTransitionTime\":\"$2\"}]}}" 2>&1
}
revision() { "$kubectl" get gateway web -o 'jsonpath={.metadata.resourceVersion}'; }
stamp() { "$kubectl" get gateway web -o 'jsonpath={.status.conditions[?(@.type=="Programmed")].lastTransitionTime}'; }
events() { "$GATEFOLD" log "$@" --kind gateway -o json; }
timeline() { "$GATEFOLD" transitions gateway/default/web "$@" -o json; }

write True 2026-01-01T00:00:01Z Ready >/dev/null
[[ $(stamp) == 2026-01-01T00:00:01Z ]] || fail "a true time is kept" "$(stamp)"
write False 2026-01-01T00:00:05Z Broken >/dev/null
write True 2026-01-01T00:00:09Z Ready >/dev/null
[[ $(stamp) == 2026-01-01T00:00:09Z ]] || fail "a later time of a flip is kept" "$(stamp)"

before=$(revision)
output=$(write True 2026-02-02T00:00:00Z Ready)
grep -q 'no change' <<<"$output" || fail "a restamp is no change" "$output"
[[ $(stamp) == 2026-01-01T00:00:09Z ]] || fail "a restamp is put right" "$(stamp)"
write True 2026-02-02T00:00:01Z Ready >/dev/null
write True 2026-01-01T00:00:09Z Ready >/dev/null
[[ $(revision) == "$before" ]] || fail "neither a restamp nor the same status is an event" "$(revision) after $before"

# The status flips, and the writer forgot the time: the server knows it.
write False 2026-01-01T00:00:09Z Broken >/dev/null
[[ $(stamp) > 2026-06-01 ]] || fail "an unstamped flip gets the time of the event" "$(stamp)"

look() { # FROM...: all that is kept, without what differs by how it is read
  events "$@"
  timeline "$@"
}
kept=$(look --server "$url")
[[ $(events --server "$url" | wc -l) -eq 5 ]] || fail "five events: one creation and four flips" "$(events --server "$url")"
flips=$(timeline --server "$url" | grep -c '"type":"Programmed"')
[[ $flips -eq 4 ]] || fail "four transitions of Programmed" "$(timeline --server "$url")"
timeline --server "$url" | grep '"type":"Programmed"' | grep -q '"fieldManager":"controller"' || fail "the ledger names the writer" "$(timeline --server "$url")"
sightings=$(timeline --server "$url" | grep restamped)
grep -q '"count":2' <<<"$sightings" || fail "two restamps were seen" "$sightings"
object=$("$kubectl" get gateway web -o yaml)

restart() {
  start_server --data "$data"
  [[ $(look --server "$url") == "$kept" ]] || fail "$1: log, ledger and sightings are the same" "$(diff <(echo "$kept") <(look --server "$url"))"
  [[ $("$kubectl" get gateway web -o yaml) == "$object" ]] || fail "$1: the object is the same"
}
kill -9 "$server_pid" && wait "$server_pid" 2>/dev/null
restart "after SIGKILL"
stop_server || fail "the server did not end well"
expect "verify" '^fine' "$GATEFOLD" verify --data "$data"
expect "derived families go" '4 families' "$drop_derived" "$data"
restart "after the loss of every derived row"
finish
