// UTF-8 one code point at a time, and the space around texts.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace gatefold {

struct CodePoint {
  std::uint32_t number = 0;
  std::size_t bytes = 0;  // 0: no valid sequence starts here
};

// The code point at the start of `text`, which must not be empty. Overlong forms, surrogates and
// numbers beyond U+10FFFF are no valid sequences.
CodePoint first_code_point(std::string_view text);

// Where `text` stops being UTF-8; nothing where it never does.
std::optional<std::size_t> find_invalid_utf8(std::string_view text);

// What Go's strings.TrimSpace leaves of ASCII.
std::string_view trimmed(std::string_view text);

}  // namespace gatefold
