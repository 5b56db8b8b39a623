#include "engine/policy/environment.h"

#include "schema/invariant.h"
#include "schema/json.h"
#include "schema/schema_node.h"

namespace gatefold::engine {
namespace {

SchemaPtr read_schema(std::string_view text) {
  const auto document = parse_json(text);
  GATEFOLD_ASSERT(document.has_value());
  auto schema = parse_schema(document->value);
  GATEFOLD_ASSERT(schema.has_value());
  return std::move(*schema);
}

// Descriptions are the types' names; options are dyn, which only int-or-string declares.
const SchemaNode& request_schema() {
  static const auto kSchema = read_schema(R"({
  "type": "object", "description": "kubernetes.AdmissionRequest", "properties": {
    "kind": {"type": "object", "description": "kubernetes.GroupVersionKind", "properties": {
      "group": {"type": "string"}, "version": {"type": "string"}, "kind": {"type": "string"}}},
    "resource": {"type": "object", "description": "kubernetes.GroupVersionResource", "properties": {
      "group": {"type": "string"}, "version": {"type": "string"}, "resource": {"type": "string"}}},
    "subResource": {"type": "string"},
    "requestKind": {"type": "object", "description": "kubernetes.GroupVersionKind", "properties": {
      "group": {"type": "string"}, "version": {"type": "string"}, "kind": {"type": "string"}}},
    "requestResource": {"type": "object", "description": "kubernetes.GroupVersionResource",
      "properties": {
        "group": {"type": "string"}, "version": {"type": "string"},
        "resource": {"type": "string"}}},
    "requestSubResource": {"type": "string"},
    "name": {"type": "string"},
    "namespace": {"type": "string"},
    "operation": {"type": "string"},
    "userInfo": {"type": "object", "description": "kubernetes.UserInfo", "properties": {
      "username": {"type": "string"}, "uid": {"type": "string"},
      "groups": {"type": "array", "items": {"type": "string"}},
      "extra": {"type": "object",
                "additionalProperties": {"type": "array", "items": {"type": "string"}}}}},
    "dryRun": {"type": "boolean"},
    "options": {"x-kubernetes-int-or-string": true}}})");
  return *kSchema;
}

const SchemaNode& namespace_schema() {
  static const auto kSchema = read_schema(R"({
  "type": "object", "description": "kubernetes.Namespace", "properties": {
    "metadata": {"type": "object", "description": "kubernetes.NamespaceMetadata", "properties": {
      "name": {"type": "string"}, "generateName": {"type": "string"},
      "namespace": {"type": "string"},
      "labels": {"type": "object", "additionalProperties": {"type": "string"}},
      "annotations": {"type": "object", "additionalProperties": {"type": "string"}},
      "UID": {"type": "string"},
      "creationTimestamp": {"type": "string", "format": "date-time"},
      "deletionGracePeriodSeconds": {"type": "integer"},
      "deletionTimestamp": {"type": "string", "format": "date-time"},
      "generation": {"type": "integer"},
      "resourceVersion": {"type": "string"},
      "finalizers": {"type": "array", "items": {"type": "string"}}}},
    "spec": {"type": "object", "description": "kubernetes.NamespaceSpec", "properties": {
      "finalizers": {"type": "array", "items": {"type": "string"}}}},
    "status": {"type": "object", "description": "kubernetes.NamespaceStatus", "properties": {
      "phase": {"type": "string"},
      "conditions": {"type": "array", "items": {
        "type": "object", "description": "kubernetes.NamespaceCondition", "properties": {
          "status": {"type": "string"}, "type": {"type": "string"},
          "lastTransitionTime": {"type": "string", "format": "date-time"},
          "message": {"type": "string"}, "reason": {"type": "string"}}}}}}}})");
  return *kSchema;
}

}  // namespace

cel::Environment policy_environment(bool has_params) {
  cel::Environment environment;
  auto& variables = environment.variables;
  variables.resize(kPolicyVariables);
  variables[kObject].name = "object";
  variables[kOldObject].name = "oldObject";
  variables[kNamespaceObject] = {
      .name = "namespaceObject", .schema = &namespace_schema(), .is_plain = true};
  variables[kRequest] = {.name = "request", .schema = &request_schema(), .is_plain = true};
  variables[kParams] = {.name = "params", .is_hidden = !has_params};
  variables[kAuthorizer] = {.name = "authorizer", .opaque = "kubernetes.authorization.Authorizer"};
  variables[kRequestAuthorizer] = {.name = "authorizer.requestResource",
                                   .opaque = "kubernetes.authorization.ResourceCheck"};
  return environment;
}

}  // namespace gatefold::engine
