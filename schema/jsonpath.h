// The JSONPath that printer columns and selectable fields use (R22.5): `.a.b`, `[0]`, `[*]`,
// `[?(@.type=="X")].status`, `\.` for a dot in a name.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "schema/value.h"

namespace gatefold {

class JsonPath {
 public:
  // The error says what is wrong with the text.
  static std::expected<JsonPath, std::string> parse(std::string_view text);

  // The first result, nullptr where there is none; lives as long as `value`.
  const Value* first(const Value& value) const;

 private:
  friend class JsonPathParser;
  enum class Comparison {
    kExists,
    kEqual,
    kNotEqual,
    kLess,
    kLessOrEqual,
    kGreater,
    kGreaterOrEqual
  };
  struct Step {
    enum class Type { kMember, kIndex, kAll, kFilter };
    Type type = Type::kMember;
    std::string member;                // kMember
    std::int64_t index = 0;            // kIndex; negative ones count from the end
    std::vector<std::string> members;  // kFilter: the path in the item that is compared
    Comparison comparison = Comparison::kExists;
    Value literal;
  };
  static const Value* walk(const Value& value, const std::vector<Step>& steps, std::size_t at);
  static bool passes(const Step& filter, const Value& item);
  std::vector<Step> steps_;
};

}  // namespace gatefold
