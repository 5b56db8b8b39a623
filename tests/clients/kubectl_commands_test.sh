#!/usr/bin/env bash
# Every command of kubectl that an API server takes part in, as section 24 lists them: one line each, from what a fresh server
# says to the last delete. kubectl_commands_test.sh GATEFOLD KUBECTL SOURCE_DIR
GATEFOLD=$1 kubectl=$2 source=$3
. "$source/tests/clients/lib.sh"
start_server --in-memory
cd "$work" || exit 1

release=$("$kubectl" version --client | sed -nE 's/^Client Version: v1\.([0-9]+).*/\1/p')
rows=0
# row COMMAND PATTERN ARGUMENTS...: kubectl with the arguments succeeds and prints a match.
row() {
  local name=$1 pattern=$2
  shift 2
  rows=$((rows + 1))
  expect "R24.1 $name" "$pattern" "$kubectl" "$@"
}
# bad COMMAND PATTERN ARGUMENTS...: it fails and prints a match.
bad() {
  local name=$1 pattern=$2
  shift 2
  rows=$((rows + 1))
  expect_failure "R24.1 $name" "$pattern" "$kubectl" "$@"
}
# left NAME PATTERN ARGUMENTS...: what a `kubectl get` says after a command.
left() { expect "R24 $1" "$2" "$kubectl" get "${@:3}"; }

cat >gateway.yaml <<'YAML'
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: web, labels: {tier: edge}}
spec:
  gatewayClassName: example
  listeners:
  - {name: http, port: 80, protocol: HTTP}
YAML
sed 's/port: 80/port: 81/' gateway.yaml >gateway-81.yaml
sed 's/name: web/name: other/' gateway.yaml >other.yaml
cat >config.yaml <<'YAML'
apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
data: {colour: blue, size: large}
YAML
sed 's/, size: large//' config.yaml >config-less.yaml
printf '#!/bin/sh\nsed -i "s/port: 81/port: 82/; s/colour: blue/colour: green/" "$1"\n' >editor && chmod +x editor
export KUBE_EDITOR=$work/editor

echo "what a server says of itself"
row "version" 'Server Version: v1\.[0-9]+' version
row "api-versions" '^gateway.networking.k8s.io/v1$' api-versions
row "api-resources" '^gateways +gtw +gateway.networking.k8s.io/v1 +true +Gateway' api-resources
row "api-resources -o wide" '^configmaps +cm +v1 +true +ConfigMap +.*create,' api-resources -o wide
row "api-resources --api-group" '^httproutes ' api-resources --api-group=gateway.networking.k8s.io --verbs=list
row "cluster-info" 'control plane.* is running at' cluster-info
row "get --raw" '^ok$' get --raw /readyz
row "explain" 'FIELD: port <integer>' explain gateway.spec.listeners.port
row "explain --recursive" 'gatewayClassName' explain gateway --recursive
row "explain a core kind" 'FIELD: data <map\[string\]string>' explain configmap.data

echo "who one is and what one may"
row "auth can-i" '^yes$' auth can-i create gateways
row "auth can-i of a subresource" '^yes$' auth can-i update gateways.gateway.networking.k8s.io --subresource=status
row "auth can-i --list" '^Resources +Non-Resource URLs' auth can-i --list
row "auth whoami" '^Username ' auth whoami

echo "create"
row "create namespace" 'namespace/table created' create namespace table
"$kubectl" config set-context --current --namespace=table >/dev/null || fail "the context"
row "create -f" 'gateway.*/web created' create -f gateway.yaml
bad "create -f of what is there" 'AlreadyExists' create -f gateway.yaml
row "create --dry-run=server" 'created \(server dry run\)' create -f other.yaml --dry-run=server
bad "create --dry-run=server leaves nothing" 'NotFound' get gateway other
sed 's/spec:/spec:\n  nope: 1/' other.yaml >unknown.yaml
bad "create --validate=strict" 'unknown field "spec.nope"' create -f unknown.yaml
bad "create --warnings-as-errors (R26.12)" 'Warning: unknown field "spec.nope"' create --validate=warn --warnings-as-errors --dry-run=server -f unknown.yaml
row "create --validate=warn (R26.12)" 'Warning: unknown field "spec.nope"' create --validate=warn -f unknown.yaml
row "create configmap" 'configmap/made created' create configmap made --from-literal=a=b --from-file=config.yaml
row "create secret generic" 'secret/made created' create secret generic made --from-literal=key=value
row "create secret docker-registry" 'secret/registry created' create secret docker-registry registry \
  --docker-server=example.org --docker-username=a --docker-password=b
if command -v openssl >/dev/null; then
  openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out certificate.pem -days 2 -subj /CN=example.org 2>/dev/null
  row "create secret tls" 'secret/certificate created' create secret tls certificate --cert=certificate.pem --key=key.pem
  left "create secret tls has a type" '^certificate +kubernetes.io/tls +2 ' secret certificate
fi
row "create serviceaccount" 'serviceaccount/robot created' create serviceaccount robot
row "create token" '^[^.]+\.[^.]+\.[^.]+$' create token robot
row "create service clusterip" 'service/inside created' create service clusterip inside --tcp=80:8080
row "create service nodeport" 'service/port created' create service nodeport port --tcp=80
row "create service loadbalancer" 'service/outside created' create service loadbalancer outside --tcp=80
row "create service externalname" 'service/elsewhere created' create service externalname elsewhere --external-name=example.org
row "create role" 'role.*/reader created' create role reader --verb=get,list --resource=configmaps
row "create rolebinding" 'rolebinding.*/readers created' create rolebinding readers --role=reader --serviceaccount=table:robot
row "create clusterrole" 'clusterrole.*/table-reader created' create clusterrole table-reader --verb=get --resource=gateways.gateway.networking.k8s.io
row "create clusterrolebinding" 'clusterrolebinding.*/table-readers created' create clusterrolebinding table-readers --clusterrole=table-reader --user=someone
row "create deployment" 'deployment.*/proxy created' create deployment proxy --image=example.org/proxy:1 --replicas=0
row "create poddisruptionbudget" 'poddisruptionbudget.*/proxy created' create poddisruptionbudget proxy --selector=app=proxy --min-available=1
row "run" 'pod/once created' run once --image=example.org/once:1 --restart=Never
# Before, they sent autoscaling/v1.
[[ $release -lt 33 ]] || row "autoscale" 'horizontalpodautoscaler.*/proxy autoscaled' autoscale deployment proxy --min=1 --max=2

echo "get"
row "get" '^web +example ' get gateways
row "get NAME" '^web +example ' get gateway web
row "get SHORT/NAME" '^web +example ' get gtw/web
row "get -o wide" '^inside +ClusterIP .* app=inside$' get service inside -o wide
row "get -o yaml" '^  gatewayClassName: example$' get gateway web -o yaml
row "get -o json" '"gatewayClassName": "example"' get gateway web -o json
row "get -o name" '^gateway.gateway.networking.k8s.io/web$' get gateways -o name
row "get -o jsonpath" '^80$' get gateway web -o 'jsonpath={.spec.listeners[*].port}'
row "get -o go-template" '^web$' get gateway web -o 'go-template={{.metadata.name}}'
row "get -o custom-columns" '^web +example$' get gateways -o custom-columns=NAME:.metadata.name,CLASS:.spec.gatewayClassName
row "get -A -l" '^table +web ' get gateways -A -l 'tier in (edge)'
row "get --field-selector" '^elsewhere ' get services --field-selector spec.type=ExternalName
row "get --show-labels" 'tier=edge$' get gateway web --show-labels
row "get -L" ' edge$' get gateway web -L tier
row "get a,b" '^service/inside ' get gateways,services
row "get --request-timeout (R24.2)" '^web +example ' get gateways --request-timeout=30s
row "get all (R19.11)" '^deployment.apps/proxy ' get all
row "get --sort-by" '^made' get configmaps --sort-by=.metadata.name --no-headers
row "get --chunk-size" '^port ' get services --chunk-size=2
row "get --subresource" '^web +example' get gateway web --subresource=status
row "get --show-managed-fields" 'manager: kubectl-create' get gateway web -o yaml --show-managed-fields
row "get --ignore-not-found" '^$' get gateway nope --ignore-not-found
row "describe" 'Gateway Class Name: +example' describe gateway web
row "describe a core kind" '^Type: +ClusterIP' describe service inside
row "describe a deployment" '^Selector: +app=proxy' describe deployment proxy

echo "watch"
"$kubectl" get gateways -w --output-watch-events >watched 2>&1 &
watcher=$!
"$kubectl" get gateway web -w -o 'jsonpath={.metadata.labels.tier}{"\n"}' >watched-one 2>&1 &
watcher_of_one=$!
"$kubectl" get gateways --watch-only -o name >watched-only 2>&1 &
watcher_only=$!
await 60 'ADDED +web ' watched $watcher || fail "R24 get -w shows what is there" "$(cat watched)"
await 60 '^edge$' watched-one $watcher_of_one || fail "R24 get NAME -w shows what is there" "$(cat watched-one)"
# Nothing tells when the third has begun.
for _ in $(seq 1200); do
  "$kubectl" label gateway web --overwrite tier="$RANDOM-x" >/dev/null
  [[ -s watched-only ]] && break
  sleep 0.1
done
row "label --overwrite" 'labeled' label gateway web --overwrite tier=front
await 60 'MODIFIED +web ' watched $watcher || fail "R24 get -w shows a change" "$(cat watched)"
await 60 '^front$' watched-one $watcher_of_one || fail "R24 get NAME -w shows a change" "$(cat watched-one)"
await 60 'gateway.gateway.networking.k8s.io/web' watched-only $watcher_only || fail "R24 get --watch-only" "$(cat watched-only)"
kill $watcher $watcher_of_one $watcher_only 2>/dev/null
rows=$((rows + 3))

echo "change"
row "label again" 'not labeled' label gateway web --overwrite tier=front
row "label, taken away" 'unlabeled' label gateway web tier-
row "annotate" 'annotated' annotate gateway web example.org/note=b
row "patch --type=merge" 'patched' patch gateway web --type=merge -p '{"spec":{"listeners":[{"name":"http","port":81,"protocol":"HTTP"}]}}'
row "patch --type=json" 'patched' patch gateway web --type=json -p '[{"op":"test","path":"/spec/listeners/0/port","value":81},{"op":"add","path":"/metadata/labels","value":{"a":"b"}}]'
row "patch --type=strategic" 'patched' patch service inside -p '{"spec":{"ports":[{"name":"more","port":81}]}}'
left "patch --type=strategic merges" '^80 81$|^81 80$' service inside -o 'jsonpath={.spec.ports[*].port}'
bad "patch --type=strategic of a custom resource" 'strategic-merge-patch\+json is not supported' patch gateway web --type=strategic -p '{}'
row "patch --subresource=status" 'patched' patch gateway web --subresource=status --type=merge -p \
  '{"status":{"conditions":[{"type":"Programmed","status":"True","reason":"Programmed","message":"","lastTransitionTime":"2026-01-01T00:00:00Z"}]}}'
row "edit" 'edited' edit gateway web
left "edit of a custom resource" '^82$' gateway web -o 'jsonpath={.spec.listeners[0].port}'
row "replace" 'replaced' replace -f gateway-81.yaml
left "replace takes away" '^81;$' gateway web -o 'jsonpath={.spec.listeners[0].port};{.metadata.labels.a}'
before=$("$kubectl" get gateway web -o 'jsonpath={.metadata.uid}')
row "replace --force" 'replaced' replace --force -f gateway.yaml
[[ $("$kubectl" get gateway web -o 'jsonpath={.metadata.uid}') != "$before" ]] || fail "R24 replace --force makes a new object"
row "scale" 'scaled' scale deployment proxy --replicas=2
row "scale --current-replicas" 'scaled' scale deployment proxy --current-replicas=2 --replicas=0
bad "scale --current-replicas that aren't" 'Expected replicas to be 5' scale deployment proxy --current-replicas=5 --replicas=1
row "set image" 'image updated' set image deployment/proxy proxy=example.org/proxy:2
row "set env" 'env updated' set env deployment/proxy LEVEL=debug
row "rollout restart" 'restarted' rollout restart deployment proxy
generation=$("$kubectl" get deployment proxy -o 'jsonpath={.metadata.generation}')
# What a controller of Deployments would say, where there is one it says it first.
"$kubectl" patch deployment proxy --subresource=status --type=merge -p "{\"status\":{\"observedGeneration\":$generation}}" >/dev/null
row "rollout status" 'successfully rolled out' rollout status deployment proxy --timeout=50s
row "expose" 'service/proxy exposed' expose deployment proxy --port=80

echo "apply"
row "apply (new)" 'configmap/settings created' apply -f config.yaml
row "apply (unchanged)" 'configmap/settings unchanged' apply -f config.yaml
row "apply --dry-run=server" 'configured \(server dry run\)' apply -f config-less.yaml --dry-run=server
row "apply (changed) (R9.9)" 'configmap/settings configured' apply -f config-less.yaml
left "apply takes away" '^\{"colour":"blue"\}$' configmap settings -o 'jsonpath={.data}'
row "apply of a custom resource (R9.9)" 'gateway.*/web configured' apply -f gateway-81.yaml
row "apply view-last-applied" 'port: 81' apply view-last-applied gateway web
row "edit of a core kind" 'edited' edit configmap settings
bad "diff (R9.9)" '^\+ +size: large$' diff -f config.yaml
printf 'configMapGenerator: [{name: generated, literals: [a=b], options: {disableNameSuffixHash: true, labels: {set: pruned}}}]\n' >kustomization.yaml
row "apply -k" 'configmap/generated created' apply -k .
sed 's/name: settings/name: kept, labels: {set: pruned}/' config.yaml >kept.yaml
row "apply --prune" 'configmap/generated pruned' apply -f kept.yaml --prune -l set=pruned --prune-allowlist=core/v1/ConfigMap
row "apply --server-side (new)" 'serverside-applied' apply --server-side -f other.yaml
row "apply --server-side (again)" 'serverside-applied' apply --server-side -f other.yaml
"$kubectl" apply -f config.yaml >/dev/null || fail "R24 apply before a migration"
row "apply --server-side (migration)" 'configmap/settings serverside-applied' apply --server-side -f config.yaml
managers=$("$kubectl" get configmap settings --show-managed-fields -o 'jsonpath={range .metadata.managedFields[*]}{.manager}/{.operation} {end}')
[[ $managers == *kubectl/Apply* && $managers != *client-side-apply* ]] || fail "R24 apply --server-side migrates managers" "$managers"
row "apply --server-side (less)" 'serverside-applied' apply --server-side -f config-less.yaml
left "apply --server-side takes away" '^\{"colour":"blue"\}$' configmap settings -o 'jsonpath={.data}'
sed 's/blue/red/' config-less.yaml >config-red.yaml
bad "apply --server-side conflicts" 'conflict with "kubectl".*: \.data\.colour' apply --server-side --field-manager=other -f config-red.yaml
bad "diff --server-side" '^\+ +colour: red$' diff --server-side -f config-red.yaml
row "apply --server-side --force-conflicts" 'serverside-applied' apply --server-side --field-manager=other --force-conflicts -f config-red.yaml

echo "wait"
"$kubectl" patch gateway web --subresource=status --type=merge -p \
  '{"status":{"conditions":[{"type":"Programmed","status":"True","reason":"Programmed","message":"","lastTransitionTime":"2026-01-01T00:00:00Z"}]}}' >/dev/null
row "wait --for=condition" 'condition met' wait gateway/web --for=condition=Programmed --timeout=50s
row "wait --for=jsonpath" 'condition met' wait gateway/web --for=jsonpath='{.spec.gatewayClassName}'=example --timeout=50s
[[ $release -lt 31 ]] || row "wait --for=create" 'condition met' wait gateway/web --for=create --timeout=50s
row "wait --for=delete of what isn't there" '^$' wait gateway/nope --for=delete --timeout=50s
bad "wait in vain" 'timed out waiting for the condition' wait gateway/web --for=condition=Nope --timeout=1s
(sleep 3 && "$kubectl" delete configmap made >/dev/null) &
row "wait --for=delete" 'condition met|^$' wait configmap/made --for=delete --timeout=50s
wait $!

echo "events"
cat >event.yaml <<YAML
apiVersion: v1
kind: Event
metadata: {name: web.1}
involvedObject: {apiVersion: gateway.networking.k8s.io/v1, kind: Gateway, namespace: table, name: web, uid: $("$kubectl" get gateway web -o 'jsonpath={.metadata.uid}')}
firstTimestamp: "$(date -u +%FT%TZ)"
lastTimestamp: "$(date -u +%FT%TZ)"
count: 1
type: Normal
reason: Accepted
message: it is taken
source: {component: edge-controller}
YAML
row "create -f of an Event" 'event/web.1 created' create -f event.yaml
row "get events" 'Normal +Accepted +gateway/web +it is taken' get events
row "events" 'Normal +Accepted +Gateway/web +it is taken' events
row "events --for (R15.6)" 'Normal +Accepted +Gateway/web +it is taken' events --for gateway.v1.gateway.networking.k8s.io/web
row "events --types" '^No events found' events --types=Warning
row "describe shows events (R15.6)" 'Normal +Accepted .*it is taken' describe gateway web

echo "history"
row "get transitions" '^0+[0-9]+-[0-9] .* Gateway/web +Programmed +Unknown +True +Programmed +kubectl-patch' get transitions
row "get transitions -o wide" 'status\.conditions +system:anonymous' get transitions -o wide
row "get changes -A" '^table +0+[0-9]+ .* Gateway/web +MODIFIED' get changes -A
row "get clusterchanges" 'Namespace/table +ADDED' get clusterchanges
row "get transitions --field-selector" '^transition' get transitions --field-selector object.name=web,type=Programmed,status=True -o name
bad "get transitions of an unknown field" 'field label not supported: nope' get transitions --field-selector nope=1
change=$("$kubectl" get changes --field-selector object.name=web,type=ADDED -o 'jsonpath={.items[0].metadata.name}')
row "describe change" 'Resource: +gateways.gateway.networking.k8s.io' describe change "$change"
row "get change -o yaml" '^  fieldManager: ' get change "$change" -o yaml
row "explain transitions" 'The status before' explain transitions.oldStatus
bad "delete of what the log says" 'MethodNotAllowed' delete change "$change"
"$kubectl" get transitions -w --watch-only >"$work/timeline" 2>&1 &
timeline=$!
# A watch that is open shows what comes: the flips go on until one is seen.
(for i in $(seq 40); do
  status=$([[ $((i % 2)) -eq 1 ]] && echo False || echo True)
  "$kubectl" patch gateway web --subresource=status --type=merge -p \
    '{"status":{"conditions":[{"type":"Programmed","status":"'"$status"'","reason":"Flip","message":"","lastTransitionTime":"'"$(date -u +%FT%TZ)"'"}]}}' >/dev/null
  sleep 0.5
done) &
flips=$!
await 60 'Gateway/web +Programmed +(True|False) +(True|False) +Flip' "$work/timeline" "$timeline" || fail "get transitions -w shows a live line" "$(cat "$work/timeline")"
kill "$flips" "$timeline" 2>/dev/null
wait "$flips" "$timeline" 2>/dev/null
path=/apis/gateway.networking.k8s.io/v1/namespaces/table/gateways/web
row "get --raw of a history" '"kind":"ObjectHistory"' get --raw "$path/history?limit=1"
row "get --raw of conditions" '"flaps":' get --raw "$path/conditions"
before=$("$kubectl" get change "$change" -o 'jsonpath={.revision}')
"$kubectl" patch gateway web --type=merge -p '{"spec":{"gatewayClassName":"wrong"}}' >/dev/null
echo "{\"revision\":$before}" >rollback.json
row "create --raw of a rollback" '"gatewayClassName":"example"' create --raw "$path/rollback" -f rollback.json
row "the change of a rollback" "\"history.gatefold.dev/restored-revision\": \"$before\"" get changes --field-selector object.name=web,type=MODIFIED -o json

echo "delete"
owner() { # NAME: a ConfigMap that owns another, NAME-owned
  "$kubectl" create configmap "$1" >/dev/null &&
    "$kubectl" create -f - >/dev/null <<<'{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"'"$1"'-owned","ownerReferences":[{"apiVersion":"v1","kind":"ConfigMap","name":"'"$1"'","uid":"'"$("$kubectl" get configmap "$1" -o 'jsonpath={.metadata.uid}')"'","blockOwnerDeletion":true}]}}' ||
    fail "R24 an owner for delete --cascade"
}
for policy in orphan foreground background; do
  owner $policy
  row "delete --cascade=$policy" 'deleted' delete configmap $policy --cascade=$policy
done
left "delete --cascade=orphan leaves what was owned" '^$' configmap orphan-owned -o 'jsonpath={.metadata.ownerReferences}'
bad "delete --cascade=foreground takes what was owned" 'NotFound' get configmap foreground-owned
row "delete --cascade=background takes what was owned, soon" 'condition met|^$' wait configmap/background-owned --for=delete --timeout=50s
row "delete --wait=false" 'deleted' delete gateway other --wait=false
row "delete -f" 'deleted' delete -f gateway-81.yaml
row "delete --ignore-not-found" '^$' delete -f gateway-81.yaml --ignore-not-found
row "delete -l" 'service.*deleted' delete services -l app=inside
row "delete --all" 'secret "registry" deleted' delete secrets --all
row "delete --dry-run=server" 'deleted \(server dry run\)' delete namespace table --dry-run=server
bad "top, without metrics" 'Metrics API not available' top node
row "delete of two kinds" 'clusterrolebinding.* deleted' delete clusterrole/table-reader clusterrolebinding/table-readers
row "delete namespace" 'namespace "table" deleted' delete namespace table
echo "$rows rows"
finish
