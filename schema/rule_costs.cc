#include "schema/rule_costs.h"

#include <algorithm>
#include <functional>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include "schema/cel/cel.h"

namespace gatefold {
namespace {

constexpr auto kOrigin = "rule-cost";
constexpr auto kLargest = std::numeric_limits<std::uint64_t>::max();
constexpr std::size_t kShownMax = 4;
constexpr std::uint64_t kShownCostMin = cel::kSchemaEstimateMax / 100;

std::uint64_t product(std::uint64_t a, std::uint64_t b) {
  return b != 0 && a > kLargest / b ? kLargest : a * b;
}

std::string over_budget(std::string_view what, std::uint64_t cost, std::uint64_t limit) {
  const double factor = static_cast<double>(cost) / static_cast<double>(limit);
  std::string text = "more than 100x";
  // Close to the limit one digit would say 1.0.
  if (factor < 1.5) {
    text = fmt::format("{:f}x", factor);
  } else if (factor <= 100) {
    text = fmt::format("{:.1f}x", factor);
  }
  return fmt::format(
      "{} exceeds budget by factor of {} (try simplifying the rule, or adding maxItems, "
      "maxProperties, and maxLength where arrays, maps, and strings are declared)",
      what, text);
}

}  // namespace

CountMax count_below(const SchemaNode& schema, CountMax count) {
  CountMax times = 1;
  if (schema.type == SchemaType::kArray) {
    times = schema.items_max;
  } else if (schema.type == SchemaType::kObject &&
             (schema.additional_properties != nullptr || schema.additional_allowed ||
              schema.additional_forbidden)) {
    times = schema.properties_max;
  }
  if (!count || !times) return std::nullopt;
  return product(*count, *times);
}

std::uint64_t RuleCosts::of_all(std::uint64_t cost, const SchemaNode& schema, bool is_resource,
                                CountMax count) {
  return product(cost, count ? *count : cel::count_max(schema, is_resource));
}

std::optional<FieldError> RuleCosts::count(std::string_view what, std::string field,
                                           std::uint64_t cost) {
  std::optional<FieldError> error;
  if (cost > cel::kEstimateMax) {
    error = forbidden_field(
        field, over_budget(fmt::format("estimated {} cost", what), cost, cel::kEstimateMax),
        kOrigin);
  }
  total_ = cost > kLargest - total_ ? kLargest : total_ + cost;
  if (cost >= kShownCostMin) {
    const auto place =
        std::ranges::upper_bound(most_expensive_, cost, std::greater(), &Expensive::cost);
    most_expensive_.insert(place, {std::move(field), cost});
    if (most_expensive_.size() > kShownMax) most_expensive_.pop_back();
  }
  return error;
}

FieldErrors RuleCosts::total(const std::string& path) const {
  FieldErrors errors;
  if (total_ <= cel::kSchemaEstimateMax) return errors;
  for (const auto& expensive : most_expensive_) {
    errors.push_back(forbidden_field(expensive.field,
                                     "contributed to estimated rule cost total exceeding cost "
                                     "limit for entire OpenAPIv3 schema",
                                     kOrigin));
  }
  errors.push_back(forbidden_field(
      path,
      over_budget("x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema",
                  total_, cel::kSchemaEstimateMax),
      kOrigin));
  return errors;
}

}  // namespace gatefold
