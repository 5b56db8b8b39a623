// Types, names and functions of an expression: resolved in place.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "schema/cel/parser.h"
#include "schema/cel/type.h"

namespace gatefold::cel {

struct Variable {
  std::string name;
  TypePtr type;
};

struct CheckedExpression {
  TypePtr type;
  std::uint32_t slots = 0;  // the variables' in their order, then comprehensions'
  std::vector<bool> uses;   // whether variable i is named
};

// Fills Ident::slot, Call::overloads, Literal::val, Select::unescaped and Node::type. Types of dyn
// match everything; what is known and does not fit is an error: `undeclared reference to 'x' (in
// container '')`, `undefined field 'zz'`, `found no matching overload for '_+_' applied to '(int,
// string)'`.
Parsed<CheckedExpression> check(Node& root, const std::vector<Variable>& variables);

}  // namespace gatefold::cel
