// A message in protobuf as the JSON that Go's types make of it (R4.8).
#pragma once

#include <cstddef>
#include <expected>
#include <string>
#include <string_view>

#include "schema/proto/messages.h"
#include "schema/value.h"

namespace gatefold::proto {

struct DecodeLimits {
  std::size_t nesting_max = 512;
  // Two bytes make a message of many members that are zero: without a bound, thousands of times as
  // much memory as bytes. A value takes a byte of JSON at least.
  std::size_t values_max = 3u << 19;
  // Of messages that come in parts; a body has 3 MiB.
  std::size_t joined_bytes_max = 8u << 20;
};

// The members are those that a Go client's JSON would have, in the same order: what is zero and not
// omitted stands there as zero, an empty object or null. Fields without a number in `message` are
// skipped, texts that are no UTF-8 mended with U+FFFD. Errors are worded as Go's where it has
// words.
std::expected<JsonObject, std::string> decode_message(const Message& message,
                                                      std::string_view bytes,
                                                      DecodeLimits limits = {});

}  // namespace gatefold::proto
