// IP addresses and ranges as Kubernetes' expressions read and print them: Go's netip, without zones
// and without IPv6 addresses that hold an IPv4 one (apiserver pkg/cel/library/ip.go and cidr.go).
#pragma once

#include <cstddef>
#include <expected>
#include <string>
#include <string_view>

#include "schema/cel/val.h"

namespace gatefold::cel {

// What keeps a text from being an address. Made for every host name that isn't one, so it is text
// only when asked.
struct AddressIssue {
  enum class Kind { kSyntax, kZone, kMapped };
  Kind kind = Kind::kSyntax;
  std::string_view message;  // of kSyntax, in netip's words
  std::string_view at;       // what wasn't read; borrows from the text
};

std::expected<Address, AddressIssue> parse_ip(std::string_view text);
// `IP Address "x" parse error during conversion from string: ParseAddr("x"): unable to parse IP`
std::string to_string(const AddressIssue& issue, std::string_view text);

// ADDRESS/BITS; bits behind the prefix are kept. The error is Kubernetes' text.
std::expected<CidrVal, std::string> parse_cidr(std::string_view text);

// The canonical form: dotted, or RFC 5952.
std::string to_string(const Address& address);
std::string to_string(const CidrVal& range);

// 32 or 128.
int bits_of(const Address& address);
// `address` with all bits behind the first `bits` of its family's zero.
Address masked(const Address& address, int bits);

}  // namespace gatefold::cel
