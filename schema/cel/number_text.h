// Numbers as format() writes them: golang.org/x/text of version 0.23 for American English, with
// what it does to precisions that are out of its range.
#pragma once

#include <cstdint>
#include <string>

namespace gatefold::cel {

// %f: 1234.5 with 2 is `1,234.50`; `NaN`, `-∞`.
std::string fixed_text(double number, std::uint64_t precision);

// %e: `1.052033×10⁰³`. There are always six digits: cel-go takes the precision
// for the least width in code points.
std::string scientific_text(double number, std::uint64_t width);

// Inside of lists and maps, where Go's own formatter writes: `1234.500000`, `NaN`, `+Inf`.
std::string plain_text(double number);

}  // namespace gatefold::cel
