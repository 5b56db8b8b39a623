#include "engine/apply/updater.h"

#include <utility>

#include "engine/apply/typed.h"

namespace gatefold::engine {
namespace {

using Refusal = std::variant<ApplyConflicts, Status>;
using ResetFields = Updater::ResetFields;
using TypeAt = Updater::TypeAt;

const FieldSet& reset_at(const ResetFields& reset_fields, std::string_view version) {
  static const FieldSet kNone;
  const auto found = reset_fields.find(version);
  return found == reset_fields.end() ? kNone : found->second;
}

Status compare_failure(Status status) {
  status.message.insert(0, "failed to compare objects: ");
  return status;
}

Status missing_version(std::string_view version) {
  return failure(Reason::kUnknown, "no schema of version " + std::string(version)).error();
}

// Leaves out what versions that are no more own, and brings what is left in line with the schema.
Managers current(const TypeAt& type_at, Managers managers) {
  for (auto at = managers.begin(); at != managers.end();) {
    const auto type = type_at(at->second.api_version);
    if (!type) {
      at = managers.erase(at);
      continue;
    }
    at->second.fields = reconciled(*type, std::move(at->second.fields));
    ++at;
  }
  return managers;
}

// What changed between two objects, named as each version names it.
class Changes {
 public:
  Changes(const TypeAt& type_at, const ResetFields& reset_fields, const Value& before,
          const Value& after)
      : type_at_(type_at), reset_fields_(reset_fields), before_(before), after_(after) {}

  // The pointer lives as long as this.
  Result<const Comparison*> at(const std::string& version) {
    if (const auto found = by_version_.find(version); found != by_version_.end()) {
      return &found->second;
    }
    const auto type = type_at_(version);
    if (!type) return std::unexpected(missing_version(version));
    auto changes = compare_typed(*type, before_, after_);
    if (!changes) return std::unexpected(compare_failure(std::move(changes.error())));
    if (const auto& reset = reset_at(reset_fields_, version); !reset.empty()) {
      changes->added = subtract_trees(changes->added, reset);
      changes->modified = subtract_trees(changes->modified, reset);
      changes->removed = subtract_trees(changes->removed, reset);
    }
    return &by_version_.emplace(version, std::move(*changes)).first->second;
  }

  // What at() of this version points to; not to be asked for again.
  Comparison take(const std::string& version) {
    return std::move(by_version_.extract(version).mapped());
  }

 private:
  const TypeAt& type_at_;
  const ResetFields& reset_fields_;
  const Value& before_;
  const Value& after_;
  std::map<std::string, Comparison> by_version_;
};

void add_conflicts(const std::string& manager, const FieldSet& fields, ApplyConflicts& conflicts) {
  fields.for_each([&](const FieldPath& path) { conflicts.push_back({manager, path}); });
}

// Takes from all but `writer` what changed; refuses where they owned it, unless `force`.
std::expected<void, Refusal> take_over(Changes& changes, Managers& managers,
                                       std::string_view writer, bool force) {
  ApplyConflicts conflicts;
  std::map<std::string_view, FieldSet> left;
  for (const auto& [manager, owned] : managers) {
    if (manager == writer) continue;
    const auto changed = changes.at(owned.api_version);
    if (!changed) return std::unexpected(changed.error());
    const auto& [added, modified, removed] = **changed;
    auto taken = unite(intersect(owned.fields, modified), intersect(owned.fields, added));
    if (!force) {
      add_conflicts(manager, taken, conflicts);
      if (!conflicts.empty()) continue;
    }
    if (taken.empty() && removed.empty()) continue;
    left[manager] = subtract(subtract(owned.fields, taken), removed);
  }
  if (!conflicts.empty()) return std::unexpected(std::move(conflicts));
  for (auto& [manager, fields] : left) managers.find(manager)->second.fields = std::move(fields);
  std::erase_if(managers, [](const auto& entry) { return entry.second.fields.empty(); });
  return {};
}

// Removes from a merged object what its applier gave up: a part of `merge`.
class Pruner {
 public:
  Pruner(const TypeAt& type_at, const Managers& managers) : type_at_(type_at) {
    for (const auto& [manager, owned] : managers) {
      auto& all = owned_[owned.api_version];
      all = unite(std::move(all), owned.fields);
    }
  }

  Value prune(const Value& merged, const ManagedSet& last) {
    const auto type = type_at_(last.api_version);
    if (!type) return merged;
    const auto last_named = with_named_fields(*type, last.fields);
    auto pruned = remove_fields(*type, merged, last_named);
    // What others own, or the applier still does, comes back: at the version of the last set first.
    keep_owned(last.api_version, merged, pruned);
    for (const auto& [version, fields] : owned_) {
      if (version != last.api_version) keep_owned(version, merged, pruned);
    }
    // What went without having been the applier's comes back as well.
    const auto gone = subtract(with_named_fields(*type, field_set_of(*type, merged)),
                               with_named_fields(*type, field_set_of(*type, pruned)));
    return remove_fields(*type, merged, intersect(gone, last_named));
  }

 private:
  void keep_owned(const std::string& version, const Value& merged, Value& pruned) const {
    const auto owned = owned_.find(version);
    const auto type = type_at_(version);
    if (owned == owned_.end() || !type) return;
    const auto kept = unite(with_named_fields(*type, field_set_of(*type, pruned)),
                            with_named_fields(*type, owned->second));
    const auto gone = subtract(with_named_fields(*type, field_set_of(*type, merged)), kept);
    pruned = remove_fields(*type, merged, gone);
  }

  const TypeAt& type_at_;
  std::map<std::string, FieldSet> owned_;  // by all managers, by version
};

}  // namespace

Result<Managers> Updater::update(const Value& live, const Value& next, std::string_view version,
                                 Managers managers, std::string_view manager) const {
  managers = current(type_at_, std::move(managers));
  Changes changes(type_at_, reset_fields_, live, next);
  const auto changed = changes.at(std::string(version));
  if (!changed) return std::unexpected(changed.error());
  if (auto taken = take_over(changes, managers, manager, true); !taken) {
    return std::unexpected(std::get<Status>(std::move(taken.error())));
  }
  auto [added, modified, removed] = changes.take(std::string(version));
  const auto own = managers.find(manager);
  // Most of what a create owns was added: the rest is united with it, and nothing copied.
  auto fields = unite(std::move(added), modified);
  if (own != managers.end()) {
    fields = unite(std::move(fields), subtract(own->second.fields, removed));
  }
  if (const auto& reset = reset_at(reset_fields_, version); !reset.empty()) {
    fields = subtract_trees(fields, reset);
  }
  if (!fields.empty()) {
    managers.insert_or_assign(std::string(manager),
                              ManagedSet{std::string(version), false, std::move(fields)});
  } else if (own != managers.end()) {
    managers.erase(own);
  }
  return managers;
}

std::expected<Applied, Refusal> Updater::apply(const Value& live, const Value& config,
                                               std::string_view version, Managers managers,
                                               std::string_view manager, bool force) const {
  managers = current(type_at_, std::move(managers));
  const auto type = type_at_(version);
  if (!type) return std::unexpected(missing_version(version));
  auto merged = merge_typed(*type, live, config);
  if (!merged) {
    merged.error().message.insert(0, "failed to merge config: ");
    return std::unexpected(std::move(merged.error()));
  }
  ManagedSet last;
  if (const auto found = managers.find(manager); found != managers.end()) last = found->second;
  auto fields = subtract_trees(field_set_of(*type, config), reset_at(reset_fields_, version));
  managers.insert_or_assign(std::string(manager),
                            ManagedSet{std::string(version), true, std::move(fields)});
  auto object =
      last.fields.empty() ? std::move(*merged) : Pruner(type_at_, managers).prune(*merged, last);
  Changes changes(type_at_, reset_fields_, live, object);
  // The reference compares at the request's version even where nobody else owns a thing.
  if (auto compared = changes.at(std::string(version)); !compared) {
    return std::unexpected(std::move(compared.error()));
  }
  if (auto taken = take_over(changes, managers, manager, force); !taken) {
    return std::unexpected(std::move(taken.error()));
  }
  if (same(live, object)) return Applied{std::nullopt, std::move(managers)};
  return Applied{std::move(object), std::move(managers)};
}

const FieldSet& untracked_fields() {
  static const auto kFields = [] {
    FieldSet fields;
    const auto field = [](std::string_view name) { return PathElement::of_field(name); };
    for (const auto* name : {"apiVersion", "kind", "metadata"}) fields.insert({{field(name)}});
    for (const auto* name : {"name", "namespace", "creationTimestamp", "selfLink", "uid",
                             "clusterName", "generation", "managedFields", "resourceVersion"}) {
      const FieldPath path{field("metadata"), field(name)};
      fields.insert(path);
    }
    return fields;
  }();
  return kFields;
}

}  // namespace gatefold::engine
