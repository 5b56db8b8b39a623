// k8s.io/apiserver pkg/cel/library/ip.go and cidr.go.
#include <array>

#include "schema/cel/address_text.h"
#include "schema/cel/cost.h"
#include "schema/cel/eval.h"
#include "schema/cel/function.h"
#include "schema/cel/opaque.h"

namespace gatefold::cel {
namespace {

using Arguments = std::span<const Val>;

bool is_multicast(const Address& address) {
  return address.is_ipv4() ? (address.bytes[12] & 0xf0U) == 0xe0U : address.bytes[0] == 0xff;
}

bool is_broadcast(const Address& address) {
  return address.is_ipv4() && address.bytes[12] == 255 && address.bytes[13] == 255 &&
         address.bytes[14] == 255 && address.bytes[15] == 255;
}

bool is_global_unicast(const Address& address) {
  return !address.is_unspecified() && !is_broadcast(address) && !address.is_loopback() &&
         !is_multicast(address) && !address.is_link_local();
}

bool is_within(const Address& address, const CidrVal& range, int bits) {
  return address.is_ipv4() == range.address.is_ipv4() &&
         masked(address, bits).bytes == masked(range.address, bits).bytes;
}

Val ip_of(Evaluation& evaluation, Arguments arguments) {
  const auto text = arguments[0].text;
  const auto address = parse_ip(text);
  if (!address) return error_val(evaluation.arena, to_string(address.error(), text));
  return ip_val(evaluation.arena, *address);
}

Val is_ip(Evaluation&, Arguments arguments) {
  return bool_val(parse_ip(arguments[0].text).has_value());
}

Val is_canonical(Evaluation& evaluation, Arguments arguments) {
  const auto text = arguments[0].text;
  const auto address = parse_ip(text);
  if (!address) return error_val(evaluation.arena, to_string(address.error(), text));
  return bool_val(to_string(*address) == text);
}

Val family(Evaluation&, Arguments arguments) {
  return int_val(arguments[0].ip->address.is_ipv4() ? 4 : 6);
}

template <auto predicate>
Val ip_is(Evaluation&, Arguments arguments) {
  const auto& address = arguments[0].ip->address;
  if constexpr (std::is_member_function_pointer_v<decltype(predicate)>) {
    return bool_val((address.*predicate)());
  } else {
    return bool_val(predicate(address));
  }
}

Val text_of(Evaluation& evaluation, Arguments arguments) {
  return string_val(evaluation.arena.copy(opaque_text(arguments[0])));
}

Val cidr_of(Evaluation& evaluation, Arguments arguments) {
  const auto range = parse_cidr(arguments[0].text);
  if (range) return cidr_val(evaluation.arena, *range);
  // Kubernetes says it twice.
  return error_val(evaluation.arena,
                   "network address parse error during conversion from string: " + range.error());
}

Val is_cidr(Evaluation&, Arguments arguments) {
  return bool_val(parse_cidr(arguments[0].text).has_value());
}

Val contains_ip(Evaluation&, Arguments arguments) {
  const auto& range = *arguments[0].cidr;
  return bool_val(is_within(arguments[1].ip->address, range, range.bits));
}

Val contains_ip_text(Evaluation&, Arguments arguments) {
  const auto& range = *arguments[0].cidr;
  const auto address = parse_ip(arguments[1].text);
  // The complaint about the text is lost there; of containsCIDR it is not.
  if (!address) return no_such_overload();
  return bool_val(is_within(*address, range, range.bits));
}

bool contains(const CidrVal& range, const CidrVal& other) {
  return range.bits <= other.bits && is_within(other.address, range, range.bits);
}

Val contains_cidr(Evaluation&, Arguments arguments) {
  return bool_val(contains(*arguments[0].cidr, *arguments[1].cidr));
}

Val contains_cidr_text(Evaluation& evaluation, Arguments arguments) {
  const auto other = cidr_of(evaluation, arguments.subspan(1));
  return other.is_error() ? other : bool_val(contains(*arguments[0].cidr, *other.cidr));
}

Val address_of(Evaluation& evaluation, Arguments arguments) {
  return ip_val(evaluation.arena, arguments[0].cidr->address);
}

Val prefix_length(Evaluation&, Arguments arguments) {
  return int_val(arguments[0].cidr->bits);
}

Val masked_of(Evaluation& evaluation, Arguments arguments) {
  auto range = *arguments[0].cidr;
  range.address = masked(range.address, range.bits);
  return cidr_val(evaluation.arena, range);
}

std::uint64_t canonical_cost(Arguments arguments, const Val&) {
  return traversal_cost(2 * size_of(arguments[0]));
}

// A range has the size of its prefix in bytes.
std::uint64_t contains_ip_cost(Arguments arguments, const Val&) {
  return traversal_cost(2 * size_of(arguments[0]));
}

std::uint64_t contains_ip_text_cost(Arguments arguments, const Val& result) {
  return contains_ip_cost(arguments, result) + traversal_cost(size_of(arguments[1]));
}

std::uint64_t contains_cidr_cost(Arguments arguments, const Val& result) {
  return contains_ip_cost(arguments, result) + traversal_cost(size_of(arguments[0])) + 1;
}

std::uint64_t contains_cidr_text_cost(Arguments arguments, const Val& result) {
  return contains_cidr_cost(arguments, result) + traversal_cost(size_of(arguments[1]));
}

constexpr std::array kDeclarations = {
    Declaration{"ip(string) ip", ip_of, reading_cost},
    Declaration{"isIP(string) bool", is_ip, reading_cost},
    Declaration{".ip.isCanonical(string) bool", is_canonical, canonical_cost},
    Declaration{"ip.family() int", family},
    Declaration{"ip.isUnspecified() bool", ip_is<&Address::is_unspecified>},
    Declaration{"ip.isLoopback() bool", ip_is<&Address::is_loopback>},
    Declaration{"ip.isLinkLocalMulticast() bool", ip_is<&Address::is_link_local_multicast>},
    Declaration{"ip.isLinkLocalUnicast() bool", ip_is<&Address::is_link_local>},
    Declaration{"ip.isGlobalUnicast() bool", ip_is<is_global_unicast>},
    Declaration{"string(ip) string", text_of},
    Declaration{"cidr(string) cidr", cidr_of, reading_cost},
    Declaration{"isCIDR(string) bool", is_cidr, reading_cost},
    Declaration{"cidr.containsIP(string) bool", contains_ip_text, contains_ip_text_cost},
    Declaration{"cidr.containsIP(ip) bool", contains_ip, contains_ip_cost},
    Declaration{"cidr.containsCIDR(string) bool", contains_cidr_text, contains_cidr_text_cost},
    Declaration{"cidr.containsCIDR(cidr) bool", contains_cidr, contains_cidr_cost},
    Declaration{"cidr.ip() ip", address_of},
    Declaration{"cidr.prefixLength() int", prefix_length},
    Declaration{"cidr.masked() cidr", masked_of},
    Declaration{"string(cidr) string", text_of},
};

}  // namespace

std::span<const Declaration> address_functions() {
  return kDeclarations;
}

}  // namespace gatefold::cel
