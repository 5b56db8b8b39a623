// Calls of the overloads of one library, found by their signatures.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <catch2/catch.hpp>

#include "schema/cel/eval.h"
#include "schema/cel/function.h"
#include "schema/cel/opaque.h"

namespace gatefold::cel {

// Holds the values of its calls.
class LibraryCalls {
 public:
  explicit LibraryCalls(std::span<const Declaration> library) : library_(library) {}

  Val call(std::string_view signature, std::initializer_list<Val> arguments) {
    const auto& declaration = find(signature);
    const std::span<const Val> values(arguments.begin(), arguments.size());
    Evaluation evaluation{.arena = arena_, .cost_max = 1'000'000};
    const auto result = declaration.function(evaluation, values);
    cost_ = declaration.cost == nullptr ? 1 : declaration.cost(values, result);
    return result;
  }
  // With one text: a constructor, usually.
  Val call(std::string_view signature, std::string_view text) {
    return call(signature, {string_val(arena_.copy(text))});
  }

  // Of the last call.
  std::uint64_t cost() const { return cost_; }
  Arena& arena() { return arena_; }

 private:
  const Declaration& find(std::string_view signature) const {
    for (const auto& declaration : library_) {
      if (declaration.signature == signature) return declaration;
    }
    FAIL("no signature " << signature);
    return library_.front();
  }

  std::span<const Declaration> library_;
  Arena arena_;
  std::uint64_t cost_ = 0;
};

// `true`, `-1`, a text, an error's message, an opaque value's text, `[a, b]`, `none`, `some(x)`.
inline std::string show(Arena& arena, const Val& value) {
  switch (value.kind) {
    case ValKind::kError:
    case ValKind::kString:
      return std::string(value.text);
    case ValKind::kBool:
      return value.boolean ? "true" : "false";
    case ValKind::kInt:
      return std::to_string(value.integer);
    case ValKind::kDouble:
      return std::to_string(value.number);
    case ValKind::kOptional:
      return value.optional == nullptr ? "none" : "some(" + show(arena, *value.optional) + ")";
    case ValKind::kList: {
      std::string out;
      for (std::size_t i = 0; i < list_size(value); ++i) {
        out += (i == 0 ? "" : ", ") + show(arena, list_at(arena, value, i));
      }
      return "[" + out + "]";
    }
    default:
      return opaque_text(value);
  }
}

}  // namespace gatefold::cel
