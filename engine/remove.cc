#include "engine/remove.h"

#include <algorithm>

#include <fmt/format.h>

#include "engine/admission.h"
#include "engine/compose.h"
#include "engine/core/custom_resource_definitions.h"
#include "engine/core_kinds.h"
#include "engine/definitions.h"
#include "engine/guard/guard.h"
#include "schema/convert.h"
#include "schema/meta.h"

namespace gatefold::engine {
namespace {

constexpr std::string_view kOrphan = "orphan";
constexpr std::string_view kForeground = "foregroundDeletion";

Result<void> check_preconditions(const Command& command, const Facts& facts) {
  const auto& kind = *facts.kind;
  const auto& object = facts.target->object;
  const auto& options = command.delete_options;
  // Kubernetes names kind and group here, not the resource (R10.4).
  const ResourceName name{kind.group, kind.kind, kind.kind};
  if (options.uid && *options.uid != to_string(object.uid)) {
    return conflict(
        name, facts.name,
        fmt::format("the UID in the precondition ({}) does not match the UID in record ({}). The "
                    "object might have been deleted and then recreated",
                    *options.uid, to_string(object.uid)));
  }
  // An event in the batch has no revision yet: nobody can have read it.
  const auto revision =
      facts.target->in_batch >= 0 ? std::string("not read yet") : to_string(object.revision);
  if (options.resource_version && *options.resource_version != revision) {
    return conflict(
        name, facts.name,
        fmt::format("the ResourceVersion in the precondition ({}) does not match the "
                    "ResourceVersion in record ({}). The object might have been modified",
                    *options.resource_version, revision));
  }
  return {};
}

Result<void> check_namespace_may_go(const Facts& facts) {
  const auto& name = facts.name;
  const ResourceName namespaces = facts.kind->resource_name();
  if (name == "default" || name == "kube-system" || name == "kube-public") {
    return forbidden(namespaces, name, "this namespace may not be deleted");
  }
  if (facts.target->object.deleting) {
    return conflict(namespaces, name,
                    "The system is ensuring all content is removed from this namespace.  Upon "
                    "completion, this namespace will automatically be purged by the system.");
  }
  return {};
}

// The finalizers that the propagation policy leaves (R10.6).
std::vector<std::string> finalizers_for(const Kind& kind, const DeleteOptions& options,
                                        const Value& object) {
  auto finalizers = finalizers_of(object);
  auto policy = options.propagation;
  if (options.orphan_dependents) {
    policy = *options.orphan_dependents ? Propagation::kOrphan : Propagation::kBackground;
  }
  if (!kind.collects_garbage) policy = Propagation::kBackground;
  if (policy == Propagation::kDefault) return finalizers;
  std::erase(finalizers, kOrphan);
  std::erase(finalizers, kForeground);
  if (policy == Propagation::kOrphan) finalizers.emplace_back(kOrphan);
  if (policy == Propagation::kForeground) finalizers.emplace_back(kForeground);
  return finalizers;
}

void set_finalizers(const std::vector<std::string>& finalizers, JsonObject& metadata) {
  if (finalizers.empty()) {
    metadata.erase("finalizers");
    return;
  }
  JsonArray list;
  for (const auto& finalizer : finalizers) list.emplace_back(finalizer);
  metadata["finalizers"] = std::move(list);
}

bool keeps_itself(const Kind& kind, const Value& object) {
  if (kind.finalizers_path.empty()) return false;
  const auto* finalizers = find_path(object, {"spec", "finalizers"});
  return finalizers != nullptr && finalizers->is_array() && !finalizers->as_array().empty();
}

// Marks the object as going: it waits for its finalizers.
void mark(const Kind& kind, const Stamp& stamp, Value& object) {
  auto& metadata = object_member(object.as_object(), "metadata");
  metadata["deletionTimestamp"] = format_seconds(stamp.now);
  if (kind.finalizers_path.empty()) metadata["deletionGracePeriodSeconds"] = 0;
  if (kind.has_generation) {
    metadata["generation"] = integer_at(object, {"metadata", "generation"}, 0) + 1;
  }
}

}  // namespace

Result<Decision> remove(const Command& command, const Facts& facts, const Stamp& stamp) {
  const auto& kind = *facts.kind;
  if (!facts.target) return not_found(kind.resource_name(), facts.name);
  if (auto hold = check_preconditions(command, facts); !hold) return std::unexpected(hold.error());
  const bool is_namespace = kind.resource == "namespaces";
  if (is_namespace) {
    if (auto may = check_namespace_may_go(facts); !may) return std::unexpected(may.error());
  }

  Composition composition{.effect = Outcome::Effect::kDeletionPending};
  if (!facts.policies.empty()) {
    const auto old_object = shown_target(facts);
    if (auto may = ask_policies(command, facts, nullptr, &old_object, composition); !may)
      return std::unexpected(std::move(may.error()));
  }
  Value object = facts.target->value;
  const auto& stored_kind = kind.stored_kind();
  if (facts.target->object.schema_id != stored_kind.storage_version().schema_id) {
    convert_object(stored_kind, stored_kind.storage_version(), object);
  }
  auto& metadata = object_member(object.as_object(), "metadata");
  const auto finalizers = finalizers_for(kind, command.delete_options, object);
  set_finalizers(finalizers, metadata);
  const bool is_marked = facts.target->object.deleting;
  const bool is_definition = kind.resource == kDefinitions;
  const bool holds =
      !finalizers.empty() || keeps_itself(kind, object) || (is_definition && !is_marked);
  const bool waits = holds && !command.delete_options.expired;
  if (!waits) {
    composition.effect = Outcome::Effect::kDeleted;
  } else if (!is_marked) {
    mark(kind, stamp, object);
    // Its phase: nothing else follows from the mark.
    if (is_namespace) complete_core(kind, "", &facts.target->value, stamp, {}, object);
    if (is_definition) {
      begin_definition_removal(stamp, object);
      auto report =
          guard_conditions(*kind.storage_version().schema, &facts.target->value, object, stamp.now);
      composition.transitions = std::move(report.transitions);
      composition.repairs = std::move(report.repairs);
    }
  }
  auto stored = to_stored(kind, std::move(object));
  if (!stored) return std::unexpected(std::move(stored.error()));
  const bool same = *stored->body == facts.target->object.body;
  if (same && composition.effect != Outcome::Effect::kDeleted) {
    return unchanged(command, facts, stamp, std::move(composition));
  }
  return compose(command, facts, stamp, std::move(*stored), std::move(composition));
}

}  // namespace gatefold::engine
