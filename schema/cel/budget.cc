#include "schema/cel/budget.h"

#include <cmath>

#include "schema/cel/eval.h"

namespace gatefold::cel {
namespace {

constexpr double kReadingFactor = 0.1;
constexpr std::size_t kBytesPerUnit = 10;

}  // namespace

bool can_pay(Evaluation& evaluation, std::uint64_t units) {
  const bool is_there =
      evaluation.cost <= evaluation.cost_max && units <= evaluation.cost_max - evaluation.cost;
  if (is_there) return true;
  evaluation.is_exhausted = true;
  return false;
}

bool pay_for_growth(Evaluation& evaluation, std::size_t paid_bytes, std::size_t result_bytes) {
  const std::size_t free_bytes = paid_bytes + kGrowthFreeBytes;
  if (result_bytes <= free_bytes) return true;
  return evaluation.charge((result_bytes - free_bytes + kBytesPerUnit - 1) / kBytesPerUnit);
}

Val out_of_budget() {
  return literal_error("operation cancelled: actual cost limit exceeded");
}

// In the reference's order of operations: doubles round, and a unit more or less is a difference.
std::uint64_t reading_cost(const Val& value, double times) {
  return static_cast<std::uint64_t>(
      std::ceil(static_cast<double>(size_of(value)) * times * kReadingFactor));
}

}  // namespace gatefold::cel
