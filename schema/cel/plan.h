// What is decided once for an expression, before its first evaluation.
#pragma once

#include <optional>
#include <string>

#include "schema/cel/ast.h"

namespace gatefold::cel {

// Fills Call::operation, Call::constants, Call::pattern and Node::constant of a checked tree. Folds
// what the reference implementation folds, which is free at run time: lists and maps of constants,
// and conversions of constants (cel-go/interpreter/decorators.go, Optimize). Those may fail, as may
// patterns and keys that are constants: then the expression has no program, and the message is what
// stands behind Kubernetes' `program instantiation failed: `. What it makes lives in `constants`,
// which has to live as long as the tree.
std::optional<std::string> plan(Node& root, Arena& constants);

}  // namespace gatefold::cel
