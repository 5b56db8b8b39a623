#!/usr/bin/env bash
# A controller's habits, good and bad, and what is kept of them: conditions that flip, that are restamped without a
# change, and that are written twice. Then the same after SIGKILL and after the loss of every derived row.
# status_writer_test.sh GATEFOLD CLIENT SOURCE_DIR DROP_DERIVED: CLIENT is a kubectl, or the word curl
GATEFOLD=$1 client=$2 source=$3 drop_derived=$4
. "$source/tests/clients/lib.sh"
data=$work/data
start_server --data "$data"

ask() { # METHOD PATH TYPE BODY, with curl
  curl -fsS -m 60 -A writer -X "$1" -H "Content-Type: $3" -d "$4" "$url/apis/gateway.networking.k8s.io/v1/namespaces/default/gateways$2"
}

gateway='{"apiVersion":"gateway.networking.k8s.io/v1","kind":"Gateway","metadata":{"name":"web","namespace":"default"},
  "spec":{"gatewayClassName":"edge","listeners":[{"name":"http","port":80,"protocol":"HTTP"}]}}'
create() {
  if [[ $client == curl ]]; then
    ask POST '' application/json "$gateway"
  else
    "$client" create -f - <<<"$gateway"
  fi >/dev/null
}

write() { # STATUS TIME REASON
  local status='{"status":{"conditions":[{"type":"Programmed","status":"'$1'","reason":"'$3'","message":"as told",
    "observedGeneration":1,"lastTransitionTime":"'$2'"}]}}'
  if [[ $client == curl ]]; then
    ask PATCH '/web/status?fieldManager=controller' application/merge-patch+json "$status"
  else
    "$client" patch gateway web --subresource=status --type=merge --field-manager=controller -p "$status"
  fi >/dev/null || fail "$1 at $2"
}

object() {
  if [[ $client == curl ]]; then
    curl -fsS -m 60 -A writer "$url/apis/gateway.networking.k8s.io/v1/namespaces/default/gateways/web"
  else
    "$client" get --raw /apis/gateway.networking.k8s.io/v1/namespaces/default/gateways/web
  fi
}
revision() { object | sed -E 's/.*"resourceVersion":"([0-9]+)".*/\1/'; }
conditions() { object | grep -o '"status":{.*' | sed 's/}$//'; }
events() { "$GATEFOLD" log "$@" --kind gateway -o json; }
# Without how long what is open has lasted: on a server that goes on.
timeline() {
  "$GATEFOLD" transitions gateway/default/web "$@" -o json |
    sed -E 's/"secondsIn":\{[^}]*\},//; s/"until":"[^"]*","seconds":[0-9.e-]+,([^{}]*"open":true)/\1/'
}

is() { # NAME FOUND WANTED
  [[ $2 == "$3" ]] || fail "$1" "$(diff <(echo "$3") <(echo "$2"))"
}
# What the object has to say of its condition.
told() { # STATUS TIME REASON
  echo '"status":{"conditions":[{"lastTransitionTime":"'"$2"'","message":"as told","observedGeneration":1,"reason":"'"$3"'","status":"'"$1"'","type":"Programmed"}]}'
}

create || fail "create"
write True 2020-01-01T00:00:01Z Ready
is "a true time is kept" "$(conditions)" "$(told True 2020-01-01T00:00:01Z Ready)"
write False 2020-01-01T00:00:05Z Broken
is "it flips" "$(conditions)" "$(told False 2020-01-01T00:00:05Z Broken)"
write True 2020-01-01T00:00:09Z Ready
is "it flips back" "$(conditions)" "$(told True 2020-01-01T00:00:09Z Ready)"

before=$(object)
write True 2020-02-02T00:00:00Z Ready
is "a restamp is no change" "$(object)" "$before"
write True 2020-02-02T00:00:01Z Ready
is "nor is another one" "$(object)" "$before"
write True 2020-01-01T00:00:09Z Ready
is "nor is the same status" "$(object)" "$before"
write True 2020-01-01T00:00:09Z Ready
is "nor is the same status once more" "$(object)" "$before"

# The status flips, and the writer forgot the time: the server knows it.
write False 2020-01-01T00:00:09Z Broken
now=$(events --server "$url" | tail -1 | sed -E 's/.*"revision":[0-9]+,"time":"([^".]*).*/\1Z/')
is "an unstamped flip gets the time of its event" "$(conditions)" "$(told False "$now" Broken)"

# TYPE OLD NEW REASON TIME MANAGER; times of the events themselves are those of no earlier year.
ledger=$(timeline --server "$url" | sed -nE 's/.*"type":"([^"]*)","oldStatus":"([^"]*)","newStatus":"([^"]*)","reason":"([^"]*)".*"transitionTime":"([^"]*)","revision".*"fieldManager":"([^"]*)".*/\1 \2>\3 \4 \5 \6/p' |
  sed -E 's/ 20(2[1-9]|[3-9][0-9])-[^ ]*Z / now /')
is "the ledger has each flip once" "$ledger" "Accepted Unknown> Pending now controller
Programmed Unknown>True Ready 2020-01-01T00:00:01.000000000Z controller
Programmed True>False Broken 2020-01-01T00:00:05.000000000Z controller
Programmed False>True Ready 2020-01-01T00:00:09.000000000Z controller
Programmed True>False Broken now controller"
sightings=$(timeline --server "$url" | grep '"sighting"')
is "two restamps were seen, and two writes of what stood there" "$(sed -E 's/"writer":"([^"|]*\|[^"|]*)[^"]*"/"writer":"\1"/; s/"object":\{[^}]*\},//; s/,"first".*//' <<<"$sightings")" \
  '{"sighting":"no-op","writer":"system:anonymous|controller","count":2
{"sighting":"restamped","writer":"system:anonymous|controller","count":2'
is "five events: one creation and four flips" "$(events --server "$url" | sed -E 's/.*"type":"([A-Z]+)","object".*/\1/' | paste -sd' ')" \
  "ADDED MODIFIED MODIFIED MODIFIED MODIFIED"

look() { # all that is kept
  object
  events --server "$url"
  timeline --server "$url"
}
kept=$(look)
restart() { # WHEN
  start_server --data "$data"
  is "$1: object, log, ledger and sightings are the same" "$(look)" "$kept"
}
kill -9 "$server_pid" && wait "$server_pid" 2>/dev/null
restart "after SIGKILL"
stop_server || fail "the server did not end well"
expect "verify" '^fine' "$GATEFOLD" verify --data "$data"
expect "derived families go" '4 families' "$drop_derived" "$data"
restart "after the loss of every derived row"
finish
