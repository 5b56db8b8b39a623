#include "schema/ids.h"

#include <algorithm>
#include <charconv>
#include <string>

#include "schema/digest.h"

namespace gatefold {
namespace {

constexpr char kHexDigits[] = "0123456789abcdef";

// Bytes after which the text form has a dash: 8-4-4-4-12 digits.
constexpr bool dash_after(std::size_t byte) {
  return byte == 3 || byte == 5 || byte == 7 || byte == 9;
}

std::optional<std::uint8_t> hex_value(char c) {
  if (c >= '0' && c <= '9') return static_cast<std::uint8_t>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<std::uint8_t>(c - 'a' + 10);
  if (c >= 'A' && c <= 'F') return static_cast<std::uint8_t>(c - 'A' + 10);
  return std::nullopt;
}

}  // namespace

std::string to_string(Revision revision) {
  return std::to_string(revision.number);
}

std::optional<Revision> parse_revision(std::string_view text) {
  if (text.empty() || (text.front() == '0' && text.size() > 1)) return std::nullopt;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
  }
  Revision revision;
  const auto end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, revision.number);
  if (error != std::errc() || at != end) return std::nullopt;
  return revision;
}

std::string to_string(const Uid& uid) {
  std::string text;
  text.reserve(36);
  for (std::size_t i = 0; i < uid.bytes.size(); ++i) {
    text += kHexDigits[uid.bytes[i] >> 4];
    text += kHexDigits[uid.bytes[i] & 0x0f];
    if (dash_after(i)) text += '-';
  }
  return text;
}

std::optional<Uid> parse_uid(std::string_view text) {
  if (text.size() != 36) return std::nullopt;
  Uid uid;
  std::size_t at = 0;
  for (std::size_t i = 0; i < uid.bytes.size(); ++i) {
    const auto high = hex_value(text[at]);
    const auto low = hex_value(text[at + 1]);
    if (!high || !low) return std::nullopt;
    uid.bytes[i] = static_cast<std::uint8_t>((*high << 4) | *low);
    at += 2;
    if (!dash_after(i)) continue;
    if (text[at] != '-') return std::nullopt;
    ++at;
  }
  return uid;
}

Uid uid_for_index(std::string_view text) {
  if (const auto uid = parse_uid(text)) return *uid;
  // Sixteen characters, none of which can stand where a UUID has its version.
  const auto digest = short_digest(text);
  Uid uid;
  std::ranges::copy(digest, uid.bytes.begin());
  return uid;
}

Uid uid_from_random(const std::array<std::uint8_t, 16>& random) {
  Uid uid{random};
  uid.bytes[6] = static_cast<std::uint8_t>((uid.bytes[6] & 0x0f) | 0x40);
  uid.bytes[8] = static_cast<std::uint8_t>((uid.bytes[8] & 0x3f) | 0x80);
  return uid;
}

std::string to_string(const ObjectKey& key) {
  std::string text = key.resource;
  if (!key.name_space.empty()) text += '/' + key.name_space;
  return text + '/' + key.name;
}

}  // namespace gatefold
