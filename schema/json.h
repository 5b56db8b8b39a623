// JSON text to values and back.
#pragma once

#include <cstddef>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "schema/value.h"

namespace gatefold {

struct JsonLimits {
  std::size_t nesting_max = 512;  // deeper input is refused: every walk over a value recurses
};

struct ParsedJson {
  Value value;
  // Paths of members that stood twice (`spec.gatewayClassName`); the last one won (R4.17).
  std::vector<std::string> duplicates;
};

struct JsonError {
  std::string message;  // in the words of Go's decoder where clients see them (R7.2)
  std::size_t offset = 0;
};

// Reads one document; trailing white space only. Integers without fraction and exponent that fit
// a signed 64 bit number stay integers, numbers such as 1.0 and 1e3 that are integral and fit
// become integers too, others become doubles (R4.17). Invalid UTF-8 is replaced by U+FFFD.
std::expected<ParsedJson, JsonError> parse_json(std::string_view text, JsonLimits limits = {});

// What is wrong with `text` as JSON, as Go's scanner says it; nothing where the grammar holds.
std::optional<JsonError> find_json_error(std::string_view text, JsonLimits limits = {});

// Members sorted by key bytes, no white space: equal values give equal bytes. This is the stored
// form.
std::string canonical_json(const Value& value);
// Members in their own order, no white space.
std::string to_json(const Value& value);
// Sorted, indented by two spaces, with a final newline.
std::string pretty_json(const Value& value);
// Appends `text` as a JSON string with its quotes.
void append_json_string(std::string& out, std::string_view text);

// Shortest digits that read back as the same number, laid out as Go does: kJson as encoding/json,
// kGo as %v.
enum class DoubleStyle { kJson, kGo };
void append_double(std::string& out, double number, DoubleStyle style);

// Sorts the members of every object in `value` by key bytes.
void sort_members(Value& value);

}  // namespace gatefold
