#include "engine/policy_facts.h"

#include <utility>

#include <fmt/format.h>

#include "schema/convert.h"
#include "schema/json.h"
#include "schema/meta.h"

namespace gatefold::engine {
namespace {

// Reads of one gathering.
class Gatherer {
 public:
  Gatherer(const View& view, const Overlay* overlay, Facts& facts)
      : view_(view), overlay_(overlay), facts_(facts) {}

  Result<std::optional<Value>> object(ObjectKey key) {
    auto found = current_object(key, view_, overlay_);
    facts_.reads.push_back({Read::Type::kObject, std::move(key)});
    return found;
  }

  // The parameters of a binding, or why it has none.
  Result<void> params(const WriteAttributes& write, BoundPolicy& bound);

 private:
  Result<void> param_by_name(const Kind& kind, const KindVersion& version,
                             const ParamReference& reference, const std::string& name_space,
                             BoundPolicy& bound);
  Result<void> params_by_selector(const Kind& kind, const KindVersion& version,
                                  const ParamReference& reference, const std::string& name_space,
                                  BoundPolicy& bound);

  const View& view_;
  const Overlay* overlay_;
  Facts& facts_;
};

Value shown(const Kind& kind, const KindVersion& version, Value object) {
  if (string_at(object, {"apiVersion"}) != kind.api_version(version.name)) {
    convert_object(kind, version, object);
  }
  return object;
}

Result<void> Gatherer::param_by_name(const Kind& kind, const KindVersion& version,
                                     const ParamReference& reference, const std::string& name_space,
                                     BoundPolicy& bound) {
  auto found = object({kind.resource, name_space, reference.name});
  if (!found) return std::unexpected(std::move(found.error()));
  if (*found) bound.params.emplace_back(shown(kind, version, std::move(**found)));
  return {};
}

Result<void> Gatherer::params_by_selector(const Kind& kind, const KindVersion& version,
                                          const ParamReference& reference,
                                          const std::string& name_space, BoundPolicy& bound) {
  std::size_t looked_at = 0;
  const auto visit = [&](const storage::RowView& row) {
    if (++looked_at > kParamObjectsMax) return false;
    if (!reference.selector.empty() && !reference.selector.matches(row.labels())) return true;
    auto parsed = parse_json(row.body);
    if (parsed) bound.params.emplace_back(shown(kind, version, std::move(parsed->value)));
    return bound.params.size() <= kParamsMax;
  };
  auto scanned = view_.snapshot->scan(kind.resource, name_space, std::nullopt, visit);
  if (!scanned) return scanned;
  if (looked_at > kParamObjectsMax || bound.params.size() > kParamsMax) {
    bound.fault = fmt::format("the selector has to find at most {} params among {} objects",
                              kParamsMax, kParamObjectsMax);
  }
  return {};
}

Result<void> Gatherer::params(const WriteAttributes& write, BoundPolicy& bound) {
  const auto& wanted = bound.policy->param_kind;
  const auto& reference = bound.binding->params;
  if (!wanted || !reference) {
    bound.params.emplace_back(std::nullopt);
    return {};
  }
  const auto* kind = view_.catalog->find_kind(wanted->group, wanted->kind);
  const auto* version = kind == nullptr ? nullptr : kind->version(wanted->version);
  std::string name_space;
  if (kind->namespaced()) {
    name_space =
        reference->name_space.empty() ? std::string(write.name_space) : reference->name_space;
    if (name_space.empty()) {
      bound.fault =
          "cannot use namespaced paramRef in policy binding that matches cluster-scoped resources";
      return {};
    }
  } else if (!reference->name_space.empty()) {
    bound.fault = "paramRef.namespace must not be provided for a cluster-scoped `paramKind`";
    return {};
  }
  auto found = reference->name.empty()
                   ? params_by_selector(*kind, *version, *reference, name_space, bound)
                   : param_by_name(*kind, *version, *reference, name_space, bound);
  if (!found) return found;
  if (bound.params.empty() && bound.fault.empty() && reference->denies_without) {
    bound.fault = "no params found for policy binding with `Deny` parameterNotFoundAction";
  }
  return {};
}

std::string unknown_kind(const View& view, const ParamKind& wanted) {
  const auto* kind = view.catalog->find_kind(wanted.group, wanted.kind);
  const auto* version = kind == nullptr ? nullptr : kind->version(wanted.version);
  if (version != nullptr && version->served) return {};
  return fmt::format("failed to find resource referenced by paramKind: '{}/{}, Kind={}'",
                     wanted.group, wanted.version, wanted.kind);
}

}  // namespace

WriteAttributes write_attributes(const Command& command, const Facts& facts) {
  const auto& kind = *facts.kind;
  const bool is_removed = command.verb == Verb::kDelete;
  const bool creates = !is_removed && (command.verb == Verb::kCreate || !facts.target);
  // A name that is generated is not known to rules (Kubernetes' admission attributes).
  const auto name = is_creation(command) ? name_of(command.body) : std::string_view(command.name);
  WriteAttributes write{.operation = is_removed ? "DELETE"
                                     : creates  ? "CREATE"
                                                : "UPDATE",
                        .kind = &kind,
                        .version = facts.version->name,
                        .subresource = command.subresource,
                        .name = name,
                        .name_space = {}};
  if (kind.namespaced()) {
    write.name_space = command.name_space;
  } else if (kind.resource == kNamespaces && !creates) {
    write.name_space = name;
  }
  return write;
}

Result<void> gather_policies(const Command& command, const View& view, const Overlay* overlay,
                             Facts& facts) {
  if (command.bypasses_policies || facts.kind->group == kPolicyGroup) return {};
  facts.reads.push_back({Read::Type::kPolicies, {}});
  if (view.policies->empty()) return {};
  const auto write = write_attributes(command, facts);
  Gatherer gatherer(view, overlay, facts);
  for (const auto& [policy, bindings] : *view.policies) {
    const auto version = matched_version(policy->constraints, write);
    if (!version) continue;
    auto fault = policy->param_kind ? unknown_kind(view, *policy->param_kind) : std::string();
    if (!fault.empty()) {
      facts.policies.push_back(
          {.policy = policy, .version = std::string(*version), .fault = std::move(fault)});
      continue;
    }
    for (const auto& binding : bindings) {
      if (binding->match && !matched_version(*binding->match, write)) continue;
      BoundPolicy bound{.policy = policy, .binding = binding, .version = std::string(*version)};
      if (auto found = gatherer.params(write, bound); !found) return found;
      facts.policies.push_back(std::move(bound));
    }
  }
  if (facts.policies.empty() || write.name_space.empty()) return {};
  auto name_space = gatherer.object({std::string(kNamespaces), "", std::string(write.name_space)});
  if (!name_space) return std::unexpected(std::move(name_space.error()));
  facts.policy_namespace = std::move(*name_space);
  return {};
}

}  // namespace gatefold::engine
