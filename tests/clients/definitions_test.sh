#!/usr/bin/env bash
# Definitions with kubectl: upstream's replace ours on a running server and are created where there are none; then
# upstream's examples are accepted as before. Last, kinds that scale.
# definitions_test.sh GATEFOLD KUBECTL SOURCE_DIR
GATEFOLD=$1 kubectl=$2 source=$3
. "$source/tests/clients/lib.sh"
shared=$source/../shared/gateway-api

definitions() { # CHANNEL
  grep -lE '^kind: CustomResourceDefinition$' "$shared/crds/$1/"*.yaml
}

names() { # CHANNEL
  definitions "$1" | xargs sed -n 's/^  name: \(.*\..*\)$/\1/p'
}

# Upstream's policy goes in last, and denies what it should from then on.
policies() { # CHANNEL
  local gateways=$shared/crds/$1/gateway.networking.k8s.io_gateways.yaml
  expect "apply the policy" 'created$' "$kubectl" apply -f "$shared/crds/$1/gateway.networking.k8s.io_vap_safeupgrades.yaml"
  expect "the policy" '^safe-upgrades\.gateway\.networking\.k8s\.io +2 +<unset>' "$kubectl" get validatingadmissionpolicies
  expect "the binding" 'safe-upgrades\.gateway\.networking\.k8s\.io +<unset>' "$kubectl" get validatingadmissionpolicybindings
  expect "what is newer is let through" 'replaced$' "$kubectl" replace -f "$gateways"
  expect_failure "an old bundle is denied" "ValidatingAdmissionPolicy 'safe-upgrades.gateway.networking.k8s.io' with binding 'safe-upgrades.gateway.networking.k8s.io' denied request: Installing CRDs with version .* is prohibited by default" \
    "$kubectl" replace -f - < <(sed 's/bundle-version: v1.6.1/bundle-version: v1.4.0/' "$gateways")
  if [[ $1 == standard ]]; then
    expect_failure "the experimental channel over the standard one is denied" 'Installing experimental CRDs on top of standard channel CRDs is prohibited by default' \
      "$kubectl" replace -f "$shared/crds/experimental/gateway.networking.k8s.io_gateways.yaml"
  fi
  expect "other definitions are none of its business" 'created$' "$kubectl" create -f - <<<'{"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","metadata":{"name":"lamps.example.com"},
    "spec":{"group":"example.com","names":{"plural":"lamps","kind":"Lamp"},"scope":"Cluster","versions":[{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object"}}}]}}'
}

examples() { # CHANNEL
  local file name
  for file in "$shared/examples/0-namespaces.yaml" $(find "$shared/examples" -name '*.yaml' | sort); do
    grep -hoE '^  namespace: .*' "$file" | awk '{print $2}' | sort -u | while read -r name; do
      "$kubectl" get namespace "$name" >/dev/null 2>&1 || "$kubectl" create -f - <<<'{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"'"$name"'"}}' >/dev/null
    done
    expect "apply $file under upstream's definitions" '(created|configured|unchanged)$' "$kubectl" apply -f "$file"
  done
}

for channel in standard experimental; do
  start_server --in-memory --channel "$channel"
  expect "definitions are seeded" 'gateways.gateway.networking.k8s.io' "$kubectl" get crds
  if [[ ! -d $shared ]]; then
    echo "SKIP: upstream's definitions are absent"
    stop_server
    continue
  fi
  [[ $("$kubectl" get crds -o name | wc -l) -eq $(names "$channel" | wc -l) ]] || fail "$channel: other definitions than upstream's" "$("$kubectl" get crds)"
  for file in $(definitions "$channel"); do
    expect "replace $file" 'replaced$' "$kubectl" replace -f "$file"
  done
  expect "still established" 'condition met$' "$kubectl" wait --for=condition=Established --timeout=50s crd --all
  policies "$channel"
  examples "$channel"
  expect_failure "upstream's rules hold" 'tls must not be specified' "$kubectl" apply -f - <<<'
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: wrong}
spec:
  gatewayClassName: x
  listeners: [{name: a, port: 80, protocol: HTTP, tls: {mode: Terminate}}]'
  gateways=$shared/crds/$channel/gateway.networking.k8s.io_gateways.yaml
  expect "the binding goes" 'deleted$' "$kubectl" delete validatingadmissionpolicybinding safe-upgrades.gateway.networking.k8s.io
  expect "and the policy is asleep" 'replaced$' "$kubectl" replace -f - < <(sed 's/bundle-version: v1.6.1/bundle-version: v1.4.0/' "$gateways")
  stop_server || fail "the server ended with code $?"

  start_server --in-memory --no-builtin-gateway-api
  expect_failure "no Gateway API" 'resource type "gateways"' "$kubectl" get gateways
  for file in $(definitions "$channel"); do
    expect "create $file" 'created$' "$kubectl" create -f "$file"
  done
  expect "established" 'condition met$' "$kubectl" wait --for=condition=Established --timeout=50s crd --all
  expect "gateways are served" 'No resources found' "$kubectl" get gateways
  expect "a class" 'created$' "$kubectl" apply -f "$source/examples/tour/1-class.yaml"
  expect "definitions go" 'deleted$' "$kubectl" delete crd gatewayclasses.gateway.networking.k8s.io --timeout=50s
  expect_failure "and their kinds with them" 'resource type "gatewayclasses"|could not find' "$kubectl" get gatewayclasses
  stop_server || fail "the server ended with code $?"
done
start_server --in-memory
expect "a definition with a scale" 'created$' "$kubectl" create -f - <<<'
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: crews.work.example.com}
spec:
  group: work.example.com
  scope: Namespaced
  names: {plural: crews, kind: Crew}
  versions:
  - name: v1
    served: true
    storage: true
    subresources: {status: {}, scale: {specReplicasPath: .spec.size, statusReplicasPath: .status.size}}
    schema:
      openAPIV3Schema:
        type: object
        properties:
          spec: {type: object, properties: {size: {type: integer, maximum: 9}}}
          status: {type: object, properties: {size: {type: integer}}}'
expect "it is established" 'condition met$' "$kubectl" wait --for=condition=Established --timeout=50s crd crews.work.example.com
expect "a crew and a deployment" '^deployment.apps/d created$' "$kubectl" create -f - <<<'
apiVersion: work.example.com/v1
kind: Crew
metadata: {name: a}
spec: {size: 1}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: d}
spec:
  selector: {matchLabels: {app: d}}
  template: {metadata: {labels: {app: d}}, spec: {containers: [{name: c, image: i}]}}'
expect "scale a crew" 'scaled$' "$kubectl" scale crew a --replicas=3
expect "scale it on a condition" 'scaled$' "$kubectl" scale crew a --current-replicas=3 --replicas=5
expect "it has the size" '^5$' "$kubectl" get crew a -o 'jsonpath={.spec.size}{"\n"}'
expect_failure "on a condition that does not hold" 'to be 3, was 5' "$kubectl" scale crew a --current-replicas=3 --replicas=4
expect_failure "beyond what the schema allows" 'should be less than or equal to 9' "$kubectl" scale crew a --replicas=10
expect "scale a deployment" 'scaled$' "$kubectl" scale deployment d --replicas=2
expect "its scale as a table" '^d +2 +0 +' "$kubectl" get deployment d --subresource=scale
expect "patch its scale" 'patched$' "$kubectl" patch deployment d --subresource=scale --type=merge -p '{"spec":{"replicas":4}}'
expect "it has the replicas" '^4$' "$kubectl" get deployment d -o 'jsonpath={.spec.replicas}{"\n"}'
finish
