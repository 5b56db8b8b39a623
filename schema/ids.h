// Strong identifiers: they don't convert into each other or into bare integers.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace gatefold {

// A position in the log: 1, 2, 3, ... without gaps over all kinds; `resourceVersion` on the wire. 0
// is "none", which clients use for "any".
struct Revision {
  std::uint64_t number = 0;
  auto operator<=>(const Revision&) const = default;
  Revision next() const { return {number + 1}; }
};

std::string to_string(Revision revision);
// Decimal digits that fit 64 bits, no sign, no leading zero (except "0"); nothing else (R6.3).
std::optional<Revision> parse_revision(std::string_view text);

struct Generation {
  std::int64_t number = 0;
  auto operator<=>(const Generation&) const = default;
};

// A version 4 UUID.
struct Uid {
  std::array<std::uint8_t, 16> bytes{};
  auto operator<=>(const Uid&) const = default;
};

// 36 characters, lower case.
std::string to_string(const Uid& uid);
std::optional<Uid> parse_uid(std::string_view text);
// What stands for a text in an index of uids: the uid itself, and for what is no uid something that
// no uid is equal to.
Uid uid_for_index(std::string_view text);
// Sets the version and variant bits of 16 random bytes.
Uid uid_from_random(const std::array<std::uint8_t, 16>& random);

// What identifies an object while it lives. `resource` is the storage identity of the kind: the
// plural, a dot and the group (`gateways.gateway.networking.k8s.io`), the plural alone for the core
// group.
struct ObjectKey {
  std::string resource;
  std::string name_space;  // empty for cluster-scoped kinds
  std::string name;
  auto operator<=>(const ObjectKey&) const = default;
};

// `gateways.gateway.networking.k8s.io/prod/web`, for messages and logs.
std::string to_string(const ObjectKey& key);

}  // namespace gatefold
