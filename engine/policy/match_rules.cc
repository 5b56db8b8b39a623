#include "engine/policy/match_rules.h"

#include <algorithm>
#include <set>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "schema/names.h"
#include "schema/selector.h"

namespace gatefold::engine {
namespace {

constexpr std::string_view kOrigin = "policy-match";

bool has_star(const std::vector<std::string>& words) {
  return std::ranges::find(words, "*") != words.end();
}

// One of the rule's lists, whose items are checked one by one.
class Words {
 public:
  Words(const Value& rule, std::string_view key, const std::string& field, FieldErrors& errors)
      : words_(texts_at(rule, {key})),
        list_(find(rule, key)),
        field_(fmt::format("{}.{}", field, key)),
        errors_(errors) {
    if (words_.empty()) errors_.push_back(required(field_, "", std::string(kOrigin)));
  }

  const std::vector<std::string>& words() const { return words_; }
  std::string field(std::size_t i) const { return fmt::format("{}[{}]", field_, i); }

  void complain(std::string_view what) {
    errors_.push_back(invalid_value(field_, *list_, what, std::string(kOrigin)));
  }
  void complain(std::size_t i, std::string_view what) {
    errors_.push_back(invalid_value(field(i), Value(words_[i]), what, std::string(kOrigin)));
  }
  void need(std::size_t i) { errors_.push_back(required(field(i), "", std::string(kOrigin))); }
  // A star stands alone.
  void check_star(std::string_view others) {
    if (words_.size() > 1 && has_star(words_)) {
      complain(fmt::format("if '*' is present, must not specify other {}", others));
    }
  }

 private:
  std::vector<std::string> words_;
  const Value* list_;
  std::string field_;
  FieldErrors& errors_;
};

void check_operations(const Value& rule, const std::string& field, FieldErrors& errors) {
  static const std::vector<std::string> kOperations = {"*", "CONNECT", "CREATE", "DELETE",
                                                       "UPDATE"};
  Words operations(rule, "operations", field, errors);
  operations.check_star("operations");
  for (std::size_t i = 0; i < operations.words().size(); ++i) {
    const auto& word = operations.words()[i];
    if (std::ranges::find(kOperations, word) == kOperations.end()) {
      errors.push_back(
          not_supported(operations.field(i), Value(word), kOperations, std::string(kOrigin)));
    }
  }
}

// A plural and its subresource; a later entry may not be covered by an earlier one with a star.
void check_resources(const Value& rule, const std::string& field, FieldErrors& errors) {
  Words resources(rule, "resources", field, errors);
  std::set<std::string, std::less<>> with_all_subresources;
  std::set<std::string, std::less<>> of_all_resources;
  bool has_plain = false;
  const auto& words = resources.words();
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string_view word = words[i];
    if (word.empty()) {
      resources.need(i);
      continue;
    }
    const auto slash = word.find('/');
    if (slash == std::string_view::npos) {
      has_plain = word != "*";
      continue;
    }
    const auto plural = word.substr(0, slash);
    const auto subresource = word.substr(slash + 1);
    if (with_all_subresources.contains(plural)) {
      resources.complain(i, fmt::format("if '{}/*' is present, must not specify {}", plural, word));
    }
    if (of_all_resources.contains(subresource)) {
      resources.complain(
          i, fmt::format("if '*/{}' is present, must not specify {}", subresource, word));
    }
    if (subresource == "*") with_all_subresources.emplace(plural);
    if (plural == "*") of_all_resources.emplace(subresource);
  }
  if (words.size() > 1 && std::ranges::find(words, "*/*") != words.end()) {
    resources.complain("if '*/*' is present, must not specify other resources");
  }
  if (has_plain && has_star(words)) {
    resources.complain("if '*' is present, must not specify other resources without subresources");
  }
}

void check_names(const Value& rule, const std::string& field, FieldErrors& errors) {
  const auto names = texts_at(rule, {"resourceNames"});
  std::set<std::string_view> seen;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto here = fmt::format("{}.resourceNames[{}]", field, i);
    for (const auto& complaint : check_name(NameRule::kPathSegment, names[i])) {
      errors.push_back(invalid_value(here, Value(names[i]), complaint, std::string(kOrigin)));
    }
    if (!seen.insert(names[i]).second) {
      errors.push_back(duplicate(here, Value(names[i]), std::string(kOrigin)));
    }
  }
}

void check_rule(const Value& rule, const std::string& field, FieldErrors& errors) {
  check_names(rule, field, errors);
  check_operations(rule, field, errors);
  Words(rule, "apiGroups", field, errors).check_star("API groups");
  Words versions(rule, "apiVersions", field, errors);
  versions.check_star("API versions");
  for (std::size_t i = 0; i < versions.words().size(); ++i) {
    if (versions.words()[i].empty()) versions.need(i);
  }
  check_resources(rule, field, errors);
  static const std::vector<std::string> kScopes = {"*", "Cluster", "Namespaced"};
  const auto scope = string_at(rule, {"scope"});
  if (std::ranges::find(kScopes, scope) == kScopes.end()) {
    errors.push_back(not_supported(field + ".scope", Value(scope), kScopes, std::string(kOrigin)));
  }
}

void check_rules(const Value& match, std::string_view key, const std::string& field,
                 FieldErrors& errors) {
  const auto& list = list_at(match, {key});
  for (std::size_t i = 0; i < list.size(); ++i) {
    check_rule(list[i], fmt::format("{}.{}[{}]", field, key, i), errors);
  }
}

}  // namespace

void check_match_resources(const Value& match, const std::string& field, FieldErrors& errors) {
  static const std::vector<std::string> kPolicies = {"Equivalent", "Exact"};
  const auto policy = string_at(match, {"matchPolicy"});
  if (std::ranges::find(kPolicies, policy) == kPolicies.end()) {
    errors.push_back(
        not_supported(field + ".matchPolicy", Value(policy), kPolicies, std::string(kOrigin)));
  }
  for (const auto* key : {"namespaceSelector", "objectSelector"}) {
    const auto* selector = find(match, key);
    if (selector == nullptr) continue;  // the schema has a default
    append_errors(errors, validate_label_selector(*selector, fmt::format("{}.{}", field, key)));
  }
  check_rules(match, "resourceRules", field, errors);
  check_rules(match, "excludeResourceRules", field, errors);
}

}  // namespace gatefold::engine
