#include "engine/wanted.h"

#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "engine/patch/json_patch.h"
#include "engine/patch/merge_patch.h"
#include "engine/patch/strategic_merge_patch.h"
#include "schema/catalog.h"
#include "schema/scale.h"

namespace gatefold::engine {
namespace {

// The object to change. A patch may test or set the revision; one that does not mention it then
// never conflicts (R9.6). The revision of an event in the batch is not known yet, and nobody can
// have read it.
Value base_of(const Facts& facts) {
  Value base = shown_target(facts);
  if (facts.target->in_batch < 0) {
    object_member(base.as_object(), "metadata")["resourceVersion"] =
        to_string(facts.target->object.revision);
  }
  return base;
}

// Everything but metadata and status as it was. Managers and the guard see it as any other write.
Value rolled_back(const Command& command, const Facts& facts, Value base) {
  const auto stays = [](std::string_view key) {
    return key == "apiVersion" || key == "kind" || key == "metadata" || key == "status";
  };
  JsonObject result;
  for (auto& [key, value] : base.as_object()) {
    if (stays(key)) result[key] = std::move(value);
  }
  for (const auto& [key, value] : facts.restored->as_object()) {
    if (!stays(key)) result[key] = value;
  }
  if (const auto* stated = find_path(command.body, {"metadata", "resourceVersion"})) {
    object_member(result, "metadata")["resourceVersion"] = *stated;
  }
  return result;
}

Result<Value> patched(const Command& command, const Facts& facts, Value base) {
  Result<Value> result;
  switch (command.patch_type) {
    case PatchType::kJson:
      result = apply_json_patch(base, command.body);
      break;
    case PatchType::kMerge:
      result = apply_merge_patch(std::move(base), command.body);
      break;
    case PatchType::kStrategicMerge:
      result = apply_strategic_merge_patch(
          base, command.body,
          scales(command) ? *scale_kind().storage_version().schema : *facts.version->schema);
      break;
    case PatchType::kApply:
      return internal_error("an applied configuration is no patch");
    case PatchType::kRestore:
      return rolled_back(command, facts, std::move(base));
  }
  if (result && !result->is_object()) {
    return failure(Reason::kInvalid,
                   "the server rejected our request due to an error in our request");
  }
  return result;
}

}  // namespace

bool scales(const Command& command) {
  return command.subresource == "scale";
}

OwnedWrite owned_write(const Command& command, const Facts& facts, const Stamp& stamp) {
  return {.kind = *facts.kind,
          .version = *facts.version,
          .manager = command.actor.field_manager,
          .subresource = command.subresource,
          .now = stamp.now};
}

Result<AppliedObject> applied_object(const Command& command, const Facts& facts,
                                     const Stamp& stamp) {
  const auto& kind = *facts.kind;
  const auto& version = *facts.version;
  const auto write = owned_write(command, facts, stamp);
  std::optional<Value> live;
  if (facts.target) live = base_of(facts);
  const Value* configuration = &command.body;
  Value replicas;
  if (scales(command)) {
    if (auto fits = check_configuration(scale_kind(), scale_kind().storage_version(), command.body);
        !fits) {
      return std::unexpected(std::move(fits.error()));
    }
    replicas = JsonObject{{"apiVersion", kind.api_version(version.name)}, {"kind", kind.kind}};
    // Of its metadata only the preconditions speak of the object.
    auto& metadata = object_member(replicas.as_object(), "metadata");
    for (const auto* key : {"name", "uid", "resourceVersion"}) {
      if (const auto* value = find_path(command.body, {"metadata", key})) metadata[key] = *value;
    }
    if (auto put = put_scale(version, command.body, replicas); !put)
      return std::unexpected(std::move(put.error()));
    configuration = &replicas;
  } else if (auto fits = check_configuration(kind, version, command.body); !fits) {
    return std::unexpected(std::move(fits.error()));
  }
  auto result = apply_configuration(write, command.force, live ? &*live : nullptr, *configuration);
  if (!result) return result;
  if (command.field_validation == FieldValidation::kStrict && !command.duplicates.empty()) {
    return bad_request(
        fmt::format("error strict decoding YAML: {}", fmt::join(command.duplicates, ", ")));
  }
  return result;
}

Result<Wanted> wanted_object(const Command& command, const Facts& facts, const Stamp& stamp) {
  if (command.verb != Verb::kPatch) return Wanted{.object = command.body};
  if (command.applies()) {
    auto result = applied_object(command, facts, stamp);
    if (!result) return std::unexpected(std::move(result.error()));
    if (scales(command)) {
      auto scale = scale_to_change(*facts.kind, *facts.version, result->object);
      if (!scale) return std::unexpected(std::move(scale.error()));
      result->object = std::move(*scale);
    }
    return Wanted{std::move(result->object), std::move(result->ownership)};
  }
  Result<Value> base = base_of(facts);
  if (scales(command)) base = scale_to_change(*facts.kind, *facts.version, *base);
  if (base) base = patched(command, facts, std::move(*base));
  if (!base) return std::unexpected(std::move(base.error()));
  return Wanted{.object = std::move(*base)};
}

}  // namespace gatefold::engine
