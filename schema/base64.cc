#include "schema/base64.h"

#include <cstdint>

namespace gatefold {
namespace {

constexpr std::string_view kStandard =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kUrl =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

std::string encode(std::string_view bytes, std::string_view alphabet) {
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : bytes) {
    bits = (bits << 8) | static_cast<std::uint8_t>(c);
    count += 8;
    while (count >= 6) {
      count -= 6;
      text += alphabet[(bits >> count) & 0x3fU];
    }
  }
  if (count > 0) text += alphabet[(bits << (6 - count)) & 0x3fU];
  return text;
}

std::optional<std::string> decode(std::string_view text, std::string_view alphabet) {
  if (text.size() % 4 == 1) return std::nullopt;
  std::string bytes;
  bytes.reserve(text.size() / 4 * 3 + 2);
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    const auto value = alphabet.find(c);
    if (value == std::string_view::npos) return std::nullopt;
    bits = (bits << 6) | static_cast<std::uint32_t>(value);
    count += 6;
    if (count >= 8) {
      count -= 8;
      bytes += static_cast<char>((bits >> count) & 0xffU);
    }
  }
  return bytes;
}

bool is_line_end(char c) {
  return c == '\n' || c == '\r';
}

// Where what follows the first padding character breaks the form, if it does. `filled`: characters
// of its group of four that came before it.
std::optional<std::size_t> padding_error(std::string_view text, std::size_t at,
                                         std::size_t filled) {
  if (filled < 2) return at;
  const auto skip = [&](std::size_t from) {
    while (from < text.size() && is_line_end(text[from])) ++from;
    return from;
  };
  auto next = skip(at + 1);
  if (filled == 2) {
    if (next == text.size()) return next;
    if (text[next] != '=') return next;
    next = skip(next + 1);
  }
  if (next < text.size()) return next;
  return std::nullopt;
}

std::expected<std::string, std::size_t> decode_lines(std::string_view text,
                                                     std::string_view alphabet) {
  std::string characters;
  std::size_t group_at = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (is_line_end(text[i])) continue;
    const auto filled = characters.size() % 4;
    if (filled == 0) group_at = i;
    if (text[i] == '=') {
      if (const auto wrong = padding_error(text, i, filled)) return std::unexpected(*wrong);
      return *decode(characters, alphabet);
    }
    if (!alphabet.contains(text[i])) return std::unexpected(i);
    characters += text[i];
  }
  if (characters.size() % 4 != 0) return std::unexpected(group_at);
  return *decode(characters, alphabet);
}

}  // namespace

std::string to_base64(std::string_view bytes) {
  auto text = encode(bytes, kStandard);
  text.append((4 - text.size() % 4) % 4, '=');
  return text;
}

std::string to_base64url(std::string_view bytes) {
  return encode(bytes, kUrl);
}

std::optional<std::string> from_base64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  for (int i = 0; i < 2 && text.ends_with('='); ++i) text.remove_suffix(1);
  return decode(text, kStandard);
}

std::expected<std::string, std::size_t> from_base64_lines(std::string_view text) {
  return decode_lines(text, kStandard);
}

std::expected<std::string, std::size_t> from_base64url_lines(std::string_view text) {
  return decode_lines(text, kUrl);
}

std::optional<std::string> from_base64url(std::string_view text) {
  return decode(text, kUrl);
}

}  // namespace gatefold
