// A program's inside, for those who evaluate it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "schema/cel/ast.h"
#include "schema/cel/cel.h"
#include "schema/cel/eval.h"

namespace gatefold::cel {

// What names of composed variables begin with.
inline constexpr std::string_view kComposedPrefix = "variables.";

inline bool is_composed(const Environment::Variable& variable) {
  return variable.program != nullptr || !variable.fault.empty();
}

// A variable of the environment that the expression names, and where its value goes.
struct Input {
  std::size_t variable = 0;  // of kVariables: how many of them are visible
  std::uint32_t slot = 0;
  const SchemaNode* schema = nullptr;
  bool is_root = false;
  bool is_optional = false;
  ValKind opaque = ValKind::kNull;  // not kNull: it is one of those
};

struct Program::State {
  std::vector<Input> inputs;      // what the expression names; others' values are not read
  Input first;                    // the environment's first variable, by which costs are estimated
  std::vector<std::size_t> uses;  // the environment's variables that it names, in order
  Arena constants;                // outlives the tree
  NodePtr root;
  TypePtr type;
  std::string result_type;
  std::uint32_t slots = 0;
  std::uint32_t depth = 0;  // of the tree, above that of the composed variables that it names
};

// What a variable is; nullptr: an optional that is none, or null.
Val value_of(Arena& arena, const Input& input, const Value* value);

Program::Answer answer_of(const Val& value, const Evaluation& evaluation);

}  // namespace gatefold::cel
