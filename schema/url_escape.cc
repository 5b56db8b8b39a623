#include "schema/url_escape.h"

#include <algorithm>
#include <cstddef>

#include <fmt/format.h>

#include "schema/field_error.h"

namespace gatefold {
namespace {

bool is_alphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_hex(char c) {
  return (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || (c >= '0' && c <= '9');
}

unsigned hex_value(char c) {
  if (c <= '9') return static_cast<unsigned>(c - '0');
  return static_cast<unsigned>((c | 0x20) - 'a' + 10);
}

// RFC 3986's reserved characters outside of host names.
bool is_reserved_escaped(char c, UrlPart part) {
  static constexpr std::string_view kUserPassword = "@/?:";
  switch (part) {
    case UrlPart::kPath:
      return c == '?';
    case UrlPart::kUserPassword:
      return kUserPassword.contains(c);
    case UrlPart::kQuery:
      return true;
    case UrlPart::kFragment:
      return false;
    case UrlPart::kHost:
    case UrlPart::kZone:
      return true;
  }
  return true;
}

bool is_to_be_escaped(char c, UrlPart part) {
  static constexpr std::string_view kUnreserved = "-_.~";
  static constexpr std::string_view kReserved = "$&+,/:;=?@";
  static constexpr std::string_view kOfHosts = "!$&'()*+,;=:[]<>\"";
  static constexpr std::string_view kOfFragments = "!()*";
  if (is_alphanumeric(c) || kUnreserved.contains(c)) return false;
  const bool is_host = part == UrlPart::kHost || part == UrlPart::kZone;
  if (is_host && kOfHosts.contains(c)) return false;
  if (kReserved.contains(c)) return is_reserved_escaped(c, part);
  return part != UrlPart::kFragment || !kOfFragments.contains(c);
}

std::string escape_complaint(std::string_view escape) {
  return fmt::format("invalid URL escape {}", go_quote(escape));
}

// Whether the escape at the start of `text`, which is one, may stand in a host or its zone: there
// only what is not ASCII is escaped, and `%25` before a zone; a zone may have a space too.
bool is_escape_allowed(std::string_view text, UrlPart part) {
  const unsigned value = hex_value(text[1]) * 16 + hex_value(text[2]);
  if (text.starts_with("%25")) return true;
  if (part == UrlPart::kHost) return value >= 0x80;
  if (part != UrlPart::kZone) return true;
  return value == ' ' || !is_to_be_escaped(static_cast<char>(value), UrlPart::kHost);
}

}  // namespace

std::expected<std::string, std::string> unescape_url(std::string_view text, UrlPart part) {
  const bool is_host = part == UrlPart::kHost || part == UrlPart::kZone;
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto rest = text.substr(i);
    if (rest.front() == '%') {
      if (rest.size() < 3 || !is_hex(rest[1]) || !is_hex(rest[2]) ||
          !is_escape_allowed(rest, part)) {
        return std::unexpected(escape_complaint(rest.substr(0, 3)));
      }
      out += static_cast<char>(hex_value(rest[1]) * 16 + hex_value(rest[2]));
      i += 2;
    } else if (rest.front() == '+' && part == UrlPart::kQuery) {
      out += ' ';
    } else if (is_host && static_cast<unsigned char>(rest.front()) < 0x80 &&
               is_to_be_escaped(rest.front(), part)) {
      return std::unexpected(
          fmt::format("invalid character {} in host name", go_quote(rest.substr(0, 1))));
    } else {
      out += rest.front();
    }
  }
  return out;
}

std::string escape_url(std::string_view text, UrlPart part) {
  std::string out;
  for (const char c : text) {
    if (c == ' ' && part == UrlPart::kQuery) {
      out += '+';
    } else if (is_to_be_escaped(c, part)) {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    } else {
      out += c;
    }
  }
  return out;
}

bool is_escaped_url(std::string_view text, UrlPart part) {
  static constexpr std::string_view kLeftAlone = "!$&'()*+,;=:@[]%";
  return std::ranges::all_of(
      text, [part](char c) { return kLeftAlone.contains(c) || !is_to_be_escaped(c, part); });
}

}  // namespace gatefold
