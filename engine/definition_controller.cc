#include "engine/definition_controller.h"

#include <algorithm>
#include <utility>
#include <vector>

#include <spdlog/spdlog.h>

#include "engine/definitions.h"
#include "engine/reactor_steps.h"
#include "schema/json.h"
#include "schema/meta.h"
#include "schema/time.h"

namespace gatefold::engine {
namespace {

constexpr std::string_view kUser = "system:apiserver";
}  // namespace

// A definition, and the names that it has at the moment.
struct DefinitionController::Judged {
  Value definition;
  AcceptedNames names;
};

bool DefinitionController::turn() {
  std::vector<Judged> definitions;
  std::vector<std::pair<std::string, AcceptedNames>> compiled_in;  // by group
  CatalogPtr catalog;
  Revision head;
  {
    const auto view = engine_.view();
    if (view == nullptr) return false;
    head = view->revision();
    const auto has_news = has_changed(*view, kDefinitions, judged_to_);
    if (!has_news) spdlog::error("definitions can't be read: {}", has_news.error().message);
    if (!has_news.value_or(false)) return false;
    catalog = view->catalog;
    auto read = view->snapshot->scan(kDefinitions, "", std::nullopt, [&](const auto& row) {
      auto parsed = parse_json(row.body);
      if (!parsed) return true;
      auto& metadata = object_member(parsed->value.as_object(), "metadata");
      metadata["resourceVersion"] = to_string(row.revision);
      auto names = accepted_names_of(parsed->value);
      definitions.push_back({std::move(parsed->value), std::move(names)});
      return true;
    });
    if (!read) {
      spdlog::error("definitions can't be read: {}", read.error().message);
      return false;
    }
  }
  const auto* kind = catalog->find_resource(kDefinitions);
  if (kind == nullptr) return false;
  for (const auto& known : catalog->kinds()) {
    if (known->core) compiled_in.emplace_back(known->group, accepted_names_of(*known));
  }
  // What is written below is news of the next turn.
  judged_to_ = head;
  bool acted = false;
  for (auto& judged : definitions) {
    if (is_deleting(judged.definition)) continue;
    const auto group = string_at(judged.definition, {"spec", "group"});
    std::vector<AcceptedNames> others;
    for (const auto& other : definitions) {
      if (&other != &judged && string_at(other.definition, {"spec", "group"}) == group) {
        others.push_back(other.names);
      }
    }
    for (const auto& [its_group, names] : compiled_in) {
      if (its_group == group) others.push_back(names);
    }
    acted = judge(*kind, judged, others) || acted;
  }
  return acted;
}

bool DefinitionController::judge(const Kind& kind, Judged& judged,
                                 std::span<const AcceptedNames> others) {
  auto& definition = judged.definition;
  const auto verdict = judge_names(definition, others);
  const auto now = format_seconds(engine_.world().now());
  bool changed = set_accepted_names(definition, verdict.names);
  changed = set_condition(definition, verdict.names_accepted, now) || changed;
  changed = set_condition(definition, verdict.established, now) || changed;
  if (const auto approval = judge_approval(definition)) {
    changed = set_condition(definition, *approval, now) || changed;
  }
  judged.names = verdict.names;
  return changed && write_status(kind, definition);
}

// Of the version that was judged: another one is judged in its turn.
bool DefinitionController::write_status(const Kind& kind, const Value& definition) {
  const ObjectKey key{std::string(kDefinitions), "", std::string(name_of(definition))};
  auto command = command_on(kind, key, Verb::kPatch, kUser);
  command.subresource = "status";
  command.actor.subresource = "status";
  command.patch_type = PatchType::kMerge;
  command.body = {{"metadata", {{"resourceVersion", resource_version_of(definition)}}},
                  {"status", *find(definition, "status")}};
  const auto written = engine_.execute(std::move(command));
  // Not with this View: what could not be written is judged again.
  if (!written) judged_to_ = {};
  return written && written->effect != Outcome::Effect::kUnchanged;
}

bool DefinitionController::end(const std::string& name) {
  auto view = engine_.view();
  if (view == nullptr) return false;
  const auto catalog = view->catalog;
  const ObjectKey key{std::string(kDefinitions), "", name};
  auto current = view->snapshot->get(key).value_or(std::nullopt);
  view.reset();  // none is held while a command waits for the writer
  const auto* kind = catalog->find_resource(kDefinitions);
  if (kind == nullptr || !current) return false;
  auto parsed = parse_json(current->body);
  if (!parsed) return false;
  auto& definition = parsed->value;
  auto finalizers = finalizers_of(definition);
  if (std::ranges::find(finalizers, kCleanupFinalizer) == finalizers.end()) return false;
  object_member(definition.as_object(), "metadata")["resourceVersion"] =
      to_string(current->revision);

  bool acted = false;
  const auto* its_kind = catalog->find_resource(name);
  if (its_kind != nullptr && !its_kind->core &&
      !remove_objects(engine_, *its_kind, "", kUser, acted)) {
    const auto now = format_seconds(engine_.world().now());
    const bool changed = set_condition(definition, terminating(Cleanup::kInProgress), now);
    return (changed && write_status(*kind, definition)) || acted;
  }
  std::erase(finalizers, kCleanupFinalizer);
  JsonArray kept;
  for (const auto& finalizer : finalizers) kept.emplace_back(finalizer);
  auto command = command_on(*kind, key, Verb::kPatch, kUser);
  command.patch_type = PatchType::kMerge;
  command.body = {
      {"metadata",
       {{"resourceVersion", to_string(current->revision)}, {"finalizers", std::move(kept)}}}};
  return engine_.execute(std::move(command)).has_value() || acted;
}

}  // namespace gatefold::engine
