#include <charconv>

#include "schema/cel/lexer.h"

namespace gatefold::cel {
namespace {

template <class Integer>
std::optional<Integer> integer_of(std::string_view text, int base) {
  Integer number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::string normalized_lines(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\r') {
      out += text[i];
      continue;
    }
    out += '\n';
    if (text.substr(i + 1).starts_with('\n')) ++i;
  }
  return out;
}

void append_code_point(std::string& out, std::uint32_t number) {
  const auto put = [&](std::uint32_t byte) { out += static_cast<char>(byte); };
  const auto put_rest = [&](unsigned shift) { put(0x80U | ((number >> shift) & 0x3fU)); };
  if (number < 0x80) {
    put(number);
  } else if (number < 0x800) {
    put(0xc0U | (number >> 6U));
    put_rest(0);
  } else if (number < 0x10000) {
    put(0xe0U | (number >> 12U));
    put_rest(6);
    put_rest(0);
  } else {
    put(0xf0U | (number >> 18U));
    put_rest(12);
    put_rest(6);
    put_rest(0);
  }
}

char named_escape(char name) {
  constexpr std::string_view kNames = "abfnrtv";
  constexpr std::string_view kMeanings = "\a\b\f\n\r\t\v";
  const std::size_t at = kNames.find(name);
  return at == std::string_view::npos ? name : kMeanings[at];
}

// Digits of an escape that stands for a number; 0: it names a character.
std::size_t digits_of(char name) {
  if (name == 'x' || name == 'X') return 2;
  if (name == 'u') return 4;
  if (name == 'U') return 8;
  return name >= '0' && name <= '3' ? 3 : 0;
}

// The lexer has seen to it that escapes are whole.
std::expected<std::string, std::string> unescape(std::string_view text, bool is_bytes) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    if (text[at] != '\\' || at + 1 == text.size()) {
      out += text[at++];
      continue;
    }
    const char name = text[at + 1];
    const std::size_t digits = digits_of(name);
    if (digits == 0) {
      out += named_escape(name);
      at += 2;
      continue;
    }
    const bool is_octal = digits == 3;
    at += is_octal ? 1 : 2;
    const auto number = integer_of<std::uint32_t>(text.substr(at, digits), is_octal ? 8 : 16);
    at += digits;
    if (!number || (is_bytes && digits > 3)) return std::unexpected("unable to unescape string");
    if (is_bytes) {
      out += static_cast<char>(*number);
      continue;
    }
    const bool is_surrogate = *number >= 0xd800 && *number < 0xe000;
    if (*number > 0x10ffff || is_surrogate) return std::unexpected("invalid unicode code point");
    append_code_point(out, *number);
  }
  return out;
}

}  // namespace

std::optional<std::int64_t> int_of(std::string_view text) {
  const bool is_negative = text.starts_with('-');
  const std::string_view digits = text.substr(is_negative ? 1 : 0);
  if (!digits.starts_with("0x")) return integer_of<std::int64_t>(text, 10);
  return integer_of<std::int64_t>((is_negative ? "-" : "") + std::string(digits.substr(2)), 16);
}

std::optional<std::uint64_t> uint_of(std::string_view text) {
  if (text.empty()) return std::nullopt;
  text.remove_suffix(1);
  if (text.starts_with("0x")) return integer_of<std::uint64_t>(text.substr(2), 16);
  return integer_of<std::uint64_t>(text, 10);
}

std::expected<std::string, std::string> unquote(std::string_view text) {
  const bool is_bytes = text.starts_with('b') || text.starts_with('B');
  if (is_bytes) text.remove_prefix(1);
  const bool is_raw = text.starts_with('r') || text.starts_with('R');
  if (is_raw) text.remove_prefix(1);
  const bool is_long = text.size() >= 6 && text[1] == text[0] && text[2] == text[0];
  const std::size_t quotes = is_long ? 3 : 1;
  if (text.size() < 2 * quotes) return std::unexpected("unable to unescape string");
  const std::string content = normalized_lines(text.substr(quotes, text.size() - 2 * quotes));
  if (is_raw) return content;
  return unescape(content, is_bytes);
}

}  // namespace gatefold::cel
