// `"%s has %d".format([name, count])` of the extended strings library.
#pragma once

#include <span>

#include "schema/cel/val.h"

namespace gatefold::cel {

struct Evaluation;

// arguments: the text with its clauses, the list of what to put into them. %s %d %f %e %b %o %x %X
// and %%, of which %f and %e print as American English does (`1,234.500000`, `1.200000×10⁰³`);
// texts of errors are cel-go's (ext/formatting.go).
Val format_string(Evaluation& evaluation, std::span<const Val> arguments);

}  // namespace gatefold::cel
