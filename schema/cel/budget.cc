#include "schema/cel/budget.h"

#include <cmath>

#include "schema/cel/eval.h"

namespace gatefold::cel {
namespace {

constexpr double kReadingFactor = 0.1;

bool exhausted_unless(Evaluation& evaluation, bool may_go_on) {
  if (!may_go_on) evaluation.is_exhausted = true;
  return may_go_on;
}

}  // namespace

bool can_pay(Evaluation& evaluation, std::uint64_t units) {
  return exhausted_unless(evaluation, evaluation.cost <= evaluation.cost_max &&
                                          units <= evaluation.cost_max - evaluation.cost);
}

bool can_build(Evaluation& evaluation, std::size_t bytes) {
  return exhausted_unless(evaluation, evaluation.arena.fits(bytes));
}

bool can_step(Evaluation& evaluation, std::uint64_t steps) {
  return exhausted_unless(evaluation, evaluation.arena.step(steps));
}

// In the reference's order of operations: doubles round, and a unit more or less is a difference.
std::uint64_t reading_cost(const Val& value, double times) {
  return static_cast<std::uint64_t>(
      std::ceil(static_cast<double>(size_of(value)) * times * kReadingFactor));
}

}  // namespace gatefold::cel
