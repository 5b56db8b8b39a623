#include "engine/namespace_controller.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <spdlog/spdlog.h>

#include "engine/ownership.h"
#include "engine/reactor_steps.h"
#include "engine/seed.h"
#include "schema/definition_names.h"
#include "schema/json.h"
#include "schema/meta.h"
#include "schema/time.h"

namespace gatefold::engine {
namespace {

constexpr std::string_view kUser = "system:serviceaccount:kube-system:namespace-controller";
constexpr std::string_view kOwnFinalizer = "kubernetes";

bool waits_for_collector(const Value& object) {
  return has_finalizer(object, kOrphanFinalizer) || has_finalizer(object, kForegroundFinalizer);
}

}  // namespace

// What a look at a namespace has found.
struct NamespaceController::Contents {
  std::map<std::string, int> remaining;   // by resource: `routes.example.com`, `pods.`
  std::map<std::string, int> finalizers;  // in how many objects
  std::vector<std::string> refusals;      // the first of each resource
  bool acted = false;

  bool is_empty() const { return remaining.empty() && refusals.empty(); }
  void keep(const std::string& resource, const Value& object) {
    ++remaining[resource];
    for (const auto& finalizer : finalizers_of(object)) ++finalizers[finalizer];
  }
  std::vector<DefinitionCondition> conditions() const;
};

std::vector<DefinitionCondition> NamespaceController::Contents::conditions() const {
  const std::string kept_none = "All content successfully removed";
  DefinitionCondition failure{"NamespaceDeletionContentFailure", false, "ContentDeleted",
                              "All content successfully deleted, may be waiting on finalization"};
  if (!refusals.empty()) {
    auto sorted = refusals;
    std::ranges::sort(sorted);
    failure = {failure.type, true, "ContentDeletionFailed",
               fmt::format("Failed to delete all resource types, {} remaining: {}", sorted.size(),
                           fmt::join(sorted, ", "))};
  }
  std::vector<std::string> texts;
  DefinitionCondition content{"NamespaceContentRemaining", false, "ContentRemoved", kept_none};
  for (const auto& [resource, count] : remaining) {
    texts.push_back(fmt::format("{} has {} resource instances", resource, count));
  }
  if (!texts.empty()) {
    content = {content.type, true, "SomeResourcesRemain",
               fmt::format("Some resources are remaining: {}", fmt::join(texts, ", "))};
  }
  texts.clear();
  DefinitionCondition waiting{"NamespaceFinalizersRemaining", false, "ContentRemoved", kept_none};
  for (const auto& [finalizer, count] : finalizers) {
    texts.push_back(fmt::format("{} in {} resource instances", finalizer, count));
  }
  if (!texts.empty()) {
    waiting = {waiting.type, true, "SomeFinalizerRemain",
               fmt::format("Some finalizers are remaining: {}", fmt::join(texts, ", "))};
  }
  // Nothing here is discovered elsewhere, so the first two can't fail.
  return {{"NamespaceDeletionDiscoveryFailure", false, "ResourcesDiscovered",
           "All resources successfully discovered"},
          {"NamespaceDeletionGroupVersionParsingFailure", false, "ParsedGroupVersions",
           "All legacy kube types successfully parsed"},
          std::move(failure),
          std::move(content),
          std::move(waiting)};
}

// Objects that do not go at once are counted. False: the store can't be read.
bool NamespaceController::empty_piece(const Kind& kind, const std::vector<ObjectKey>& keys,
                                      Contents& contents) {
  const auto resource = kind.plural + "." + kind.group;
  std::vector<Command> commands;
  {
    const auto view = engine_.view();
    if (view == nullptr) return false;
    for (const auto& key : keys) {
      const auto found = find_object(*view, key);
      if (!found) return false;
      if (!*found) continue;
      const auto& [object, value] = **found;
      if (object.deleting && !waits_for_collector(value)) {
        contents.keep(resource, value);
        continue;
      }
      auto command = command_on(kind, key, Verb::kDelete, kUser);
      command.delete_options.uid = to_string(object.uid);
      // What becomes of dependents is no reason to wait: they go as well, or lose their owner.
      command.delete_options.propagation = Propagation::kBackground;
      commands.push_back(std::move(command));
    }
  }
  std::optional<std::string> refusal;
  for (const auto& removed : engine_.execute_all(std::move(commands))) {
    if (removed) {
      contents.acted = contents.acted || removed->effect != Outcome::Effect::kUnchanged;
      if (removed->effect == Outcome::Effect::kDeleted) continue;
      const auto object = parse_json(*removed->body);
      if (object) contents.keep(resource, object->value);
    } else if (removed.error().reason != Reason::kNotFound && !refusal) {
      refusal = removed.error().message;
    }
  }
  if (refusal) contents.refusals.push_back(std::move(*refusal));
  return true;
}

// False: the store can't be read.
bool NamespaceController::empty(const Kind& kind, const std::string& name, Contents& contents) {
  std::optional<ObjectKey> after;
  // In pieces, each with a View of its own: what waits for a finalizer hides nothing behind it.
  for (bool has_more = true; has_more;) {
    std::vector<ObjectKey> keys;
    {
      const auto view = engine_.view();
      if (view == nullptr) return false;
      auto scanned = view->snapshot->scan(kind.resource, name, after, [&](const auto& row) {
        keys.push_back({kind.resource, std::string(row.name_space), std::string(row.name)});
        return keys.size() < kPieceObjectsMax;
      });
      if (!scanned) return false;
    }
    has_more = keys.size() == kPieceObjectsMax;
    if (!keys.empty()) after = keys.back();
    if (!empty_piece(kind, keys, contents)) return false;
  }
  return true;
}

// Of the version that is there: another one is told in its turn.
bool NamespaceController::tell(const Kind& kind, const ObjectKey& key, const Contents& contents) {
  auto view = engine_.view();
  auto found = view == nullptr ? std::nullopt : find_object(*view, key).value_or(std::nullopt);
  view.reset();
  if (!found) return false;
  const auto now = format_seconds(engine_.world().now());
  bool changed = false;
  for (const auto& condition : contents.conditions()) {
    changed = set_condition(found->value, condition, now) || changed;
  }
  if (!changed) return false;
  auto command = command_on(kind, key, Verb::kPatch, kUser);
  command.subresource = "status";
  command.actor.subresource = "status";
  command.patch_type = PatchType::kMerge;
  command.body = {{"metadata", {{"resourceVersion", to_string(found->object.revision)}}},
                  {"status", {{"conditions", *find_path(found->value, {"status", "conditions"})}}}};
  return engine_.execute(std::move(command)).has_value();
}

bool NamespaceController::finalize(const Kind& kind, const ObjectKey& key) {
  auto view = engine_.view();
  auto found = view == nullptr ? std::nullopt : find_object(*view, key).value_or(std::nullopt);
  view.reset();
  if (!found) return false;
  auto& object = found->value;
  const auto* value = find_path(object, {"spec", "finalizers"});
  const auto* finalizers = value == nullptr ? nullptr : value->if_array();
  if (finalizers == nullptr) return false;
  JsonArray kept;
  for (const auto& finalizer : *finalizers) {
    if (finalizer != Value(kOwnFinalizer)) kept.push_back(finalizer);
  }
  if (kept.size() == finalizers->size()) return false;
  object_member(object.as_object(), "spec")["finalizers"] = std::move(kept);
  object_member(object.as_object(), "metadata")["resourceVersion"] =
      to_string(found->object.revision);
  auto command = command_on(kind, key, Verb::kUpdate, kUser);
  command.subresource = "finalize";
  command.actor.subresource = "finalize";
  command.body = std::move(object);
  return engine_.execute(std::move(command)).has_value();
}

void NamespaceController::turn() {
  Revision head;
  {
    const auto view = engine_.view();
    if (view == nullptr) return;
    head = view->revision();
    if (!has_changed(*view, "namespaces", seeded_to_).value_or(false)) return;
  }
  if (auto seeded = seed_namespaces(engine_); !seeded) {
    spdlog::error("namespaces can't be created again: {}", seeded.error().message);
    return;
  }
  // What was written just now is news of the next turn, which finds nothing to do.
  seeded_to_ = head;
}

bool NamespaceController::end(const std::string& name) {
  CatalogPtr catalog;
  const ObjectKey key{"namespaces", "", name};
  {
    const auto view = engine_.view();
    if (view == nullptr) return false;
    const auto found = find_object(*view, key);
    if (!found || !*found) return false;
    const auto* finalizers = find_path((*found)->value, {"spec", "finalizers"});
    const bool is_ours = finalizers != nullptr && finalizers->is_array() &&
                         std::ranges::find(finalizers->get_array(), Value(kOwnFinalizer)) !=
                             finalizers->get_array().end();
    // Once it was found empty it stays so: nothing is created in it (R21.5).
    if (!is_ours) return false;
    catalog = view->catalog;
  }
  const auto* kind = catalog->find("", "namespaces");
  Contents contents;
  for (const auto& content : catalog->kinds()) {
    if (!content->namespaced() || content->is_view() || content->shows_log()) continue;
    if (!empty(*content, name, contents)) {
      spdlog::error("the contents of namespace {} can't be read", name);
      return contents.acted;
    }
  }
  const bool acted = tell(*kind, key, contents) || contents.acted;
  return (contents.is_empty() && finalize(*kind, key)) || acted;
}

}  // namespace gatefold::engine
