#include "storage/keyspace.h"

#include <algorithm>

namespace gatefold::storage {
namespace {

constexpr std::size_t kNumberBytes = 8;
constexpr std::size_t kOrdinalBytes = 2;
constexpr std::size_t kUidBytes = 16;

void append_u16(std::string& out, std::uint16_t number) {
  out.push_back(static_cast<char>(number >> 8));
  out.push_back(static_cast<char>(number & 0xff));
}

std::string tagged(char tag, std::string_view text) {
  std::string key;
  key.reserve(text.size() + 2 + kNumberBytes + kOrdinalBytes);
  key.push_back(tag);
  key.append(text);
  return key;
}

std::string place_key(std::string prefix, Revision revision, std::uint16_t ordinal) {
  append_u64(prefix, revision.number);
  append_u16(prefix, ordinal);
  return prefix;
}

// Times before 1970 sort before later ones, too.
std::uint64_t sortable(Time time) {
  return static_cast<std::uint64_t>(time.ns) ^ (std::uint64_t{1} << 63);
}

}  // namespace

void append_u64(std::string& out, std::uint64_t number) {
  for (int shift = 56; shift >= 0; shift -= 8) {
    out.push_back(static_cast<char>((number >> shift) & 0xff));
  }
}

std::uint64_t read_u64(std::string_view bytes) {
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < kNumberBytes; ++i) {
    number = number << 8 | static_cast<std::uint8_t>(bytes[i]);
  }
  return number;
}

std::string kept_key(std::string_view resource) {
  return std::string(kMetaKeptPrefix).append(resource);
}

std::string revision_key(Revision revision) {
  std::string key;
  append_u64(key, revision.number);
  return key;
}

std::optional<Revision> parse_revision_key(std::string_view key) {
  if (key.size() != kNumberBytes) return std::nullopt;
  return Revision{read_u64(key)};
}

std::string resource_prefix(std::string_view resource) {
  std::string key(resource);
  key.push_back('/');
  return key;
}

std::string namespace_prefix(std::string_view resource, std::string_view name_space) {
  std::string key;
  key.reserve(resource.size() + name_space.size() + 2);
  key.append(resource);
  key.push_back('/');
  key.append(name_space);
  key.push_back('/');
  return key;
}

std::string object_key(const ObjectKey& key) {
  return namespace_prefix(key.resource, key.name_space) + key.name;
}

std::optional<ObjectKey> parse_object_key(std::string_view key) {
  const auto first = key.find('/');
  if (first == std::string_view::npos) return std::nullopt;
  const auto second = key.find('/', first + 1);
  if (second == std::string_view::npos) return std::nullopt;
  return ObjectKey{std::string(key.substr(0, first)),
                   std::string(key.substr(first + 1, second - first - 1)),
                   std::string(key.substr(second + 1))};
}

std::string version_prefix(std::string_view object) {
  std::string key;
  key.reserve(object.size() + 1 + kNumberBytes);
  key.append(object);
  key.push_back('\0');
  return key;
}

std::string version_key(std::string_view object, Revision revision) {
  std::string key = version_prefix(object);
  append_u64(key, ~revision.number);
  return key;
}

std::optional<VersionKey> parse_version_key(std::string_view key) {
  if (key.size() < kNumberBytes + 1) return std::nullopt;
  const auto end = key.size() - kNumberBytes;
  if (key[end - 1] != '\0') return std::nullopt;
  return VersionKey{key.substr(0, end - 1), Revision{~read_u64(key.substr(end))}};
}

std::string home_prefix(std::string_view name_space) {
  std::string key = tagged('h', name_space);
  key.push_back('\0');
  return key;
}

std::string home_key(std::string_view name_space, Revision revision, std::uint16_t ordinal) {
  return place_key(home_prefix(name_space), revision, ordinal);
}

std::string timeline_prefix(std::string_view object) {
  std::string key = tagged('t', object);
  key.push_back('\0');
  return key;
}

std::string timeline_key(std::string_view object, Revision revision, std::uint16_t ordinal) {
  return place_key(timeline_prefix(object), revision, ordinal);
}

std::optional<Place> parse_place(std::string_view key) {
  if (key.size() < kNumberBytes + kOrdinalBytes) return std::nullopt;
  const auto place = key.substr(key.size() - kNumberBytes - kOrdinalBytes);
  const auto high = static_cast<std::uint8_t>(place[kNumberBytes]);
  const auto low = static_cast<std::uint8_t>(place[kNumberBytes + 1]);
  return Place{{read_u64(place)}, static_cast<std::uint16_t>(high << 8 | low)};
}

std::string change_prefix(std::string_view resource) {
  std::string key = tagged('c', resource);
  key.push_back('\0');
  return key;
}

std::string change_key(std::string_view resource, Revision revision) {
  std::string key = change_prefix(resource);
  append_u64(key, revision.number);
  return key;
}

std::string owner_prefix(const Uid& owner) {
  std::string key(kOwnerPrefix);
  for (const auto byte : owner.bytes) key.push_back(static_cast<char>(byte));
  return key;
}

std::string owner_key(const Uid& owner, std::string_view object) {
  return owner_prefix(owner).append(object);
}

std::optional<Uid> owner_of_index_key(std::string_view key) {
  if (!key.starts_with(kOwnerPrefix) || key.size() < 1 + kUidBytes) return std::nullopt;
  Uid owner;
  std::ranges::copy(key.substr(1, kUidBytes), owner.bytes.begin());
  return owner;
}

std::string deleting_key(std::string_view object) {
  return std::string(kDeletingPrefix).append(object);
}

std::string expiry_key(Time expiry, std::string_view object) {
  std::string key(kExpiryPrefix);
  append_u64(key, sortable(expiry));
  return key.append(object);
}

std::string expiry_bound(Time expiry) {
  std::string key(kExpiryPrefix);
  append_u64(key, sortable(expiry));
  return prefix_end(key);
}

std::string_view object_of_index_key(std::string_view key) {
  if (key.empty()) return {};
  const auto tag = key.front();
  const std::size_t head = 1 + (tag == 'o' ? kUidBytes : tag == 'e' ? kNumberBytes : 0);
  return key.size() < head ? std::string_view{} : key.substr(head);
}

std::string sighting_prefix(std::string_view object) {
  return version_prefix(object);
}

std::string sighting_key(std::string_view object, std::string_view writer, std::string_view rule) {
  std::string key = sighting_prefix(object);
  key.append(writer);
  key.push_back('\0');
  key.append(rule);
  return key;
}

std::optional<SightingKey> parse_sighting_key(std::string_view key) {
  const auto first = key.find('\0');
  const auto last = key.rfind('\0');
  if (first == std::string_view::npos || first == last) return std::nullopt;
  return SightingKey{key.substr(0, first), key.substr(first + 1, last - first - 1),
                     key.substr(last + 1)};
}

std::string prefix_end(std::string_view prefix) {
  std::string end(prefix);
  while (!end.empty() && static_cast<std::uint8_t>(end.back()) == 0xff) end.pop_back();
  if (!end.empty()) end.back() = static_cast<char>(static_cast<std::uint8_t>(end.back()) + 1);
  return end;
}

}  // namespace gatefold::storage
