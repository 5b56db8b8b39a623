// What a function asks for before it builds or walks something large.
#pragma once

#include <cstddef>
#include <cstdint>

#include "schema/cel/val.h"

namespace gatefold::cel {

struct Evaluation;

// Whether `units` are left. Nothing is charged, as the call's Cost will do it; where they are not
// there, the evaluation is exhausted.
bool can_pay(Evaluation& evaluation, std::uint64_t units);

// Whether the arena has room for `bytes`; where it has not, the evaluation is exhausted. The cost
// of the reference implementation does not grow with results of replace or format.
bool can_build(Evaluation& evaluation, std::size_t bytes);

// Counts steps that no cost pays for; false: the evaluation is exhausted.
bool can_step(Evaluation& evaluation, std::uint64_t steps);

}  // namespace gatefold::cel
