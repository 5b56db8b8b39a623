// Label selectors as objects hold them.
#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <ranges>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "schema/names.h"
#include "schema/selector.h"

namespace gatefold {
namespace {

using Operator = LabelRequirement::Operator;

constexpr auto kOperators = std::to_array<std::pair<std::string_view, Operator>>({
    {"In", Operator::kIn},
    {"NotIn", Operator::kNotIn},
    {"Exists", Operator::kExists},
    {"DoesNotExist", Operator::kDoesNotExist},
});

std::optional<Operator> operator_of(const Value& expression) {
  const auto word = string_at(expression, {"operator"});
  for (const auto& [name, op] : kOperators) {
    if (name == word) return op;
  }
  return std::nullopt;
}

std::vector<std::string> values_of(const Value& expression) {
  return texts_at(expression, {"values"});
}

void check_key(std::string_view key, const std::string& field, FieldErrors& errors) {
  for (const auto& complaint : check_qualified_name(key)) {
    errors.push_back(invalid_value(field, Value(key), complaint, "label-key"));
  }
}

void check_value(std::string_view value, const std::string& field, FieldErrors& errors) {
  for (const auto& complaint : check_label_value(value)) {
    errors.push_back(invalid_value(field, Value(value), complaint, "label-value"));
  }
}

void check_expression(const Value& expression, const std::string& field, FieldErrors& errors) {
  const auto op = operator_of(expression);
  const auto values = values_of(expression);
  if (!op) {
    errors.push_back(invalid_value(field + ".operator", Value(string_at(expression, {"operator"})),
                                   "not a valid selector operator", "label-operator"));
  } else if (*op == Operator::kIn || *op == Operator::kNotIn) {
    if (values.empty()) {
      errors.push_back(required(field + ".values",
                                "must be specified when `operator` is 'In' or 'NotIn'",
                                "label-values"));
    }
  } else if (!values.empty()) {
    errors.push_back(forbidden_field(
        field + ".values", "may not be specified when `operator` is 'Exists' or 'DoesNotExist'",
        "label-values"));
  }
  check_key(string_at(expression, {"key"}), field + ".key", errors);
  for (std::size_t i = 0; i < values.size(); ++i) {
    check_value(values[i], fmt::format("{}.values[{}]", field, i), errors);
  }
}

const JsonArray& expressions_of(const Value& selector) {
  return list_at(selector, {"matchExpressions"});
}

const JsonObject* labels_in(const Value& selector) {
  const auto* labels = find(selector, "matchLabels");
  return labels != nullptr && labels->is_object() ? &labels->as_object() : nullptr;
}

// `key in (a,b)`, values sorted.
std::expected<std::string, std::string> expression_text(const Value& expression) {
  const auto key = string_at(expression, {"key"});
  const auto op = operator_of(expression);
  if (!op) {
    return std::unexpected(fmt::format("{} is not a valid label selector operator",
                                       go_quote(string_at(expression, {"operator"}))));
  }
  if (*op == Operator::kExists) return std::string(key);
  if (*op == Operator::kDoesNotExist) return fmt::format("!{}", key);
  auto values = values_of(expression);
  std::ranges::sort(values);
  return fmt::format("{} {} ({})", key, *op == Operator::kIn ? "in" : "notin",
                     fmt::join(values, ","));
}

}  // namespace

std::expected<std::string, std::string> label_selector_text(const Value& selector) {
  std::multimap<std::string, std::string, std::less<>> by_key;
  if (const auto* labels = labels_in(selector)) {
    for (const auto& [key, value] : *labels) {
      if (!value.is_string()) continue;
      by_key.emplace(
          key, fmt::format("{}={}", std::string_view(key), std::string_view(value.get_string())));
    }
  }
  for (const auto& expression : expressions_of(selector)) {
    auto text = expression_text(expression);
    if (!text) return text;
    by_key.emplace(string_at(expression, {"key"}), std::move(*text));
  }
  return fmt::format("{}", fmt::join(by_key | std::views::values, ","));
}

LabelSelector label_selector_of(const Value& selector) {
  LabelSelector out;
  if (const auto* labels = labels_in(selector)) {
    for (const auto& [key, value] : *labels) {
      if (!value.is_string()) continue;
      out.requirements.push_back(
          {std::string(key), Operator::kIn, {std::string(value.get_string())}});
    }
  }
  for (const auto& expression : expressions_of(selector)) {
    out.requirements.push_back({std::string(string_at(expression, {"key"})),
                                operator_of(expression).value_or(Operator::kIn),
                                values_of(expression)});
  }
  return out;
}

FieldErrors validate_label_selector(const Value& selector, const std::string& field) {
  FieldErrors errors;
  if (const auto* labels = labels_in(selector)) {
    for (const auto& [key, value] : *labels) {
      check_key(key, field + ".matchLabels", errors);
      if (value.is_string()) check_value(value.get_string(), field + ".matchLabels", errors);
    }
  }
  const auto& expressions = expressions_of(selector);
  for (std::size_t i = 0; i < expressions.size(); ++i) {
    check_expression(expressions[i], fmt::format("{}.matchExpressions[{}]", field, i), errors);
  }
  return errors;
}

}  // namespace gatefold
