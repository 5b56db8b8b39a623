#include "tools/gatefold/manifest_object.h"

#include <fmt/format.h>

#include "schema/json.h"
#include "schema/meta.h"

namespace gatefold::tools {
namespace {

engine::Command command_on(const Kind& kind, const std::string& version, const ObjectKey& key,
                           engine::Verb verb, std::string_view verb_name) {
  engine::Command command;
  command.verb = verb;
  command.group = kind.group;
  command.version = version;
  command.plural = kind.plural;
  command.name_space = key.name_space;
  if (verb != engine::Verb::kCreate) command.name = key.name;
  command.field_validation = engine::FieldValidation::kStrict;
  command.actor = {std::string(kManifestsUser), "gatefold", std::string(kManifestsManager),
                   std::string(verb_name), ""};
  return command;
}

JsonObject& labels_in(Value& object) {
  return object_member(object_member(object.as_object(), "metadata"), "labels");
}

JsonObject& annotations_in(Value& object) {
  return object_member(object_member(object.as_object(), "metadata"), "annotations");
}

// What a file has to say. Status belongs to controllers, and the marks are ours: a file that was
// copied from an object holds both.
Value stated(Value object) {
  object.as_object().erase("status");
  auto& metadata = object_member(object.as_object(), "metadata");
  if (metadata.contains("labels")) labels_in(object).erase(kCreatedLabel);
  if (metadata.contains("annotations")) {
    annotations_in(object).erase(kFileAnnotation);
    annotations_in(object).erase(kAppliedAnnotation);
  }
  return object;
}

void mark(Value& object, const std::string& file) {
  annotations_in(object)[kFileAnnotation] = file;
  labels_in(object)[kCreatedLabel] = kCreatedByManifests;
}

}  // namespace

Result<ManifestTarget> manifest_target(const CatalogPtr& catalog, const Value& object) {
  const auto api_version = string_at(object, {"apiVersion"});
  const auto slash = api_version.find('/');
  const auto group = slash == std::string_view::npos ? "" : api_version.substr(0, slash);
  ManifestTarget target;
  target.catalog = catalog;
  target.version = api_version.substr(slash == std::string_view::npos ? 0 : slash + 1);
  target.kind = catalog->find_kind(group, string_at(object, {"kind"}));
  const auto* version = target.kind == nullptr ? nullptr : target.kind->version(target.version);
  if (version == nullptr || !version->served) {
    return bad_request(
        fmt::format("no kind {} in {} is served", string_at(object, {"kind"}), api_version));
  }
  if (name_of(object).empty()) return bad_request("metadata.name is needed");
  for (const std::string_view member : {"labels", "annotations"}) {
    const auto* map = find_path(object, {"metadata", member});
    if (map != nullptr && !map->is_object() && !map->is_null()) {
      return bad_request(fmt::format("metadata.{} is no map", member));
    }
  }
  auto name_space = std::string(namespace_of(object));
  if (!target.kind->namespaced()) name_space.clear();
  if (target.kind->namespaced() && name_space.empty()) name_space = "default";
  target.key = {target.kind->resource, name_space, std::string(name_of(object))};
  return target;
}

Value manifest_patch(const Value& applied, const Value& desired) {
  if (!desired.is_object()) return desired;
  JsonObject patch;
  for (const auto& [key, value] : desired.as_object()) {
    const auto* before = find(applied, key);
    patch[key] = manifest_patch(before == nullptr ? Value() : *before, value);
  }
  if (applied.is_object()) {
    for (const auto& [key, value] : applied.as_object()) {
      if (!desired.as_object().contains(key)) patch[key] = nullptr;
    }
  }
  return patch;
}

engine::Command create_from_manifest(const ManifestTarget& target, const std::string& file,
                                     const Value& object) {
  auto command =
      command_on(*target.kind, target.version, target.key, engine::Verb::kCreate, "create");
  command.body = stated(object);
  const auto said = canonical_json(command.body);
  annotations_in(command.body)[kAppliedAnnotation] = said;
  mark(command.body, file);
  return command;
}

engine::Command patch_to_manifest(const ManifestTarget& target, const std::string& file,
                                  const Value& object, const Value& stored) {
  auto command =
      command_on(*target.kind, target.version, target.key, engine::Verb::kPatch, "patch");
  command.patch_type = engine::PatchType::kMerge;
  auto desired = stated(object);
  const auto said = canonical_json(desired);
  const auto before =
      parse_json(string_at(stored, {"metadata", "annotations", kAppliedAnnotation}));
  const auto applied = before ? stated(before->value) : Value();
  annotations_in(desired)[kAppliedAnnotation] = said;
  // Others' labels stay when the file's last one goes.
  if (find_path(applied, {"metadata", "labels"}) != nullptr) labels_in(desired);
  // An object that the folder created moves with its file.
  if (!string_at(stored, {"metadata", "annotations", kFileAnnotation}).empty()) mark(desired, file);
  command.body = manifest_patch(applied, desired);
  return command;
}

engine::Command delete_departed(const Kind& kind, const ObjectKey& key, std::string uid) {
  auto command =
      command_on(kind, kind.storage_version().name, key, engine::Verb::kDelete, "delete");
  command.delete_options.uid = std::move(uid);
  return command;
}

}  // namespace gatefold::tools
