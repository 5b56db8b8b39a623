// What a function may build and how much it must ask for first: results that are longer than the
// cost of the language's reference implementation pays for are charged before memory is taken.
#pragma once

#include <cstddef>
#include <cstdint>

#include "schema/cel/val.h"

namespace gatefold::cel {

struct Evaluation;

// Whether `units` are left. Nothing is charged, as the call's Cost will do it, but where they are
// not there the evaluation is exhausted.
bool can_pay(Evaluation& evaluation, std::uint64_t units);

// Charges for the bytes of a result beyond `paid_bytes`, which the call's Cost pays for, as a
// concatenation would: a unit for 10 bytes. kGrowthFreeBytes are free, so that ordinary expressions
// cost what they cost elsewhere. False: the evaluation is exhausted.
inline constexpr std::size_t kGrowthFreeBytes = 256;
bool pay_for_growth(Evaluation& evaluation, std::size_t paid_bytes, std::size_t result_bytes);

// The error of a function that may not go on.
Val out_of_budget();

// To read `value` once, or `times`: a unit for 10 of what size_of counts, rounded up.
std::uint64_t reading_cost(const Val& value, double times = 1);

}  // namespace gatefold::cel
