#include "engine/policies.h"

#include <utility>

#include "schema/json.h"

namespace gatefold::engine {

Policies::Policies() : set_(std::make_shared<const PolicySet>()) {}

Result<void> Policies::load(const storage::Snapshot& snapshot) {
  policies_.clear();
  bindings_.clear();
  for (const auto resource : {kPolicies, kPolicyBindings}) {
    auto read = snapshot.scan(resource, "", std::nullopt, [&](const storage::RowView& row) {
      put(resource, std::string(row.name), row.body);
      return true;
    });
    if (!read) return read;
  }
  compose();
  return {};
}

void Policies::note(const storage::Event& event, std::string_view body) {
  const bool is_policy = event.key.resource == kPolicies;
  if (!is_policy && event.key.resource != kPolicyBindings) return;
  if (event.type != storage::EventType::kDeleted) {
    // What only its status or its labels tell is no news.
    const auto known = is_policy ? policies_.find(event.key.name) : policies_.end();
    const bool is_same =
        known != policies_.end() && known->second->generation == event.generation.number;
    if (is_same) return;
    put(event.key.resource, event.key.name, body);
  } else if (is_policy) {
    policies_.erase(event.key.name);
  } else {
    bindings_.erase(event.key.name);
  }
  compose();
}

void Policies::put(std::string_view resource, const std::string& name, std::string_view body) {
  const auto parsed = parse_json(body);
  if (!parsed) return;  // it was stored as JSON; verify would say otherwise
  if (resource == kPolicies) {
    policies_.insert_or_assign(name, compile_policy(parsed->value));
  } else {
    bindings_.insert_or_assign(name, read_binding(parsed->value));
  }
}

void Policies::compose() {
  std::map<std::string_view, std::vector<PolicyBindingPtr>> bound;
  for (const auto& [name, binding] : bindings_) bound[binding->policy].push_back(binding);
  PolicySet set;
  for (auto& [name, bindings] : bound) {
    const auto policy = policies_.find(name);
    if (policy != policies_.end()) set.push_back({policy->second, std::move(bindings)});
  }
  set_ = std::make_shared<const PolicySet>(std::move(set));
}

}  // namespace gatefold::engine
