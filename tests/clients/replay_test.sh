#!/usr/bin/env bash
# A history in front of a controller: what kubectl and curl see of it, how it is paused, stepped and sought, and what is
# said of the controller at the end.
# replay_test.sh GATEFOLD KUBECTL SOURCE_DIR
GATEFOLD=$1 kubectl=$2 source=$3
. "$source/tests/clients/lib.sh"

programmed() { # STATUS
  printf '{"status":{"conditions":[{"type":"Programmed","status":"%s","reason":"Tested","message":"","lastTransitionTime":"2026-01-01T00:00:00Z"}]}}' "$1"
}
say_programmed() { # STATUS: as the controller does
  "$kubectl" patch gateway web --subresource=status --type=merge --field-manager=edge-controller -p "$(programmed "$1")"
}

# The story: people, the controller and another writer.
start_server --data "$work/data"
"$kubectl" create serviceaccount robot >/dev/null || fail "a service account"
token=$("$kubectl" create token robot) || fail "a token" "$token"
as_robot() { curl -sS -o /dev/null -w '%{http_code}' -H "Authorization: Bearer $token" "$url/version"; }
[[ $(as_robot) == 200 ]] || fail "the server knows its own token"
"$kubectl" create -f - >"$work/out" <<'YAML' || fail "the Gateway" "$(cat "$work/out")"
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: web, namespace: default}
spec: {gatewayClassName: edge, listeners: [{name: http, port: 80, protocol: HTTP}]}
YAML
say_programmed False >/dev/null
say_programmed True >/dev/null
"$kubectl" annotate gateway web watts=5 --field-manager=meter >/dev/null
"$kubectl" patch gateway web --type=json -p '[{"op":"replace","path":"/spec/listeners/0/port","value":81}]' >/dev/null
stop_server || fail "the server did not end well"
log=$("$GATEFOLD" log --data "$work/data" --kind gateway -o json)
created=$(head -1 <<<"$log" | sed -n 's/.*"revision":\([0-9]*\).*/\1/p')
head=$(tail -1 <<<"$log" | sed -n 's/.*"revision":\([0-9]*\).*/\1/p')
[[ $((head - created)) -eq 4 ]] || fail "the story is one of five events" "$log"
sums() { find "$work/data" -type f | sort | xargs sha256sum; }
sums >"$work/before"

start_replay() { # FLAGS...: sets $url, $server_pid and $KUBECONFIG
  : >"$work/ready"
  "$GATEFOLD" replay "$work/data" --listen 127.0.0.1:0 --log-level warn --under-test 'fieldManager=edge-*' "$@" \
    >"$work/ready" 2>"$work/server.log" &
  server_pid=$!
  await 30 '"ready":true' "$work/ready" "$server_pid" || fail "the replay did not get ready" "$(cat "$work/server.log")"
  url=$(sed -n 's/.*"url":"\([^"]*\)".*/\1/p' "$work/ready")
  "$GATEFOLD" kubeconfig --server "$url" >"$KUBECONFIG"
}
# control NAME PATTERN CONTROL: the control's answer matches.
control() { expect "$1" "$2" curl -sS --max-time 60 -X POST "$url/gatefold/v1/replay/$3"; }
port() { "$kubectl" get gateway web -o 'jsonpath={.spec.listeners[0].port}'; }

start_replay --from "$created" --speed step
expect "kubectl reads a replay" '^web +edge' "$kubectl" get gateways
expect "the status of a replay" '"state":"paused".*"revision":'"$created" curl -sS "$url/gatefold/v1/replay"
: >"$work/watched" # it is there before it is read
"$kubectl" get gateway web --watch -o 'jsonpath={.metadata.annotations.watts}/{.status.conditions[?(@.type=="Programmed")].status}{"\n"}' \
  >"$work/watched" 2>/dev/null &
watcher=$!
await 30 '^/' "$work/watched" "$watcher" || fail "a watch of a replay" "$(cat "$work/watched")"
control "a step" '"shown":1,"withheld":2' step
await 30 '^5/' "$work/watched" "$watcher" || fail "a step is seen" "$(cat "$work/watched")"
grep -q '/True' "$work/watched" && fail "a withheld event is seen" "$(cat "$work/watched")"
kill "$watcher"
[[ $(port) == 80 ]] || fail "the port is changed later"
control "seeking forward" '"state":"ended"' "seek?revision=$head"
[[ $(port) == 81 ]] || fail "the port was changed"
expect "nothing was done so far" '"equal":false' curl -sS "$url/gatefold/v1/replay/report"
control "seeking back" '"state":"paused"' "seek?revision=$created"
[[ $(port) == 80 ]] || fail "the port is back"
say_programmed False >/dev/null
say_programmed True >/dev/null
control "a speed" '"speed":"max"' 'speed?x=max'
control "on" '"state":"(playing|ended)"' resume
for _ in $(seq 1200); do
  [[ $(curl -sS "$url/gatefold/v1/replay") == *'"state":"ended"'* ]] && break
  sleep 0.05
done
[[ $(port) == 81 ]] || fail "the port is changed again"
expect "the controller did well" '"equal":true' curl -sS "$url/gatefold/v1/replay/report"
control "no such control" '"code":404' fly
control "no such speed" '"code":400' 'speed?x=fast'
control "no such time" '"code":400' 'seek?time=yesterday'
control "not both" '"code":400' "seek?time=2026-01-02T03:04:05Z&revision=$head"
control "seeking to a time" '"state":"ended"' 'seek?time=2999-01-02T03:04:05Z'
[[ $(as_robot) == 401 ]] || fail "a replay refuses tokens that the history's server signed"
expect "a replay is ready" ok curl -sS "$url/readyz/replay"
stop_server || fail "a replay ends well on SIGTERM" "$(cat "$work/server.log")"
grep -qE '^gateways.gateway.networking.k8s.io/default/web +2 +2 +equal$' "$work/ready" ||
  fail "the report on SIGTERM" "$(cat "$work/ready")"

# Nobody acts: the end is reached by itself, and what is missing is named.
start_replay --from "$created" --speed max --exit-at-end --settle 0s
wait "$server_pid"
[[ $? -eq 1 ]] || fail "a replay that differs ends with 1"
server_pid=
grep -q 'status.conditions\[Programmed\].status: "True" in the history, here "Unknown"' "$work/ready" ||
  fail "what is missing is named" "$(cat "$work/ready")"

# A name that nobody has says nothing of a controller.
expect_code "nobody is under test" 1 '^no event of the history is by a writer under test' \
  "$GATEFOLD" replay "$work/data" --listen 127.0.0.1:0 --log-level warn --under-test fieldManager=egde \
  --from "$created" --speed max --exit-at-end --settle 0s

# At ten times its speed, before a controller that leads by a Lease and applies. What the history's managers own is theirs.
start_replay --from "$created" --speed 10x
"$kubectl" create -f - >"$work/out" <<'YAML' || fail "a Lease" "$(cat "$work/out")"
apiVersion: coordination.k8s.io/v1
kind: Lease
metadata: {name: edge, namespace: default}
spec: {holderIdentity: one, leaseDurationSeconds: 15}
YAML
expect "the Lease is renewed" patched "$kubectl" patch lease edge --type=merge \
  -p '{"spec":{"renewTime":"2026-01-01T00:00:00.000000Z"}}'
for _ in $(seq 1200); do
  [[ $(curl -sS "$url/gatefold/v1/replay") == *'"state":"ended"'* ]] && break
  sleep 0.05
done
expect "ten times as fast, it ends" '"state":"ended".*"speed":"10x"' curl -sS "$url/gatefold/v1/replay"
cat >"$work/applied" <<'YAML'
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: web, namespace: default}
spec: {gatewayClassName: other}
YAML
apply=("$kubectl" apply --server-side --field-manager=edge-controller -f "$work/applied")
expect_failure "what the history's managers own conflicts" 'conflict with "kubectl-create".*gatewayClassName' "${apply[@]}"
expect "forced, it is applied" serverside-applied "${apply[@]}" --force-conflicts
expect "it shows" '^other$' "$kubectl" get gateway web -o 'jsonpath={.spec.gatewayClassName}'
stop_server || fail "a replay at 10x ends well" "$(cat "$work/server.log")"
grep -q 'spec.gatewayClassName: "edge" in the history, here "other"' "$work/ready" ||
  fail "what was applied is in the report" "$(cat "$work/ready")"
grep -q '^Events and Leases are not compared: 0 writes in the history, here 2$' "$work/ready" ||
  fail "what is not compared is counted" "$(cat "$work/ready")"

sums >"$work/after"
cmp -s "$work/before" "$work/after" || fail "the directory is only read" "$(diff "$work/before" "$work/after")"
finish
