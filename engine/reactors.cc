#include "engine/reactors.h"

#include <algorithm>
#include <chrono>

#include <spdlog/spdlog.h>

#include "engine/definitions.h"
#include "engine/reactor_steps.h"
#include "schema/json.h"
#include "schema/meta.h"

namespace gatefold::engine {
namespace {

constexpr std::string_view kNamespaceUser =
    "system:serviceaccount:kube-system:namespace-controller";
constexpr std::string_view kGarbageUser =
    "system:serviceaccount:kube-system:generic-garbage-collector";
// How late an object may go that has expired.
constexpr std::chrono::seconds kTick{1};

Value without_finalizer(const std::vector<std::string>& finalizers, std::string_view removed) {
  JsonArray kept;
  for (const auto& finalizer : finalizers) {
    if (finalizer != removed) kept.emplace_back(finalizer);
  }
  return kept;
}

}  // namespace

void Reactors::notify() {
  const std::scoped_lock lock(mutex_);
  has_news_ = true;
  news_.notify_one();
}

void Reactors::stop() {
  const std::scoped_lock lock(mutex_);
  stopping_ = true;
  news_.notify_one();
}

void Reactors::run() {
  for (;;) {
    {
      std::unique_lock lock(mutex_);
      const auto is_called = [&] { return has_news_ || stopping_; };
      if (expiry_.is_waiting()) {
        news_.wait_for(lock, kTick, is_called);
      } else {
        news_.wait(lock, is_called);
      }
      if (stopping_) return;
      has_news_ = false;
    }
    while (turn()) {
      const std::scoped_lock lock(mutex_);
      if (stopping_) return;
    }
  }
}

bool Reactors::turn() {
  bool acted = definitions_.turn();
  acted = policies_.turn() || acted;
  acted = expiry_.turn() || acted;
  std::optional<ObjectKey> after;
  // In pieces, each with a View of its own: what waits for somebody hides nothing behind it.
  for (bool has_more = true; has_more;) {
    std::vector<ObjectKey> going;
    {
      const auto view = engine_.view();
      if (view == nullptr) return acted;
      auto listed = view->snapshot->deleting(after, [&](const ObjectKey& key) {
        going.push_back(key);
        return going.size() < kPieceObjectsMax;
      });
      if (!listed) {
        spdlog::error("the index of deleted objects can't be read: {}", listed.error().message);
        return acted;
      }
    }
    has_more = going.size() == kPieceObjectsMax;
    if (has_more) after = going.back();
    for (const auto& key : going) {
      if (key.resource == kDefinitions) acted = definitions_.end(key.name) || acted;
      if (key.resource == "namespaces") acted = end_namespace(key.name) || acted;
      acted = collect(key) || acted;
    }
  }
  return acted;
}

bool Reactors::empty_namespace(const Catalog& catalog, const std::string& name, bool& acted) {
  bool is_empty = true;
  for (const auto& kind : catalog.kinds()) {
    if (!kind->namespaced() || kind->is_view()) continue;
    is_empty = remove_objects(engine_, *kind, name, kNamespaceUser, acted) && is_empty;
  }
  return is_empty;
}

bool Reactors::end_namespace(const std::string& name) {
  auto view = engine_.view();
  if (view == nullptr) return false;
  const auto catalog = view->catalog;
  const auto* kind = catalog->find("", "namespaces");
  const ObjectKey key{"namespaces", "", name};
  auto current = view->snapshot->get(key);
  if (kind == nullptr || !current || !*current) return false;
  view.reset();  // none is held while a command waits for the writer
  bool acted = false;
  if (!empty_namespace(*catalog, name, acted)) return acted;

  auto parsed = parse_json((*current)->body);
  if (!parsed) return acted;
  auto& spec = object_member(parsed->value.as_object(), "spec");
  const auto* finalizers = spec.if_contains("finalizers");
  if (finalizers == nullptr || !finalizers->is_array()) return acted;
  JsonArray kept;
  for (const auto& finalizer : finalizers->as_array()) {
    if (finalizer != Value("kubernetes")) kept.push_back(finalizer);
  }
  if (kept.size() == finalizers->as_array().size()) return acted;
  spec["finalizers"] = std::move(kept);
  auto command = command_on(*kind, key, Verb::kUpdate, kNamespaceUser);
  command.subresource = "finalize";
  command.actor.subresource = "finalize";
  command.body = std::move(parsed->value);
  return engine_.execute(std::move(command)).has_value() || acted;
}

bool Reactors::release_finalizer(const Kind& kind, const ObjectKey& key,
                                 std::string_view finalizer) {
  auto view = engine_.view();
  auto current = view == nullptr ? std::nullopt : view->snapshot->get(key).value_or(std::nullopt);
  view.reset();
  if (!current) return false;
  auto parsed = parse_json(current->body);
  if (!parsed) return false;
  auto command = command_on(kind, key, Verb::kPatch, kGarbageUser);
  command.patch_type = PatchType::kMerge;
  command.body = {{"metadata",
                   {{"resourceVersion", to_string(current->revision)},
                    {"finalizers", without_finalizer(finalizers_of(parsed->value), finalizer)}}}};
  return engine_.execute(std::move(command)).has_value();
}

bool Reactors::collect(const ObjectKey& key) {
  auto view = engine_.view();
  if (view == nullptr) return false;
  const auto catalog = view->catalog;
  const auto* kind = catalog->find_resource(key.resource);
  auto current = view->snapshot->get(key).value_or(std::nullopt);
  if (kind == nullptr || !current) return false;
  auto parsed = parse_json(current->body);
  if (!parsed) return false;
  const auto finalizers = finalizers_of(parsed->value);
  const bool orphans = std::ranges::find(finalizers, "orphan") != finalizers.end();
  const bool foreground = std::ranges::find(finalizers, "foregroundDeletion") != finalizers.end();
  if (!orphans && !foreground) return false;

  std::vector<ObjectKey> dependents;
  auto listed = view->snapshot->dependents(current->uid, [&](const ObjectKey& dependent) {
    // What knows no garbage collection is no dependent, whatever it says of its owners.
    const auto* its_kind = catalog->find_resource(dependent.resource);
    if (its_kind == nullptr || its_kind->collects_garbage) dependents.push_back(dependent);
    return dependents.size() < kPieceObjectsMax;
  });
  if (!listed) return false;
  view.reset();
  if (dependents.empty()) {
    return release_finalizer(*kind, key, orphans ? "orphan" : "foregroundDeletion");
  }
  bool acted = false;
  for (const auto& dependent : dependents) {
    const auto* its_kind = catalog->find_resource(dependent.resource);
    if (its_kind == nullptr) continue;
    acted = (orphans ? strip_owner(*its_kind, dependent, current->uid)
                     : remove_dependent(*its_kind, dependent)) ||
            acted;
  }
  return acted;
}

bool Reactors::remove_dependent(const Kind& kind, const ObjectKey& key) {
  auto command = command_on(kind, key, Verb::kDelete, kGarbageUser);
  command.delete_options.propagation = Propagation::kForeground;
  auto removed = engine_.execute(std::move(command));
  return removed && removed->effect == Outcome::Effect::kDeleted;
}

bool Reactors::strip_owner(const Kind& kind, const ObjectKey& key, const Uid& owner) {
  auto view = engine_.view();
  auto current = view == nullptr ? std::nullopt : view->snapshot->get(key).value_or(std::nullopt);
  view.reset();
  if (!current) return false;
  auto parsed = parse_json(current->body);
  if (!parsed) return false;
  const auto* references = find_path(parsed->value, {"metadata", "ownerReferences"});
  if (references == nullptr || !references->is_array()) return false;
  JsonArray kept;
  for (const auto& reference : references->as_array()) {
    if (parse_uid(string_at(reference, {"uid"})) != owner) kept.push_back(reference);
  }
  auto command = command_on(kind, key, Verb::kPatch, kGarbageUser);
  command.patch_type = PatchType::kMerge;
  command.body = {
      {"metadata",
       {{"resourceVersion", to_string(current->revision)}, {"ownerReferences", std::move(kept)}}}};
  const auto patched = engine_.execute(std::move(command));
  return patched && patched->effect != Outcome::Effect::kUnchanged;
}

}  // namespace gatefold::engine
