#!/usr/bin/env bash
# What people do with kubectl, from the first apply to the last delete, with the newest supported kubectl.
# kubectl_test.sh GATEFOLD KUBECTL SOURCE_DIR [basic]: `basic` leaves out what kubectl 1.20 can't do.
GATEFOLD=$1 kubectl=$2 source=$3 level=${4:-full}
. "$source/tests/clients/lib.sh"
start_server --in-memory

served='^(GatewayClass|Gateway|ListenerSet|(HTTP|GRPC|TLS|TCP|UDP)Route|BackendTLSPolicy|ReferenceGrant|Namespace|Service|Secret|ConfigMap)$'
k() { "$kubectl" "$@"; }

# Files of which every kind is served, in the order of their names.
manifests() { # FOLDER
  find "$1" -name '*.yaml' | sort | while read -r file; do
    grep -hE '^kind:' "$file" | awk '{print $2}' | grep -qvE "$served" || echo "$file"
  done
}

# The head of the table of a kind.
columns_of() { # KIND
  case $1 in
  GatewayClass) echo '^NAME +CONTROLLER +ACCEPTED +AGE' ;;
  Gateway) echo '^NAME +CLASS +ADDRESS +PROGRAMMED +AGE' ;;
  ListenerSet) echo '^NAME +ACCEPTED +PROGRAMMED +AGE' ;;
  HTTPRoute | GRPCRoute) echo '^NAME +HOSTNAMES +AGE' ;;
  TLSRoute | TCPRoute | UDPRoute | BackendTLSPolicy | ReferenceGrant) echo '^NAME +AGE' ;;
  Namespace) echo '^NAME +STATUS +AGE' ;;
  Service) echo '^NAME +TYPE +CLUSTER-IP +EXTERNAL-IP +PORT\(S\) +AGE' ;;
  Secret) echo '^NAME +TYPE +DATA +AGE' ;;
  ConfigMap) echo '^NAME +DATA +AGE' ;;
  esac
}

kinds_of() { # FILES...
  grep -hE '^kind:' "$@" | awk '{print $2}' | sort
}

# A word of each object's metadata.
words() { # FILE PATH
  k get -f "$1" -o "jsonpath={.items[*].metadata.$2}{.metadata.$2}"
}

# as_many NAME PATTERN COUNT COMMAND...: the command succeeds and prints that many lines that match.
as_many() {
  local name=$1 pattern=$2 count=$3 output found
  shift 3
  output=$("$@" 2>&1) || { fail "$name" "$output"; return; }
  found=$(grep -cE -- "$pattern" <<<"$output")
  [[ $found -eq $count ]] || fail "$name: $found of $count lines match $pattern" "$output"
}

apply_twice() { # FILE
  local name before
  # Namespaces that another file would have brought.
  grep -hE '^  namespace:' "$1" | awk '{print $2}' | sort -u | while read -r name; do
    k get namespace "$name" >/dev/null 2>&1 || k create -f - <<<'{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"'"$name"'"}}' >/dev/null
  done
  expect "apply $1" '(created|configured|unchanged)$' "$kubectl" apply -f "$1"
  before=$(words "$1" resourceVersion)
  expect "apply $1 again" '(configured|unchanged)$' "$kubectl" apply -f "$1"
  # kubectl compares with defaults filled in and may say "configured": the revisions tell.
  [[ $(words "$1" resourceVersion) == "$before" ]] || fail "$1 changed when it was applied again"
}

# One watch for each kind; each has shown what was there before anything is changed.
declare -A watchers
watch_kinds() { # FILES...
  local kind shown='{.metadata.namespace}/{.metadata.name} {.metadata.labels.seen}!{"\n"}'
  for kind in $(kinds_of "$@" | uniq); do
    : >"$work/watch-$kind" # of the folder before
    k get "$kind" -A -w -o "jsonpath=$shown" >"$work/watch-$kind" 2>"$work/watch-$kind.log" &
    watchers[$kind]=$!
  done
  for kind in "${!watchers[@]}"; do
    await 60 ' !$' "$work/watch-$kind" "${watchers[$kind]}" || fail "a watch of $kind shows what is there" "$(cat "$work/watch-$kind.log")"
  done
}

list() { # FILE
  local kind table
  table=$(k get -f "$1" 2>&1) || fail "get $1" "$table"
  for kind in $(kinds_of "$1" | uniq); do
    grep -qE -- "$(columns_of "$kind")" <<<"$table" || fail "columns of $kind in $1" "$table"
  done
}

change() { # FILE
  local kind count object name_space name_spaces objects
  count=$(kinds_of "$1" | wc -l)
  as_many "label $1" ' labeled$' "$count" "$kubectl" label --overwrite -f "$1" seen=yes
  as_many "patch $1" ' patched$' "$count" "$kubectl" patch -f "$1" --type=merge -p '{"metadata":{"annotations":{"example.org/note":"patched"}}}'
  local one='{.kind}={.metadata.namespace}/{.metadata.name}{"\n"}'
  k get -f "$1" -o "jsonpath={range .items[*]}$one{end}$one" | grep -v '^List=' >"$work/objects"
  # kubectl edits within one namespace at a time.
  mapfile -t name_spaces < <(sed 's|.*=\(.*\)/.*|\1|' "$work/objects" | sort -u)
  for name_space in "${name_spaces[@]}"; do
    mapfile -t objects < <(sed -n "s|=$name_space/|/|p" "$work/objects")
    as_many "edit $1" ' edited$' "${#objects[@]}" env KUBE_EDITOR="$work/editor" "$kubectl" edit -n "$name_space" "${objects[@]}"
  done
  [[ $(words "$1" 'annotations.example\.org/note' | grep -ow edited | wc -l) -eq $count ]] || fail "$1 keeps what was edited"
  while IFS='=' read -r kind object; do
    await 60 "^$object yes!$" "$work/watch-$kind" "${watchers[$kind]}" || fail "a watch shows the label of $kind $object"
  done <"$work/objects"
}

printf '#!/bin/sh\nsed -i "s|example.org/note: patched|example.org/note: edited|" "$1"\n' >"$work/editor" && chmod +x "$work/editor"
upstream=$source/../shared/gateway-api/examples
for folder in "$source/examples" "$upstream"; do
  if [[ ! -d $folder ]]; then
    echo "SKIP: upstream's example manifests are absent"
    continue
  fi
  mapfile -t files < <(manifests "$folder")
  echo "$folder: ${#files[@]} manifests"
  [[ ${#files[@]} -gt 0 ]] || fail "no manifests in $folder"
  for file in "${files[@]}"; do
    apply_twice "$file"
    list "$file"
  done
  guard_is_silent
  if [[ $level == full ]]; then
    watch_kinds "${files[@]}"
    for file in "${files[@]}"; do change "$file"; done
    kill "${watchers[@]}" 2>/dev/null
    wait "${watchers[@]}" 2>/dev/null
    watchers=()
  fi
  for file in "${files[@]}"; do
    expect "delete $file" '' "$kubectl" delete --ignore-not-found -f "$file"
  done
done
expect "nothing is left" '^No resources found' "$kubectl" get gateway-api -A

cat >"$work/tour.yaml" <<'YAML'
apiVersion: v1
kind: Namespace
metadata: {name: shop}
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: web, namespace: shop}
spec:
  gatewayClassName: edge
  listeners:
  - {name: http, port: 80, protocol: HTTP}
---
apiVersion: v1
kind: Service
metadata: {name: cart, namespace: shop}
spec: {selector: {app: cart}, ports: [{port: 80, targetPort: 8080}]}
---
apiVersion: v1
kind: Service
metadata: {name: db, namespace: shop}
spec: {type: ExternalName, externalName: db.example}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: settings, namespace: shop}
data: {colour: blue}
---
apiVersion: v1
kind: Secret
metadata: {name: token, namespace: shop}
stringData: {key: value}
YAML
expect "apply" 'gateway.gateway.networking.k8s.io/web created' "$kubectl" apply -f "$work/tour.yaml"
expect "get by short name" '^web +edge +Unknown' "$kubectl" get gtw -n shop
expect "get all of a category" '^service/cart ' "$kubectl" get all -n shop
expect "an external name has no address" '^db +ExternalName +<none> +db.example' "$kubectl" get svc -n shop
expect "a service's columns" '^cart +ClusterIP +[0-9.]+ +<none> +80/TCP' "$kubectl" get svc -n shop
expect "yaml" 'gatewayClassName: edge' "$kubectl" get gateway web -n shop -o yaml
expect "jsonpath" '^80$' "$kubectl" get gateway web -n shop -o 'jsonpath={.spec.listeners[0].port}'
expect "describe" 'Gateway Class Name: +edge' "$kubectl" describe gateway web -n shop
expect "label" 'labeled' "$kubectl" label gateway web -n shop tier=front
expect "label again" 'not labeled' "$kubectl" label gateway web -n shop --overwrite tier=front
expect "select" '^web ' "$kubectl" get gateways -n shop -l tier=front --no-headers
expect "select nothing" 'No resources found' "$kubectl" get gateways -n shop -l tier=back
expect "annotate" 'annotated' "$kubectl" annotate gateway web -n shop example.org/a=b
expect "merge patch" 'patched' "$kubectl" patch gateway web -n shop --type=merge -p '{"spec":{"listeners":[{"name":"http","port":81,"protocol":"HTTP"}]}}'
expect "json patch" 'patched' "$kubectl" patch gateway web -n shop --type=json -p '[{"op":"replace","path":"/spec/listeners/0/port","value":82}]'
expect "strategic patch" 'patched' "$kubectl" patch service cart -n shop -p '{"spec":{"ports":[{"port":81,"name":"two"},{"port":80,"name":"one"}]}}'
expect "strategic patch merged" '8080' "$kubectl" get service cart -n shop -o 'jsonpath={.spec.ports[?(@.port==80)].targetPort}'
printf '#!/bin/sh\nsed -i "s/port: 82/port: 83/" "$1"\n' >"$work/editor" && chmod +x "$work/editor"
expect "edit" 'edited' env KUBE_EDITOR="$work/editor" "$kubectl" edit gateway web -n shop
expect "edited" '^83$' "$kubectl" get gateway web -n shop -o 'jsonpath={.spec.listeners[0].port}'
more='{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"more","namespace":"shop"},"data":{"a":"b"}}'
expect "create configmap" 'created' "$kubectl" create -f - <<<"$more"
expect "secret is base64" '^dmFsdWU=$' "$kubectl" get secret token -n shop -o 'jsonpath={.data.key}'
expect "replace" 'replaced' bash -c "'$kubectl' get configmap more -n shop -o yaml | sed 's/a: b/a: c/' | '$kubectl' replace -f -"
expect_failure "get what is not there" '\(NotFound\).*gateways.gateway.networking.k8s.io "nope" not found' "$kubectl" get gateway nope -n shop
expect_failure "create what is there" 'AlreadyExists' "$kubectl" create -f - <<<"$more"
expect_failure "invalid" 'port.*should be less than or equal to 65535' "$kubectl" patch gateway web -n shop --type=merge -p '{"spec":{"listeners":[{"name":"http","port":99999,"protocol":"HTTP"}]}}'

# Events of both groups: what a component says of the Gateway, and what a newer one does.
gateway="apiVersion: gateway.networking.k8s.io/v1, kind: Gateway, namespace: shop, name: web, uid: $(k get gateway web -n shop -o 'jsonpath={.metadata.uid}')"
cat >"$work/events.yaml" <<YAML
apiVersion: v1
kind: Event
metadata: {name: web.1, namespace: shop}
involvedObject: {$gateway}
firstTimestamp: "$(date -u +%FT%TZ)"
lastTimestamp: "$(date -u +%FT%TZ)"
count: 2
type: Normal
reason: Accepted
message: it is taken
source: {component: edge-controller}
---
apiVersion: events.k8s.io/v1
kind: Event
metadata: {name: web.2, namespace: shop}
regarding: {$gateway}
eventTime: "$(date -u +%FT%T.000000Z)"
type: Warning
reason: Slow
action: Programming
note: it takes its time
reportingController: example.org/edge
reportingInstance: edge-1
YAML
expect "create events" 'event.events.k8s.io/web.2 created' "$kubectl" create -f "$work/events.yaml"
expect "events" '^LAST SEEN +TYPE +REASON +OBJECT +MESSAGE' "$kubectl" get events -n shop
expect "an event" '^[0-9ms]+ +Normal +Accepted +gateway/web +it is taken' "$kubectl" get events -n shop
expect "a newer event" '^[0-9ms]+ +Warning +Slow +gateway/web +it takes its time' "$kubectl" get events -n shop
expect "events, wide" 'gateway/web +edge-controller +it is taken +[0-9ms]+ +2 +web.1$' "$kubectl" get events -n shop -o wide
expect "events of the newer group" '^[0-9ms]+ +Normal +Accepted +gateway/web +it is taken' "$kubectl" get events.events.k8s.io -n shop
expect "an event as the newer group has it" '^it is taken$' "$kubectl" get events.events.k8s.io web.1 -n shop -o 'jsonpath={.note}'
expect "events by field" '^web.2$' "$kubectl" get events.events.k8s.io -n shop --field-selector regarding.name=web,type=Warning -o 'jsonpath={.items[*].metadata.name}'
expect "describe shows events" 'Slow +.*it takes its time' "$kubectl" describe gateway web -n shop
expect "a series" 'patched' "$kubectl" patch events.events.k8s.io web.2 -n shop -p "{\"series\":{\"count\":5,\"lastObservedTime\":\"$(date -u +%FT%T.000000Z)\"}}"

if [[ $level == full ]]; then
  expect "kubectl events" '^[0-9ms]+ \(x5 over [0-9ms]+\) +Warning +Slow +Gateway/web +it takes its time' "$kubectl" events -n shop
  expect "kubectl events of one object" 'Accepted +Gateway/web' "$kubectl" events -n shop --for gateway.v1.gateway.networking.k8s.io/web
  expect "explain an event" 'FIELD: note' "$kubectl" explain events.note --api-version=events.k8s.io/v1
  expect "explain" '<\[\]Object>' "$kubectl" explain gateway.spec.listeners
  expect "explain below" 'FIELD: port' "$kubectl" explain gateway.spec.listeners.port
  expect "status" 'patched' "$kubectl" patch gateway web -n shop --subresource=status --type=merge -p \
    '{"status":{"conditions":[{"type":"Programmed","status":"True","reason":"Programmed","message":"it runs","lastTransitionTime":"2026-01-01T00:00:00Z"}]}}'
  expect "status is shown" '^web +edge +True' "$kubectl" get gtw -n shop
  expect "wait" 'condition met' "$kubectl" wait gateway/web -n shop --for=condition=Programmed --timeout=50s
  expect "dry run" 'server dry run' "$kubectl" apply -f "$work/tour.yaml" --dry-run=server
  expect_failure "strict" 'unknown field "spec.nope"' "$kubectl" create -f - <<<'{"apiVersion":"gateway.networking.k8s.io/v1","kind":"Gateway","metadata":{"name":"x","namespace":"shop"},"spec":{"nope":1,"gatewayClassName":"a","listeners":[{"name":"a","port":1,"protocol":"HTTP"}]}}'
  sed -n '1,/^---/p' "$work/tour.yaml" >"$work/namespace.yaml"
  expect "diff finds nothing" '^$' "$kubectl" diff -f "$work/namespace.yaml"
  sed 's/{name: shop}/{name: shop, labels: {a: b}}/' "$work/namespace.yaml" >"$work/labelled.yaml"
  expect_failure "diff finds a label" '^\+ +a: b$' "$kubectl" diff -f "$work/labelled.yaml"
  expect "raw" '"major": ?"1"' "$kubectl" get --raw /version

  # What kubectl sends in protobuf since 1.32, without a fallback (R4.1, R4.2).
  typed() { # NAME PATTERN ARGUMENTS...
    expect "create $1 in protobuf (R4.1, R4.2)" "$2" "$kubectl" create "${@:3}"
  }
  typed namespace '^namespace/typed created$' namespace typed
  typed configmap '^configmap/settings created$' configmap settings -n typed --from-literal=colour=blue --from-file=script="$work/editor"
  typed secret '^secret/token created$' secret generic token -n typed --from-literal=key=value
  typed serviceaccount '^serviceaccount/robot created$' serviceaccount robot -n typed
  typed service '^service/cart created$' service clusterip cart -n typed --tcp=80:8080
  typed "external service" '^service/db created$' service externalname db -n typed --external-name=db.example
  typed role '^role.rbac.authorization.k8s.io/reader created$' role reader -n typed --verb=get,list --resource=configmaps --resource-name=settings
  typed rolebinding '^rolebinding.rbac.authorization.k8s.io/readers created$' rolebinding readers -n typed --role=reader --serviceaccount=typed:robot
  typed clusterrole '^clusterrole.rbac.authorization.k8s.io/typed created$' clusterrole typed --verb=get --resource=gateways.gateway.networking.k8s.io
  typed clusterrolebinding '^clusterrolebinding.rbac.authorization.k8s.io/typed created$' clusterrolebinding typed --clusterrole=typed --user=ann --group=ops
  typed deployment '^deployment.apps/web created$' deployment web -n typed --image=registry.example/web:1 --replicas=2 --port=8080
  typed poddisruptionbudget '^poddisruptionbudget.policy/web created$' poddisruptionbudget web -n typed --selector=app=web --min-available=50%
  expect "autoscale in protobuf (R4.1, R4.2)" '^horizontalpodautoscaler.autoscaling/web autoscaled$' "$kubectl" autoscale deployment web -n typed --min=2 --max=5 --cpu-percent=80
  expect "a server dry run in protobuf" 'created \(server dry run\)$' "$kubectl" create configmap dry -n typed --dry-run=server --from-literal=a=b
  expect_failure "an invalid object in protobuf (R4.5)" '(Invalid|invalid)' "$kubectl" create configmap Upper -n typed
  expect_failure "what is there is not created again in protobuf (R4.5)" 'AlreadyExists|already exists' "$kubectl" create serviceaccount robot -n typed
  kept() { # NAME PATTERN OBJECT PATH
    expect "$1 from protobuf (R4.8)" "$2" "$kubectl" get "$3" -n typed -o "jsonpath=$4"
  }
  kept "texts" '^blue$' configmap/settings '{.data.colour}'
  kept "bytes" '^dmFsdWU=$' secret/token '{.data.key}'
  kept "ports" '^80 8080 TCP$' service/cart '{.spec.ports[0].port} {.spec.ports[0].targetPort} {.spec.ports[0].protocol}'
  kept "rules" '^get list settings$' role/reader '{.rules[0].verbs[*]} {.rules[0].resourceNames[0]}'
  kept "replicas and a template" '^2 registry.example/web:1 8080$' deployment/web '{.spec.replicas} {.spec.template.spec.containers[0].image} {.spec.template.spec.containers[0].ports[0].containerPort}'
  kept "a percentage" '^50%$' poddisruptionbudget/web '{.spec.minAvailable}'
  kept "a target" '^80$' horizontalpodautoscaler/web '{.spec.metrics[0].resource.target.averageUtilization}'
  expect "delete what came in protobuf" 'namespace "typed" deleted' "$kubectl" delete namespace typed
  expect "delete cluster-wide roles" 'deleted' "$kubectl" delete clusterrole,clusterrolebinding typed
fi
expect "api-resources" 'gateways +gtw +gateway.networking.k8s.io/v1 +true +Gateway' "$kubectl" api-resources
expect "api-versions" '^gateway.networking.k8s.io/v1beta1$' "$kubectl" api-versions
expect "version" 'Server Version: .*v1\.33' "$kubectl" version

expect "delete one" 'deleted' "$kubectl" delete configmap more -n shop
expect "delete by label" 'deleted' "$kubectl" delete gateways -n shop -l tier=front
expect "a service account" 'serviceaccount/web created' "$kubectl" create -n shop -f - \
  <<<'{"apiVersion":"v1","kind":"ServiceAccount","metadata":{"name":"web"}}'
expect "a token of it (R20.8)" '"token": ?"[^".]+\.[^".]+\.[^".]+"' "$kubectl" create -f - \
  --raw /api/v1/namespaces/shop/serviceaccounts/web/token <<<'{"apiVersion":"authentication.k8s.io/v1","kind":"TokenRequest"}'
expect "one may do everything (R20.6)" '"allowed": ?true' "$kubectl" create -f - \
  --raw /apis/authorization.k8s.io/v1/selfsubjectaccessreviews \
  <<<'{"apiVersion":"authorization.k8s.io/v1","kind":"SelfSubjectAccessReview","spec":{"resourceAttributes":{"verb":"get","resource":"pods"}}}'
expect "one is taken for another (R20.9)" '"username": ?"ann"' "$kubectl" create --as ann -f - \
  --raw /apis/authentication.k8s.io/v1/selfsubjectreviews <<<'{"apiVersion":"authentication.k8s.io/v1","kind":"SelfSubjectReview"}'
expect "delete the namespace" 'namespace "shop" deleted' "$kubectl" delete namespace shop
expect_failure "its contents are gone" 'NotFound' "$kubectl" get service cart -n shop
finish
