#include "engine/stand_in.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

#include "engine/definitions.h"
#include "engine/known_definitions.h"
#include "schema/json.h"
#include "storage/digest.h"

namespace gatefold::engine {
namespace {

JsonObject any_object() {
  return {{"type", "object"}, {"x-kubernetes-preserve-unknown-fields", true}};
}

JsonObject text_schema() {
  return {{"type", "string"}};
}

// What makes a list one of conditions, and lets everything else through.
JsonObject open_schema() {
  auto condition = any_object();
  condition["properties"] = JsonObject{{"type", text_schema()},
                                       {"status", text_schema()},
                                       {"reason", text_schema()},
                                       {"message", text_schema()},
                                       {"observedGeneration", JsonObject{{"type", "integer"}}},
                                       {"lastTransitionTime", text_schema()}};
  auto status = any_object();
  status["properties"] =
      JsonObject{{"conditions", JsonObject{{"type", "array"}, {"items", std::move(condition)}}}};
  auto schema = any_object();
  schema["properties"] = JsonObject{{"spec", any_object()}, {"status", std::move(status)}};
  return schema;
}

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

Value open_definition(const storage::Event& seen) {
  const auto& resource = seen.key.resource;
  const auto plural =
      seen.group.empty() ? resource : resource.substr(0, resource.size() - seen.group.size() - 1);
  JsonObject version{{"name", seen.version},
                     {"served", true},
                     {"storage", true},
                     {"schema", JsonObject{{"openAPIV3Schema", open_schema()}}},
                     {"subresources", JsonObject{{"status", JsonObject{}}}}};
  return JsonObject{
      {"apiVersion", "apiextensions.k8s.io/v1"},
      {"kind", "CustomResourceDefinition"},
      {"metadata", JsonObject{{"name", resource}}},
      {"spec", JsonObject{{"group", seen.group},
                          {"names", JsonObject{{"kind", seen.kind},
                                               {"listKind", seen.kind + "List"},
                                               {"plural", plural},
                                               {"singular", lower(seen.kind)}}},
                          {"scope", seen.key.name_space.empty() ? "Cluster" : "Namespaced"},
                          {"conversion", JsonObject{{"strategy", "None"}}},
                          {"versions", JsonArray{std::move(version)}}}}};
}

Value definition_for(const storage::Event& seen) {
  for (const auto channel : {Channel::kStandard, Channel::kExperimental}) {
    for (const auto& known : known_definitions(channel)) {
      if (known.kind->resource == seen.key.resource) return parse_json(known.text)->value;
    }
  }
  return open_definition(seen);
}

JsonObject true_condition(std::string_view type, std::string_view reason, Time time) {
  return {{"type", type},
          {"status", "True"},
          {"reason", reason},
          {"message", "the kind is that of a history that was imported"},
          {"lastTransitionTime", format_seconds(time)}};
}

Uid uid_of_stand_in(const std::string& resource) {
  const auto digest = storage::sha256("stand-in " + resource);
  std::array<std::uint8_t, 16> bytes{};
  std::copy_n(digest.begin(), bytes.size(), bytes.begin());
  return uid_from_random(bytes);
}

}  // namespace

StandIn stand_in_definition(const storage::Event& seen) {
  const auto uid = uid_of_stand_in(seen.key.resource);
  auto definition = definition_for(seen);
  auto& object = definition.as_object();
  auto& metadata = object_member(object, "metadata");
  metadata["name"] = seen.key.resource;
  metadata["uid"] = to_string(uid);
  metadata["generation"] = 1;
  metadata["creationTimestamp"] = format_seconds(seen.time);
  JsonArray stored;
  for (const auto& version : list_at(definition, {"spec", "versions"})) {
    const auto* is_stored = find(version, "storage");
    if (is_stored != nullptr && *is_stored == true) stored.emplace_back(*find(version, "name"));
  }
  object["status"] = JsonObject{
      {"acceptedNames", *find_path(definition, {"spec", "names"})},
      {"conditions", JsonArray{true_condition("NamesAccepted", "NoConflicts", seen.time),
                               true_condition("Established", "InitialNamesAccepted", seen.time)}},
      {"storedVersions", std::move(stored)}};
  StandIn made;
  auto& event = made.event;
  event.time = seen.time;
  event.group = "apiextensions.k8s.io";
  event.version = "v1";
  event.kind = "CustomResourceDefinition";
  event.key = {std::string(kDefinitions), "", seen.key.resource};
  event.uid = uid;
  event.generation = {1};
  event.actor = {.user = "gatefold-import",
                 .user_agent = "gatefold",
                 .field_manager = "gatefold-import",
                 .verb = "create",
                 .subresource = ""};
  made.body = std::make_shared<const std::string>(canonical_json(definition));
  return made;
}

}  // namespace gatefold::engine
