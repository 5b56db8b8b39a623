// What an expression costs before anything is evaluated.
#pragma once

#include "schema/cel/ast.h"
#include "schema/cel/declared_size.h"
#include "schema/cel/range.h"

namespace gatefold::cel {

// Of a checked tree: to the unit what cel-go's checker estimates for the macros' expansion, with
// Kubernetes' sizes and functions. Takes time in proportion to the tree; each optMap walks its
// operand twice, up to a bound of visits, beyond which the first walk counts twice.
Range estimate(const Node& root, DeclaredSizes& sizes);

}  // namespace gatefold::cel
