// Types, names and functions of an expression: resolved in place.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "schema/cel/parser.h"
#include "schema/cel/type.h"

namespace gatefold::cel {

struct Variable {
  std::string_view name;
  TypePtr type;
};

// What an expression may name.
struct Declarations {
  std::vector<Variable> variables;
  std::vector<Variable> fields = {};  // of what has the type variables_type()
};

struct CheckedExpression {
  TypePtr type;
  std::uint32_t slots = 0;        // the variables' in their order, then comprehensions'
  std::vector<bool> uses;         // whether variable i is named
  std::vector<bool> uses_fields;  // whether field i may be named
  std::uint32_t depth = 0;        // of the tree
};

// All that is wrong, in order of place.
struct Issues {
  std::vector<Issue> issues;  // the first hundred that were found
  std::size_t truncated = 0;  // how many more there are
};

// `ERROR: ...` for each.
std::string to_string(const Issues& issues, std::string_view expression);

// Fills Ident::slot, Call::overloads, Literal::val, Select::unescaped and
// Node::type; a name of a type (`int`, `net.IP`) becomes a Literal that has only `val`, a call
// behind a namespace loses its target. Types of dyn match everything; what is known and does not
// fit is an error: `undeclared reference to 'x' (in container '')`, `undefined field 'zz'`, `found
// no matching overload for '_+_' applied to '(int, string)'`. So is what cel-go's validators refuse
// as Kubernetes enables them: literals that are no duration, timestamp, pattern or format, and
// lists and maps of mixed types. The tree must not move while its values are used.
std::expected<CheckedExpression, Issues> check(Node& root, const Declarations& declarations);

}  // namespace gatefold::cel
