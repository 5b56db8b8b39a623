// The types that Kubernetes gives `request` and `namespaceObject`
// (k8s.io/apiserver pkg/admission/plugin/cel/compile.go), as schemas.
#pragma once

#include <string_view>

namespace gatefold::test {

inline constexpr std::string_view kRequestSchema = R"({
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
    "options": {"x-kubernetes-int-or-string": true}}})";

inline constexpr std::string_view kNamespaceSchema = R"({
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
          "message": {"type": "string"}, "reason": {"type": "string"}}}}}}}})";

}  // namespace gatefold::test
