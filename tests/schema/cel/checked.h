// Expressions and what the checker says of them, for tables of tests.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "schema/cel/check.h"
#include "schema/cel/parser.h"
#include "tests/schema/parsed.h"

namespace gatefold::cel::test {

inline const SchemaNode& resource_schema() {
  static const auto kSchema = gatefold::test::schema(R"(
type: object
properties:
  spec:
    type: object
    properties:
      a: {type: integer}
      b: {type: string, nullable: true}
      namespace: {type: string}
      x-y: {type: number}
      since: {type: string, format: date-time}
      span: {type: string, format: duration}
      data: {type: string, format: byte}
      port: {x-kubernetes-int-or-string: true}
      anything: {x-kubernetes-preserve-unknown-fields: true}
      open: {type: object, x-kubernetes-preserve-unknown-fields: true}
      list: {type: array, items: {type: object, properties: {k: {type: string}, v: {type: integer}}}}
      map: {type: object, additionalProperties: {type: array, items: {type: string}}}
      flag: {type: boolean}
      inner: {type: object, properties: {a: {type: integer}}}
)");
  return *kSchema;
}

// self: a resource, old: an optional one, any: dyn, n s t: int string timestamp, l: list(int),
// m: map(string, int), o: optional(int).
inline std::vector<Variable> variables() {
  const auto number = simple_type(TypeKind::kInt);
  const auto text = simple_type(TypeKind::kString);
  const auto self = type_of_schema(resource_schema(), true);
  REQUIRE(self);
  return {{"self", *self},
          {"old", optional_type(*self)},
          {"any", simple_type(TypeKind::kDyn)},
          {"n", number},
          {"s", text},
          {"t", simple_type(TypeKind::kTimestamp)},
          {"l", list_type(number)},
          {"m", map_type(text, number)},
          {"o", optional_type(number)}};
}

// The type, or `column: message` of each issue with ` | ` between them.
inline std::string checked(std::string_view expression) {
  auto root = parse(expression);
  if (!root) return fmt::format("{}: {}", root.error().offset + 1, root.error().message);
  const auto result = check(**root, {.variables = variables()});
  if (result) return to_string(*result->type);
  std::string out;
  for (const auto& issue : result.error().issues) {
    out += fmt::format("{}{}: {}", out.empty() ? "" : " | ", issue.offset + 1, issue.message);
  }
  return out;
}

struct CheckedRow {
  std::string_view expression;
  std::string_view answer;
};

}  // namespace gatefold::cel::test
