#include "engine/core/data_keys.h"

#include <algorithm>
#include <map>
#include <string>

#include <fmt/format.h>

namespace gatefold::engine {
namespace {

constexpr std::size_t kDataBytesMax = 1u << 20;
constexpr std::size_t kKeyBytesMax = 253;

bool is_key_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '_' || c == '.';
}

void check_key(std::string_view member, std::string_view key, FieldErrors& errors) {
  const auto complain = [&](std::string_view what) {
    errors.push_back(
        invalid_value(fmt::format("{}[{}]", member, key), Value(key), what, "data-key"));
  };
  if (key.size() > kKeyBytesMax) {
    complain(fmt::format("must be no more than {} characters", kKeyBytesMax));
  }
  if (key.empty() || !std::ranges::all_of(key, is_key_character)) {
    complain(
        "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. "
        "'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is "
        "'[-._a-zA-Z0-9]+')");
  }
  if (key == "." || key == "..") {
    complain(fmt::format("must not be '{}'", key));
  } else if (key.starts_with("..")) {
    complain("must not start with '..'");
  }
}

std::size_t decoded_size(std::string_view base64) {
  const auto bytes = base64.size() / 4 * 3;
  if (base64.ends_with("==")) return bytes - std::min<std::size_t>(bytes, 2);
  return base64.ends_with('=') ? bytes - std::min<std::size_t>(bytes, 1) : bytes;
}

bool is_set(const Value& object) {
  const auto* value = find(object, "immutable");
  return value != nullptr && value->is_bool() && value->get_bool();
}

bool same_member(const Value& a, const Value& b, std::string_view key) {
  const auto* one = find(a, key);
  const auto* other = find(b, key);
  return one == nullptr || other == nullptr ? one == other : same(*one, *other);
}

}  // namespace

std::size_t check_data(const Value& object, std::string_view member, bool is_base64,
                       FieldErrors& errors) {
  const auto* value = find(object, member);
  const auto* entries = value == nullptr ? nullptr : value->if_object();
  if (entries == nullptr) return 0;
  std::map<std::string_view, std::string_view> sorted;
  for (const auto& entry : *entries) {
    const auto* text = entry.value().if_string();
    sorted.emplace(std::string_view(entry.key().data(), entry.key().size()),
                   text == nullptr ? std::string_view() : std::string_view(*text));
  }
  std::size_t bytes = 0;
  for (const auto& [key, text] : sorted) {
    check_key(member, key, errors);
    bytes += is_base64 ? decoded_size(text) : text.size();
  }
  return bytes;
}

void check_data_size(std::size_t bytes, std::string_view field, FieldErrors& errors) {
  if (bytes > kDataBytesMax) {
    errors.push_back(too_long(std::string(field), kDataBytesMax, "data-size"));
  }
}

void check_locked(const Value& object, const Value* old_object,
                  std::initializer_list<std::string_view> members, FieldErrors& errors) {
  if (old_object == nullptr || !is_set(*old_object)) return;
  const auto forbid = [&](std::string_view field) {
    errors.push_back(forbidden_field(std::string(field),
                                     "field is immutable when `immutable` is set", "immutable"));
  };
  if (!is_set(object)) forbid("immutable");
  for (const auto member : members) {
    if (!same_member(object, *old_object, member)) forbid(member);
  }
}

}  // namespace gatefold::engine
