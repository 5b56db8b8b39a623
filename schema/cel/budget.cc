#include "schema/cel/budget.h"

#include "schema/cel/eval.h"

namespace gatefold::cel {
namespace {

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

}  // namespace gatefold::cel
