#include "engine/policy/match_resources.h"

#include <algorithm>

#include "schema/meta.h"

namespace gatefold::engine {
namespace {

std::vector<ResourceRule> rules_of(const Value& document, std::string_view key) {
  std::vector<ResourceRule> rules;
  for (const auto& rule : list_at(document, {key})) {
    rules.push_back({.groups = texts_at(rule, {"apiGroups"}),
                     .versions = texts_at(rule, {"apiVersions"}),
                     .operations = texts_at(rule, {"operations"}),
                     .resources = texts_at(rule, {"resources"}),
                     .names = texts_at(rule, {"resourceNames"}),
                     .scope = std::string(string_at(rule, {"scope"}))});
  }
  return rules;
}

LabelSelector selector_of(const Value& document, std::string_view key) {
  const auto* selector = find(document, key);
  return selector == nullptr ? LabelSelector{} : label_selector_of(*selector);
}

bool lists(const std::vector<std::string>& words, std::string_view word) {
  return std::ranges::any_of(words, [&](const auto& one) { return one == "*" || one == word; });
}

bool is_of_namespace(const WriteAttributes& write) {
  return write.kind->resource != kNamespaces && !write.name_space.empty();
}

bool has_scope(const ResourceRule& rule, const WriteAttributes& write) {
  if (rule.scope.empty() || rule.scope == "*") return true;
  return (rule.scope == "Namespaced") == is_of_namespace(write);
}

// `gateways`, `gateways/status`, `*/status`, `*`: a star alone means no subresource.
bool has_resource(const ResourceRule& rule, const WriteAttributes& write) {
  return std::ranges::any_of(rule.resources, [&](std::string_view text) {
    const auto slash = text.find('/');
    const auto plural = text.substr(0, slash);
    const auto subresource = slash == std::string_view::npos ? "" : text.substr(slash + 1);
    return (plural == "*" || plural == write.kind->plural) &&
           (subresource == "*" || subresource == write.subresource);
  });
}

bool has_rule(const std::vector<ResourceRule>& rules, const WriteAttributes& write,
              std::string_view version) {
  return std::ranges::any_of(rules, [&](const ResourceRule& rule) {
    return has_scope(rule, write) && lists(rule.operations, write.operation) &&
           lists(rule.groups, write.kind->group) && lists(rule.versions, version) &&
           has_resource(rule, write) &&
           (rule.names.empty() || std::ranges::find(rule.names, write.name) != rule.names.end());
  });
}

std::optional<std::string_view> version_of(const std::vector<ResourceRule>& rules, bool is_exact,
                                           const WriteAttributes& write) {
  if (has_rule(rules, write, write.version)) return write.version;
  if (is_exact) return std::nullopt;
  for (const auto& version : write.kind->versions) {
    if (version.served && version.name != write.version && has_rule(rules, write, version.name)) {
      return version.name;
    }
  }
  return std::nullopt;
}

}  // namespace

MatchResources match_resources_of(const Value& document) {
  return {.rules = rules_of(document, "resourceRules"),
          .excluded = rules_of(document, "excludeResourceRules"),
          .is_exact = string_at(document, {"matchPolicy"}) == "Exact",
          .namespaces = selector_of(document, "namespaceSelector"),
          .objects = selector_of(document, "objectSelector")};
}

std::optional<std::string_view> matched_version(const MatchResources& match,
                                                const WriteAttributes& write) {
  if (version_of(match.excluded, match.is_exact, write)) return std::nullopt;
  if (match.rules.empty()) return write.version;
  return version_of(match.rules, match.is_exact, write);
}

bool selectors_match(const MatchResources& match, const WriteAttributes& write,
                     const Value* name_space, const Value* object, const Value* old_object) {
  const auto selects = [](const LabelSelector& selector, const Value* candidate) {
    return candidate != nullptr && selector.matches(labels_of(*candidate));
  };
  if (!match.namespaces.empty()) {
    // A namespace is judged by its labels as they will be.
    const bool is_itself = write.kind->resource == kNamespaces;
    const auto* labelled = !is_itself ? name_space : object != nullptr ? object : old_object;
    const bool asks = is_itself || !write.name_space.empty();
    if (asks && !selects(match.namespaces, labelled)) return false;
  }
  return match.objects.empty() || selects(match.objects, object) ||
         selects(match.objects, old_object);
}

}  // namespace gatefold::engine
