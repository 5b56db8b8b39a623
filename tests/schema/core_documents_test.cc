// What people write of core kinds is what their documents know, and is filled in as Kubernetes
// fills it in.
#include <fmt/format.h>

#include "schema/catalog.h"
#include "schema/defaults.h"
#include "schema/prune.h"
#include "schema/structural.h"
#include "schema/typed_decode.h"
#include "tests/schema/parsed.h"

namespace gatefold {
namespace {

using test::Texts;

// The object with its defaults; nothing of it may be unknown or wrong.
Value admitted(std::string_view text) {
  static const auto catalog = builtin_catalog();
  auto object = test::yaml(text);
  const auto api_version = string_at(object, {"apiVersion"});
  const auto slash = api_version.find('/');
  const auto group = slash == std::string_view::npos ? "" : api_version.substr(0, slash);
  const auto* kind = catalog->find_kind(group, string_at(object, {"kind"}));
  REQUIRE(kind != nullptr);
  CHECK(kind->core);
  const auto& schema = *kind->storage_version().schema;
  const auto decoded = decode_typed(kind->kind, schema, object);
  CHECK((decoded ? "" : decoded.error()) == "");
  CHECK(prune_unknown(schema, object) == Texts{});
  apply_defaults(schema, object);
  CHECK(test::texts(validate_structural(schema, object)) == Texts{});
  CHECK(test::texts(validate_list_types(schema, object)) == Texts{});
  return object;
}

TEST_CASE("a Deployment is filled in down to its containers (R23.7)") {
  const auto deployment = admitted(R"(
apiVersion: apps/v1
kind: Deployment
metadata: {name: envoy}
spec:
  selector: {matchLabels: {app: envoy}}
  template:
    metadata: {labels: {app: envoy}, creationTimestamp: null}
    spec:
      serviceAccountName: envoy
      containers:
      - name: envoy
        image: envoyproxy/envoy:v1
        env:
        - {name: POD, valueFrom: {fieldRef: {fieldPath: metadata.name}}}
        ports: [{containerPort: 8080}]
        readinessProbe: {httpGet: {port: 19001, path: /ready}}
        resources: {requests: {cpu: 100m, memory: 1}}
      volumes:
      - {name: certs, secret: {secretName: certs}}
)");
  const auto& spec = deployment.at("spec");
  CHECK(spec.at("replicas") == Value(1));
  CHECK(spec.at("strategy") ==
        test::yaml("{type: RollingUpdate, rollingUpdate: {maxSurge: 25%, maxUnavailable: 25%}}"));
  const auto& pod = spec.at("template").at("spec");
  CHECK(string_at(pod, {"restartPolicy"}) == "Always");
  CHECK(pod.at("volumes").at(0).at("secret").at("defaultMode") == Value(420));
  const auto& container = pod.at("containers").at(0);
  CHECK(container.at("ports") == test::yaml("[{containerPort: 8080, protocol: TCP}]"));
  CHECK(string_at(container.at("env").at(0), {"valueFrom", "fieldRef", "apiVersion"}) == "v1");
  CHECK(container.at("readinessProbe") ==
        test::yaml("{httpGet: {port: 19001, path: /ready, scheme: HTTP}, timeoutSeconds: 1,"
                   " periodSeconds: 10, successThreshold: 1, failureThreshold: 3}"));
}

TEST_CASE("other kinds that hold pods take the same templates") {
  const auto pod =
      admitted("{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {containers: [{name: a}]}}");
  CHECK(string_at(pod, {"status", "phase"}) == "Pending");
  const auto set = admitted(
      "{apiVersion: apps/v1, kind: DaemonSet, metadata: {name: a}, spec: {selector: {}, template: "
      "{spec: {containers: [{name: a, image: b}], tolerations: [{operator: Exists}]}}}}");
  CHECK(set.at("spec").at("updateStrategy") ==
        test::yaml("{type: RollingUpdate, rollingUpdate: {maxSurge: 0, maxUnavailable: 1}}"));
  CHECK(set.at("status").at("numberReady") == Value(0));
}

TEST_CASE("what scales and protects pods is filled in") {
  const auto scaler = admitted(
      "{apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler, metadata: {name: a}, spec:"
      " {maxReplicas: 5, scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: a}}}");
  CHECK(scaler.at("spec").at("minReplicas") == Value(1));
  CHECK(string_at(scaler.at("spec").at("metrics").at(0), {"resource", "name"}) == "cpu");
  admitted(
      "{apiVersion: policy/v1, kind: PodDisruptionBudget, metadata: {name: a},"
      " spec: {minAvailable: 50%, selector: {matchLabels: {a: b}}}}");
}

TEST_CASE("endpoints have protocols") {
  const auto slice = admitted(
      "{apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, metadata: {name: a}, addressType:"
      " IPv4, endpoints: [{addresses: [10.0.0.1], conditions: {ready: true}}], ports: [{port: "
      "80}]}");
  CHECK(slice.at("ports") == test::yaml("[{name: '', port: 80, protocol: TCP}]"));
  const auto endpoints = admitted(
      "{apiVersion: v1, kind: Endpoints, metadata: {name: a}, subsets: [{addresses:"
      " [{ip: 10.0.0.1}], ports: [{port: 80}]}]}");
  CHECK(endpoints.at("subsets").at(0).at("ports") == test::yaml("[{port: 80, protocol: TCP}]"));
}

TEST_CASE("leases, events, nodes and accounts are stored as they come (R23.4, R23.8)") {
  admitted(
      "{apiVersion: coordination.k8s.io/v1, kind: Lease, metadata: {name: a}, spec: "
      "{holderIdentity:"
      " b, leaseDurationSeconds: 15, renewTime: '2026-01-01T00:00:00.000001Z'}}");
  admitted(
      "{apiVersion: v1, kind: Event, metadata: {name: a}, involvedObject: {kind: Pod, name: a},"
      " reason: Ready, type: Normal, firstTimestamp: '2026-01-01T00:00:00Z', eventTime: null}");
  admitted(
      "{apiVersion: v1, kind: Node, metadata: {name: a}, status: {capacity: {cpu: 4}, addresses:"
      " [{type: InternalIP, address: 10.0.0.1}], daemonEndpoints: {kubeletEndpoint: {Port: 1}}}}");
  admitted("{apiVersion: v1, kind: ServiceAccount, metadata: {name: a}, secrets: [{name: b}]}");
}

TEST_CASE("roles and their bindings are stored as they come (R23.8)") {
  constexpr auto kRules =
      "{{apiVersion: rbac.authorization.k8s.io/v1, kind: {}, metadata: {{name: a}}, rules:"
      " [{{apiGroups: [''], resources: [pods], verbs: [get]}}]}}";
  for (const auto* kind : {"Role", "ClusterRole"}) admitted(fmt::format(kRules, kind));
  constexpr auto kBinding =
      "{{apiVersion: rbac.authorization.k8s.io/v1, kind: {}, metadata: {{name: a}}, roleRef: "
      "{{kind:"
      " Role, name: a}}, subjects: [{{kind: ServiceAccount, name: a, namespace: b}}]}}";
  for (const auto* kind : {"RoleBinding", "ClusterRoleBinding"}) {
    const auto binding = admitted(fmt::format(kBinding, kind));
    CHECK(string_at(binding, {"roleRef", "apiGroup"}) == "rbac.authorization.k8s.io");
  }
}

}  // namespace
}  // namespace gatefold
