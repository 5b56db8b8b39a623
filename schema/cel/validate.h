// What is done with a tree that has its types.
#pragma once

#include "schema/cel/ast.h"
#include "schema/cel/checker.h"
#include "schema/cel/unify.h"

namespace gatefold::cel {

// Replaces what is left of type parameters in the types of all nodes, dyn for those that are free,
// and makes the values of literals.
void settle(Node& node, Substitution& substitution);

// Refuses what cel-go's validators refuse (cel/validator.go, ext/formatting.go, those that
// k8s.io/apiserver/pkg/cel/environment enables): `invalid duration argument`, `expected type 'int'
// but found 'string'`.
void validate(Node& root, IssueList& issues);

// Of a literal text's `format` with a literal list.
void validate_format(const Node& node, const Call& call, IssueList& issues);

}  // namespace gatefold::cel
