#include "schema/address.h"

#include <algorithm>
#include <charconv>
#include <string>

#include <arpa/inet.h>

namespace gatefold {
namespace {

constexpr std::size_t kIpv4At = 12;  // where its bytes begin

}  // namespace

bool Address::is_ipv4() const {
  return bytes[10] == 0xff && bytes[11] == 0xff &&
         std::all_of(bytes.begin(), bytes.begin() + 10, [](auto byte) { return byte == 0; });
}

bool Address::is_unspecified() const {
  const auto from = is_ipv4() ? kIpv4At : 0;
  return std::all_of(bytes.begin() + from, bytes.end(), [](auto byte) { return byte == 0; });
}

bool Address::is_loopback() const {
  if (is_ipv4()) return bytes[kIpv4At] == 127;
  return bytes[15] == 1 &&
         std::all_of(bytes.begin(), bytes.end() - 1, [](auto byte) { return byte == 0; });
}

bool Address::is_link_local() const {
  if (is_ipv4()) return bytes[kIpv4At] == 169 && bytes[kIpv4At + 1] == 254;
  return bytes[0] == 0xfe && (bytes[1] & 0xc0U) == 0x80U;
}

bool Address::is_link_local_multicast() const {
  if (is_ipv4()) {
    return bytes[kIpv4At] == 224 && bytes[kIpv4At + 1] == 0 && bytes[kIpv4At + 2] == 0;
  }
  return bytes[0] == 0xff && (bytes[1] & 0x0fU) == 0x02U;
}

std::optional<Address> parse_address(std::string_view text) {
  if (text.contains('\0')) return std::nullopt;
  const std::string terminated(text);
  Address address;
  if (inet_pton(AF_INET6, terminated.c_str(), address.bytes.data()) == 1) return address;
  address.bytes = {};
  address.bytes[10] = address.bytes[11] = 0xff;
  if (inet_pton(AF_INET, terminated.c_str(), &address.bytes[kIpv4At]) == 1) return address;
  return std::nullopt;
}

bool is_cidr(std::string_view text) {
  const auto slash = text.find('/');
  if (slash == std::string_view::npos) return false;
  const auto digits = text.substr(slash + 1);
  int bits = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), bits);
  const bool plain = !digits.empty() && error == std::errc() &&
                     end == digits.data() + digits.size() &&
                     (digits.size() == 1 || digits.front() != '0') && bits >= 0;
  const auto host = text.substr(0, slash);
  return plain && parse_address(host) && bits <= (host.contains(':') ? 128 : 32);
}

}  // namespace gatefold
