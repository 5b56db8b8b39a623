#include "engine/ownership.h"

#include <algorithm>
#include <functional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "schema/meta.h"

namespace gatefold::engine {
namespace {

enum class OwnerState { kThere, kWaiting, kGone, kUnknown };

const JsonArray& references_of(const Value& object) {
  static const JsonArray kNone;
  const auto* value = find_path(object, {"metadata", "ownerReferences"});
  const auto* list = value == nullptr ? nullptr : value->if_array();
  return list == nullptr ? kNone : *list;
}

Uid owner_in(const Value& reference) {
  return uid_for_index(string_at(reference, {"uid"}));
}

// The kind that a reference names, in a version that is served.
const Kind* owner_kind(const Catalog& catalog, const Value& reference) {
  const auto api_version = string_at(reference, {"apiVersion"});
  const auto slash = api_version.find('/');
  const auto group =
      slash == std::string_view::npos ? std::string_view{} : api_version.substr(0, slash);
  const auto name = slash == std::string_view::npos ? api_version : api_version.substr(slash + 1);
  const auto* kind = catalog.find_kind(group, string_at(reference, {"kind"}));
  const auto* version = kind == nullptr ? nullptr : kind->version(name);
  return version != nullptr && version->served ? kind : nullptr;
}

Result<OwnerState> state_of(const View& view, const ObjectKey& dependent, const Value& reference,
                            const GoneOwners& gone) {
  const auto* kind = owner_kind(*view.catalog, reference);
  const bool is_cluster_scoped = dependent.name_space.empty();
  if (kind == nullptr) {
    // The kind went with its last objects, and this may have been one of them.
    const auto known = gone.find(owner_in(reference));
    const bool was_owner = known != gone.end() && !(is_cluster_scoped && known->second);
    return was_owner ? OwnerState::kGone : OwnerState::kUnknown;
  }
  // There is no namespace to look in.
  if (is_cluster_scoped && kind->namespaced()) return OwnerState::kUnknown;
  auto owner = find_object(view, {kind->resource, kind->namespaced() ? dependent.name_space : "",
                                  std::string(string_at(reference, {"name"}))});
  if (!owner) return std::unexpected(std::move(owner.error()));
  if (!*owner || uid_of((*owner)->value) != string_at(reference, {"uid"})) return OwnerState::kGone;
  return awaits_dependents((*owner)->value) ? OwnerState::kWaiting : OwnerState::kThere;
}

Result<bool> has_dependents(const View& view, const Uid& owner) {
  bool has_some = false;
  auto looked = view.snapshot->dependents(owner, std::nullopt, [&](const ObjectKey& key) {
    const auto* kind = view.catalog->find_resource(key.resource);
    has_some = kind != nullptr && kind->collects_garbage;
    return !has_some;
  });
  if (!looked) return std::unexpected(std::move(looked.error()));
  return has_some;
}

Command with_references(const Kind& kind, const Found& found, JsonArray references) {
  auto command = command_on(kind, found.object.key, Verb::kPatch, kGarbageUser);
  command.patch_type = PatchType::kMerge;
  command.body = {
      {"metadata",
       {{"resourceVersion", to_string(found.object.revision)},
        {"ownerReferences", references.empty() ? Value(nullptr) : Value(std::move(references))}}}};
  return command;
}

Command deletion_of(const Kind& kind, const Found& found, Propagation propagation) {
  auto command = command_on(kind, found.object.key, Verb::kDelete, kGarbageUser);
  command.delete_options.uid = to_string(found.object.uid);
  command.delete_options.resource_version = to_string(found.object.revision);
  command.delete_options.propagation = propagation;
  return command;
}

}  // namespace

bool has_finalizer(const Value& object, std::string_view finalizer) {
  const auto finalizers = finalizers_of(object);
  return std::ranges::find(finalizers, finalizer) != finalizers.end();
}

bool awaits_dependents(const Value& object) {
  return is_deleting(object) && has_finalizer(object, kForegroundFinalizer);
}

bool blocks(const Value& dependent, const Uid& owner) {
  return std::ranges::any_of(references_of(dependent), [&](const Value& reference) {
    const auto* blocks_owner = find(reference, "blockOwnerDeletion");
    return blocks_owner != nullptr && *blocks_owner == true && owner_in(reference) == owner;
  });
}

Result<Plan> plan_by_owners(const View& view, const ObjectKey& key, const GoneOwners& gone) {
  Plan plan;
  const auto* kind = view.catalog->find_resource(key.resource);
  if (kind == nullptr || !kind->collects_garbage) return plan;
  auto object = find_object(view, key);
  if (!object) return std::unexpected(std::move(object.error()));
  if (!*object || (*object)->object.deleting) return plan;
  const auto& found = **object;
  const auto& references = references_of(found.value);
  bool is_owned = false;
  bool is_awaited = false;
  JsonArray kept;
  for (const auto& reference : references) {
    const auto state = state_of(view, key, reference, gone);
    if (!state) return std::unexpected(state.error());
    if (*state == OwnerState::kUnknown) {
      plan.is_unresolved = true;
      return plan;
    }
    is_owned = is_owned || *state == OwnerState::kThere;
    is_awaited = is_awaited || *state == OwnerState::kWaiting;
    if (*state == OwnerState::kThere) kept.push_back(reference);
  }
  if (references.empty() || kept.size() == references.size()) return plan;
  if (is_owned) {
    // Owners that wait are dropped as well: they would wait for ever.
    plan.command = with_references(*kind, found, std::move(kept));
    return plan;
  }
  auto has_some = is_awaited ? has_dependents(view, found.object.uid) : Result<bool>(false);
  if (!has_some) return std::unexpected(std::move(has_some.error()));
  plan.command =
      deletion_of(*kind, found, *has_some ? Propagation::kForeground : Propagation::kDefault);
  return plan;
}

Command without_owner(const Kind& kind, const Found& found, const Uid& owner) {
  JsonArray kept;
  for (const auto& reference : references_of(found.value)) {
    if (owner_in(reference) != owner) kept.push_back(reference);
  }
  return with_references(kind, found, std::move(kept));
}

Command without_block(const Kind& kind, const Found& found, const Uid& owner) {
  auto references = references_of(found.value);
  for (auto& reference : references) {
    if (owner_in(reference) == owner) reference.as_object()["blockOwnerDeletion"] = false;
  }
  return with_references(kind, found, std::move(references));
}

Result<bool> waits_for(const View& view, const Uid& from, const Uid& target) {
  std::set<Uid> seen{from};
  std::vector<Uid> ahead{from};
  Result<void> failed;
  bool waits = false;
  while (!ahead.empty() && !waits && seen.size() < kPieceObjectsMax) {
    const auto owner = ahead.back();
    ahead.pop_back();
    auto looked = view.snapshot->dependents(owner, std::nullopt, [&](const ObjectKey& key) {
      auto dependent = find_object(view, key);
      if (!dependent) failed = std::unexpected(std::move(dependent.error()));
      if (!failed || !*dependent) return failed.has_value();
      const auto& [object, value] = **dependent;
      if (!awaits_dependents(value) || !blocks(value, owner)) return true;
      waits = waits || object.uid == target;
      if (seen.insert(object.uid).second) ahead.push_back(object.uid);
      return !waits && seen.size() < kPieceObjectsMax;
    });
    if (!failed) return std::unexpected(std::move(failed.error()));
    if (!looked) return std::unexpected(std::move(looked.error()));
  }
  return waits;
}

}  // namespace gatefold::engine
