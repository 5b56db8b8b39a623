// IP addresses as Go's net package sees them.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace gatefold {

struct Address {
  std::array<std::uint8_t, 16> bytes{};  // network order; IPv4 as ::ffff:a.b.c.d

  bool is_ipv4() const;  // whichever way it was written
  bool is_unspecified() const;
  bool is_loopback() const;
  bool is_link_local() const;            // unicast
  bool is_link_local_multicast() const;  // 224.0.0.0/24, ff02::/16
};

// Dotted IPv4 without leading zeros, or IPv6 without a zone.
std::optional<Address> parse_address(std::string_view text);

// ADDRESS/BITS; bits behind the prefix may be set.
bool is_cidr(std::string_view text);

}  // namespace gatefold
