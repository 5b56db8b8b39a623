// Objects, commands and glances that contract tests are made of.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include <catch2/catch.hpp>

#include "schema/json.h"
#include "tests/support/door.h"

namespace gatefold::test {

// A door of each kind in turn; first in a test case.
#define GATEFOLD_EVERY_DOOR() \
  open_door(GENERATE(DoorKind::kEmbedded, DoorKind::kHttp, DoorKind::kReopened))

inline const Resource kGateways{"gateway.networking.k8s.io", "v1", "gateways"};
inline const Resource kClasses{"gateway.networking.k8s.io", "v1", "gatewayclasses", false};
inline const Resource kRoutes{"gateway.networking.k8s.io", "v1", "httproutes"};
inline const Resource kConfigMaps{"", "v1", "configmaps"};
inline const Resource kServices{"", "v1", "services"};
inline const Resource kNamespaces{"", "v1", "namespaces", false};

inline Value json(std::string_view text) {
  INFO(text);
  auto parsed = parse_json(text);
  REQUIRE(parsed.has_value());
  return std::move(parsed->value);
}

inline Value gateway(std::string_view name, std::string_view class_name = "x") {
  auto object = json(R"({"apiVersion":"gateway.networking.k8s.io/v1","kind":"Gateway",
    "metadata":{},"spec":{"listeners":[{"name":"http","port":80,"protocol":"HTTP"}]}})");
  if (!name.empty()) object.at("metadata").as_object()["name"] = name;
  object.at("spec").as_object()["gatewayClassName"] = class_name;
  return object;
}

inline Value config_map(std::string_view name) {
  return {{"apiVersion", "v1"}, {"kind", "ConfigMap"}, {"metadata", {{"name", name}}}};
}

inline Value name_space(std::string_view name) {
  return {{"apiVersion", "v1"}, {"kind", "Namespace"}, {"metadata", {{"name", name}}}};
}

inline Value labelled(Value object, std::string_view key, std::string_view value) {
  auto& metadata = object.at("metadata").as_object();
  if (!metadata.contains("labels")) metadata["labels"] = JsonObject();
  metadata["labels"].as_object()[key] = value;
  return object;
}

inline Value with_finalizer(Value object, std::string_view finalizer) {
  object.at("metadata").as_object()["finalizers"] = JsonArray{Value(finalizer)};
  return object;
}

inline engine::Command command(engine::Verb verb, const Resource& resource, std::string name_space,
                               std::string name, Value body = nullptr) {
  engine::Command command;
  command.verb = verb;
  command.group = resource.group;
  command.version = resource.version;
  command.plural = resource.plural;
  command.name_space = std::move(name_space);
  command.name = std::move(name);
  command.body = std::move(body);
  return command;
}

inline engine::Command create(const Resource& resource, Value object) {
  const auto* name_space = resource.namespaced ? "default" : "";
  return command(engine::Verb::kCreate, resource, name_space, "", std::move(object));
}

// Of the object that the body names.
inline engine::Command update(const Resource& resource, Value object) {
  std::string name(string_at(object, {"metadata", "name"}));
  const auto* name_space = resource.namespaced ? "default" : "";
  return command(engine::Verb::kUpdate, resource, name_space, std::move(name), std::move(object));
}

inline engine::Command update_status(const Resource& resource, Value object) {
  auto result = update(resource, std::move(object));
  result.subresource = "status";
  return result;
}

inline engine::Command patch(const Resource& resource, std::string name, Value body,
                             engine::PatchType type = engine::PatchType::kMerge) {
  const auto* name_space = resource.namespaced ? "default" : "";
  auto result =
      command(engine::Verb::kPatch, resource, name_space, std::move(name), std::move(body));
  result.patch_type = type;
  return result;
}

inline engine::Command remove(const Resource& resource, std::string name) {
  const auto* name_space = resource.namespaced ? "default" : "";
  return command(engine::Verb::kDelete, resource, name_space, std::move(name));
}

// The object that a write came to, which has to succeed.
inline Value done(Answer answer) {
  INFO(answer.reason << ": " << answer.message);
  REQUIRE(answer.ok());
  return std::move(answer.object);
}

inline std::string version_of(const Value& object) {
  return std::string(string_at(object, {"metadata", "resourceVersion"}));
}
inline std::string uid_of_object(const Value& object) {
  return std::string(string_at(object, {"metadata", "uid"}));
}
inline std::string name_in(const Value& object) {
  return std::string(string_at(object, {"metadata", "name"}));
}
inline std::int64_t generation_of(const Value& object) {
  return integer_at(object, {"metadata", "generation"}, -1);
}

// The fields of the causes of a refusal, joined by blanks.
inline std::string fields_of(const Answer& answer) {
  std::string fields;
  for (const auto& cause : answer.causes) fields += (fields.empty() ? "" : " ") + cause.field;
  return fields;
}

}  // namespace gatefold::test
