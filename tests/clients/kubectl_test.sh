#!/usr/bin/env bash
# What people do with kubectl, from the first apply to the last delete, with the newest supported kubectl.
# kubectl_test.sh GATEFOLD KUBECTL SOURCE_DIR [basic]: `basic` leaves out what kubectl 1.20 can't do.
GATEFOLD=$1 kubectl=$2 source=$3 level=${4:-full}
. "$source/tests/clients/lib.sh"
start_server --in-memory

served='^(GatewayClass|Gateway|HTTPRoute|ReferenceGrant|Namespace|Service|Secret|ConfigMap)$'
k() { "$kubectl" "$@"; }

# Files of which every kind is served, in the order of their names.
manifests() { # FOLDER
  find "$1" -name '*.yaml' | sort | while read -r file; do
    grep -hE '^kind:' "$file" | awk '{print $2}' | grep -qvE "$served" || echo "$file"
  done
}

revisions() { # FILE
  k get -f "$1" -o 'jsonpath={.items[*].metadata.resourceVersion}{.metadata.resourceVersion}'
}

apply_all() { # FOLDER
  local file output before
  manifests "$1" | while read -r file; do
    # Namespaces that another file would have brought.
    grep -hE '^  namespace:' "$file" | awk '{print $2}' | sort -u | while read -r name; do
      k get namespace "$name" >/dev/null 2>&1 || k create -f - <<<'{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"'"$name"'"}}' >/dev/null
    done
    output=$(k apply -f "$file" 2>&1) || { echo "FAILED apply $file: $output"; continue; }
    before=$(revisions "$file")
    output=$(k apply -f "$file" 2>&1) || { echo "FAILED apply again $file: $output"; continue; }
    # kubectl compares with defaults filled in and may say "configured": the revisions tell.
    [[ $(revisions "$file") == "$before" ]] || echo "FAILED changed again $file: $output"
  done
}

delete_all() { # FOLDER
  local file output
  manifests "$1" | while read -r file; do
    output=$(k delete --ignore-not-found -f "$file" 2>&1) || echo "FAILED delete $file: $output"
  done
}

upstream=$source/../shared/gateway-api/examples
for folder in "$source/examples" "$upstream"; do
  if [[ ! -d $folder ]]; then
    echo "SKIP: upstream's example manifests are absent"
    continue
  fi
  count=$(manifests "$folder" | wc -l)
  echo "$folder: $count manifests"
  [[ $count -gt 0 ]] || fail "no manifests in $folder"
  problems=$(apply_all "$folder")
  [[ -z $problems ]] || fail "applying $folder" "$problems"
  expect "lists gateways" '^NAMESPACE +NAME +CLASS +ADDRESS +PROGRAMMED +AGE' "$kubectl" get gateways -A
  expect "lists routes" '^NAMESPACE +NAME +HOSTNAMES +AGE' "$kubectl" get httproutes -A
  problems=$(delete_all "$folder")
  [[ -z $problems ]] || fail "deleting $folder" "$problems"
done
expect "nothing is left" '^No resources found' "$kubectl" get gateways,httproutes,gatewayclasses -A

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
expect "get all of a category" '^cart ' "$kubectl" get all -n shop
expect "a service's columns" '^cart +ClusterIP +[0-9.]+ +<none> +80/TCP' "$kubectl" get svc -n shop
expect "yaml" 'gatewayClassName: edge' "$kubectl" get gateway web -n shop -o yaml
expect "jsonpath" '^80$' "$kubectl" get gateway web -n shop -o 'jsonpath={.spec.listeners[0].port}'
expect "describe" 'Gateway Class Name: +edge' "$kubectl" describe gateway web -n shop
expect "label" 'labeled' "$kubectl" label gateway web -n shop tier=front
expect "label again" 'not labeled|labeled' "$kubectl" label gateway web -n shop --overwrite tier=front
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
# Not `kubectl create configmap`: since 1.32 it sends protobuf.
more='{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"more","namespace":"shop"},"data":{"a":"b"}}'
expect "create configmap" 'created' "$kubectl" create -f - <<<"$more"
expect "secret is base64" '^dmFsdWU=$' "$kubectl" get secret token -n shop -o 'jsonpath={.data.key}'
expect "replace" 'replaced' bash -c "'$kubectl' get configmap more -n shop -o yaml | sed 's/a: b/a: c/' | '$kubectl' replace -f -"
expect_failure "get what is not there" '\(NotFound\).*gateways.gateway.networking.k8s.io "nope" not found' "$kubectl" get gateway nope -n shop
expect_failure "create what is there" 'AlreadyExists' "$kubectl" create -f - <<<"$more"
expect_failure "invalid" 'port.*should be less than or equal to 65535' "$kubectl" patch gateway web -n shop --type=merge -p '{"spec":{"listeners":[{"name":"http","port":99999,"protocol":"HTTP"}]}}'

timeout 20 "$kubectl" get gateways -n shop -w -o name >"$work/watch" 2>&1 &
watcher=$!
sleep 1
expect "change under watch" 'labeled' "$kubectl" label gateway web -n shop --overwrite tier=middle
for _ in $(seq 100); do
  [[ $(grep -c web "$work/watch") -ge 2 ]] && break
  sleep 0.1
done
kill "$watcher" 2>/dev/null
wait "$watcher" 2>/dev/null
[[ $(grep -c web "$work/watch") -eq 2 ]] || fail "the watch shows the object and its change" "$(cat "$work/watch")"

if [[ $level == full ]]; then
  expect "explain" '<\[\]Object>' "$kubectl" explain gateway.spec.listeners
  expect "explain below" 'FIELD: port' "$kubectl" explain gateway.spec.listeners.port
  expect "status" 'patched' "$kubectl" patch gateway web -n shop --subresource=status --type=merge -p \
    '{"status":{"conditions":[{"type":"Programmed","status":"True","reason":"Programmed","message":"it runs","lastTransitionTime":"2026-01-01T00:00:00Z"}]}}'
  expect "status is shown" '^web +edge +True' "$kubectl" get gtw -n shop
  expect "wait" 'condition met' "$kubectl" wait gateway/web -n shop --for=condition=Programmed --timeout=10s
  expect "dry run" 'server dry run' "$kubectl" apply -f "$work/tour.yaml" --dry-run=server
  expect_failure "strict" 'unknown field "spec.nope"' "$kubectl" create -f - <<<'{"apiVersion":"gateway.networking.k8s.io/v1","kind":"Gateway","metadata":{"name":"x","namespace":"shop"},"spec":{"nope":1,"gatewayClassName":"a","listeners":[{"name":"a","port":1,"protocol":"HTTP"}]}}'
  expect "diff finds nothing" '^$' bash -c "'$kubectl' diff -f <(sed -n '1,3p' '$work/tour.yaml'); echo"
  expect "raw" '"major": ?"1"' "$kubectl" get --raw /version
fi
expect "api-resources" 'gateways +gtw +gateway.networking.k8s.io/v1 +true +Gateway' "$kubectl" api-resources
expect "api-versions" '^gateway.networking.k8s.io/v1beta1$' "$kubectl" api-versions
expect "version" '1\.33' "$kubectl" version

expect "delete one" 'deleted' "$kubectl" delete configmap more -n shop
expect "delete by label" 'deleted' "$kubectl" delete gateways -n shop -l tier=middle
expect "delete the namespace" 'namespace "shop" deleted' "$kubectl" delete namespace shop
expect_failure "its contents are gone" 'NotFound' "$kubectl" get service cart -n shop
finish
