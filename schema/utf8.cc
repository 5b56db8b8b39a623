#include "schema/utf8.h"

namespace gatefold {

CodePoint first_code_point(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const std::uint8_t first = byte(0);
  if (first < 0x80) return {first, 1};
  std::size_t bytes = 0;
  std::uint32_t number = 0;
  std::uint32_t smallest = 0;
  if (first >= 0xc2 && first < 0xe0) {
    bytes = 2, number = first & 0x1fU, smallest = 0x80;
  } else if (first >= 0xe0 && first < 0xf0) {
    bytes = 3, number = first & 0x0fU, smallest = 0x800;
  } else if (first >= 0xf0 && first < 0xf5) {
    bytes = 4, number = first & 0x07U, smallest = 0x10000;
  }
  if (bytes == 0 || bytes > text.size()) return {};
  for (std::size_t i = 1; i < bytes; ++i) {
    if ((byte(i) & 0xc0U) != 0x80U) return {};
    number = (number << 6U) | (byte(i) & 0x3fU);
  }
  const bool surrogate = number >= 0xd800 && number < 0xe000;
  if (number < smallest || number > 0x10ffff || surrogate) return {};
  return {number, bytes};
}

std::optional<std::size_t> find_invalid_utf8(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size()) {
    const auto bytes = first_code_point(text.substr(at)).bytes;
    if (bytes == 0) return at;
    at += bytes;
  }
  return std::nullopt;
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\n\v\f\r";
  const auto first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

}  // namespace gatefold
