// Calls of single overloads of CEL's libraries, with arguments and results as text.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "schema/cel/eval.h"
#include "schema/cel/function.h"
#include "tests/schema/parsed.h"

namespace gatefold::cel::test {

inline std::string show(Arena& arena, const Val& value) {
  switch (value.kind) {
    case ValKind::kError:
      return fmt::format("error: {}", value.text);
    case ValKind::kNull:
      return "null";
    case ValKind::kBool:
      return value.boolean ? "true" : "false";
    case ValKind::kInt:
      return std::to_string(value.integer);
    case ValKind::kUint:
      return std::to_string(value.uinteger) + "u";
    case ValKind::kDouble:
      return fmt::format("{:#}", value.number);
    case ValKind::kString:
      return fmt::format("'{}'", value.text);
    case ValKind::kDuration:
      return fmt::format("{}ns", value.duration_ns);
    case ValKind::kOptional:
      return value.optional == nullptr ? "none"
                                       : fmt::format("optional({})", show(arena, *value.optional));
    case ValKind::kList: {
      std::string out;
      for (std::size_t i = 0; i < list_size(value); ++i) {
        out += (i > 0 ? ", " : "") + show(arena, list_at(arena, value, i));
      }
      return "[" + out + "]";
    }
    default:
      return fmt::format("({})", type_name(value));
  }
}

inline const Declaration& declared(std::span<const Declaration> library,
                                   std::string_view signature) {
  for (const auto& declaration : library) {
    if (declaration.signature == signature) return declaration;
  }
  FAIL("no such signature: " << signature);
  return library.front();
}

// Calls an overload with a budget; one object for one call.
class Call {
 public:
  explicit Call(std::uint64_t cost_max = 1'000'000) : evaluation{arena_, 0, cost_max, false, {}} {}

  // The result, or what is wrong, and what the call costs: `7 for 1`.
  std::string run(const Declaration& declaration, std::span<const Val> arguments) {
    const Val result = declaration.function(evaluation, arguments);
    const std::uint64_t cost =
        declaration.cost != nullptr ? declaration.cost(arguments, result) : 1;
    return fmt::format("{} for {}", show(arena_, result), evaluation.cost + cost);
  }

  // With the items of a JSON array.
  std::string run(const Declaration& declaration, std::string_view arguments) {
    json_ = gatefold::test::json(arguments);
    std::vector<Val> values;
    for (const auto& value : json_.as_array()) values.push_back(val_of(arena_, value, nullptr));
    return run(declaration, values);
  }

  Arena& arena() { return arena_; }

  // So that what has no end of its own ends soon.
  void spend_most_steps() { arena_.step(Arena::kStepsMax - 100'000); }

 private:
  Arena arena_;
  Value json_;

 public:
  Evaluation evaluation;
};

// One row of a table: what a call with the arguments of a JSON array answers and costs.
struct CallRow {
  std::string_view signature;
  std::string_view arguments;
  std::string_view answer;
};

inline void check_rows(std::span<const Declaration> library, std::span<const CallRow> rows) {
  for (const auto& row : rows) {
    INFO(row.signature << " of " << row.arguments);
    CHECK(Call().run(declared(library, row.signature), row.arguments) == row.answer);
  }
}

// Every signature of a library can be read, and names a function.
inline void check_signatures(std::span<const Declaration> library) {
  for (const auto& declaration : library) {
    INFO(declaration.signature);
    const Overload overload = parse_signature(declaration);
    CHECK(declaration.signature.contains(overload.name + "("));
    CHECK(overload.kinds.size() == overload.arguments.size());
    CHECK(overload.result != nullptr);
  }
}

}  // namespace gatefold::cel::test
