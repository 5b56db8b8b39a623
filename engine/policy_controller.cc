#include "engine/policy_controller.h"

#include <utility>
#include <vector>

#include <spdlog/spdlog.h>

#include "engine/policy/type_check.h"
#include "engine/reactor_steps.h"
#include "schema/json.h"
#include "schema/meta.h"

namespace gatefold::engine {
namespace {

constexpr std::string_view kUser = "system:apiserver";

}  // namespace

bool PolicyController::turn() {
  std::vector<ObjectKey> policies;
  Revision head;
  {
    const auto view = engine_.view();
    if (view == nullptr) return false;
    head = view->revision();
    const auto has_news = has_changed(*view, kPolicies, checked_to_);
    if (!has_news) spdlog::error("policies can't be read: {}", has_news.error().message);
    if (!has_news.value_or(false)) return false;
    auto read = view->snapshot->scan(kPolicies, "", std::nullopt, [&](const auto& row) {
      policies.push_back({std::string(kPolicies), "", std::string(row.name)});
      return true;
    });
    if (!read) {
      spdlog::error("policies can't be read: {}", read.error().message);
      return false;
    }
  }
  // What is written below is news of the next turn.
  checked_to_ = head;
  bool acted = false;
  for (const auto& key : policies) acted = check(key) || acted;
  return acted;
}

bool PolicyController::check(const ObjectKey& key) {
  auto view = engine_.view();
  if (view == nullptr) return false;
  const auto catalog = view->catalog;
  auto current = view->snapshot->get(key).value_or(std::nullopt);
  view.reset();  // none is held while a command waits for the writer
  const auto* kind = catalog->find_resource(kPolicies);
  if (kind == nullptr || !current) return false;
  auto parsed = parse_json(current->body);
  if (!parsed) return false;
  auto& policy = parsed->value;
  const auto generation = integer_at(policy, {"metadata", "generation"}, 0);
  if (integer_at(policy, {"status", "observedGeneration"}, 0) == generation) return false;
  JsonObject checked;
  if (auto warnings = type_warnings(policy, *catalog); !warnings.empty()) {
    checked["expressionWarnings"] = std::move(warnings);
  }
  auto& status = object_member(policy.as_object(), "status");
  status["observedGeneration"] = generation;
  status["typeChecking"] = std::move(checked);
  // Of the version that was checked.
  object_member(policy.as_object(), "metadata")["resourceVersion"] = to_string(current->revision);
  auto command = command_on(*kind, key, Verb::kUpdate, kUser);
  command.subresource = "status";
  command.actor.subresource = "status";
  command.body = std::move(policy);
  const auto written = engine_.execute(std::move(command));
  if (!written) checked_to_ = {};
  return written.has_value();
}

}  // namespace gatefold::engine
