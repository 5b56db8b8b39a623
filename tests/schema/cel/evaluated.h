// Expressions and what they evaluate to, for tables of tests.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "schema/cel/check.h"
#include "schema/cel/eval.h"
#include "schema/cel/opaque.h"
#include "schema/cel/parser.h"
#include "schema/cel/plan.h"
#include "schema/cel/text.h"
#include "tests/schema/parsed.h"

namespace gatefold::cel::test {

// `1`, `1u`, `1.5`, `'a'`, `b'a'`, `[1, 2]`, `{'a': 1}`, `optional(1)`, `none`, `type int`, texts
// of times, `error: ...`.
inline std::string shown(Arena& arena, const Val& value) {
  std::string out;
  switch (value.kind) {
    case ValKind::kError:
      return fmt::format("error: {}", value.text);
    case ValKind::kNull:
      return "null";
    case ValKind::kUint:
      return std::to_string(value.uinteger) + "u";
    case ValKind::kString:
      return fmt::format("'{}'", value.text);
    case ValKind::kBytes:
      return fmt::format("b'{}'", value.text);
    case ValKind::kType:
      return "type " + message_text(value);
    case ValKind::kOptional:
      if (value.optional == nullptr) return "none";
      return fmt::format("optional({})", shown(arena, *value.optional));
    case ValKind::kList:
      for (std::size_t i = 0; i < list_size(value); ++i) {
        out += (i > 0 ? ", " : "") + shown(arena, list_at(arena, value, i));
      }
      return '[' + out + ']';
    case ValKind::kMap:
      for (std::size_t i = 0; i < map_size(value); ++i) {
        const auto item = map_at(arena, value, i);
        out += (i > 0 ? ", " : "") + shown(arena, item.key) + ": " + shown(arena, item.value);
      }
      return '{' + out + '}';
    default:
      return message_text(value);
  }
}

struct Evaluated {
  std::string value;
  std::uint64_t cost = 0;
  bool is_exhausted = false;
};

// Evaluates with two variables: `x`, of which nothing is known, and `self` of a schema.
class Evaluator {
 public:
  explicit Evaluator(std::string_view x = "null", SchemaPtr schema = nullptr,
                     std::string_view self = "null")
      : x_(gatefold::test::json(x)),
        schema_(std::move(schema)),
        self_(gatefold::test::json(self)) {}

  // What is wrong before the evaluation is a value too: `refused: ...`.
  Evaluated run(std::string_view expression, std::uint64_t cost_max = 1'000'000) const {
    auto root = parse(expression);
    if (!root) return {"refused: " + root.error().message};
    std::optional<TypePtr> type = simple_type(TypeKind::kDyn);
    if (schema_ != nullptr) type = type_of_schema(*schema_);
    REQUIRE(type);
    const auto checked =
        check(**root, {.variables = {{"x", simple_type(TypeKind::kDyn)}, {"self", *type}}});
    if (!checked) return {"refused: " + checked.error().issues.front().message};
    Arena constants;
    if (const auto error = plan(**root, constants)) return {"refused: " + *error};
    Arena arena;
    std::vector<Val> slots(checked->slots);
    slots[0] = val_of(arena, x_, nullptr);
    slots[1] = val_of(arena, self_, schema_.get());
    Evaluation evaluation{.arena = arena, .cost_max = cost_max};
    const auto value = evaluate(**root, slots, evaluation);
    return {shown(arena, value), evaluation.cost, evaluation.is_exhausted};
  }

 private:
  Value x_;
  SchemaPtr schema_;
  Value self_;
};

struct EvaluatedRow {
  std::string_view expression;
  std::string_view value;
};

inline void check_values(const Evaluator& evaluator, std::initializer_list<EvaluatedRow> rows) {
  for (const auto& row : rows) {
    INFO(row.expression);
    CHECK(evaluator.run(row.expression).value == row.value);
  }
}

struct CostRow {
  std::string_view expression;
  std::uint64_t cost;
};

inline void check_costs(const Evaluator& evaluator, std::initializer_list<CostRow> rows) {
  for (const auto& row : rows) {
    const auto evaluated = evaluator.run(row.expression);
    INFO(row.expression << " is " << evaluated.value);
    CHECK(evaluated.cost == row.cost);
  }
}

}  // namespace gatefold::cel::test
