// Values of Kubernetes' messages that are no objects in JSON (R4.8).
#pragma once

#include <cstdint>
#include <expected>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "schema/proto/wire.h"
#include "schema/value.h"

namespace gatefold::proto {

using Decoded = std::expected<Value, std::string>;
using Done = std::expected<void, std::string>;

// With U+FFFD for each byte that is no UTF-8.
std::string text_of(std::string_view bytes);
// Of a double's bits. Nothing where JSON has no such number; what is integral is an integer, as it
// is in all values.
std::optional<Value> number_of(std::uint64_t bits);

// A small message whose layout is not in the table: its first fields, that of number 1 at 0.
struct Parts {
  std::uint64_t integers[3] = {};
  std::string_view texts[3];
  bool found[3] = {};
};
// `types`: at most three. Of several occurrences the last one counts; other fields are skipped.
std::expected<Parts, std::string> read_parts(std::string_view bytes,
                                             std::initializer_list<WireType> types);

// Of messages; an empty one of seconds and nanoseconds is null: no time.
Decoded time_of(std::string_view bytes, bool has_micros);
Decoded quantity_of(std::string_view bytes);
Decoded int_or_string_of(std::string_view bytes);
Decoded texts_of(std::string_view bytes);

}  // namespace gatefold::proto
