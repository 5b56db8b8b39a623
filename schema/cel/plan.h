// What is decided once for an expression, before its first evaluation.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "schema/cel/ast.h"

namespace gatefold::cel {

struct PlanError {
  // Set: an issue of the compilation that points there (`invalid duration argument`). Otherwise the
  // program can't be made of a sound expression: `program instantiation failed: ` in Kubernetes.
  std::optional<std::uint32_t> offset;
  std::string message;
};

// Fills Call::operation, Call::constants and Node::constant of a checked tree. Folds what the
// reference implementation folds, which is free at run time: lists and maps of constants, and
// conversions of constants; those fail here (cel-go/interpreter/decorators.go, Optimize). What it
// makes lives in `constants`, which has to live as long as the tree.
std::optional<PlanError> plan(Node& root, Arena& constants);

// For trees that were not planned: by the call's name.
Operation operation_of(const Call& call);

}  // namespace gatefold::cel
