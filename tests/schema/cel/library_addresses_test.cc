#include "schema/cel/address_text.h"
#include "tests/schema/cel/library_calls.h"

namespace gatefold::cel {
namespace {

TEST_CASE("ip() reads both families and complains as Kubernetes does") {
  struct Case {
    std::string_view text;
    std::string_view answer;  // the canonical form, or the error
  };
  const Case cases[] = {
      {"127.0.0.1", "127.0.0.1"},
      {"::1", "::1"},
      {"::", "::"},
      {"2001:DB8::ABCD", "2001:db8::abcd"},
      {"2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"},
      {"a:0:0:b:0:0:0:0", "a:0:0:b::"},
      {"1:0:3:4:5:6:7:8", "1:0:3:4:5:6:7:8"},
      {"::1.2.3.4", "::102:304"},
      {"1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304"},
      {"", R"(IP Address "" parse error during conversion from string: )"
           R"(ParseAddr(""): unable to parse IP)"},
      {"127.0.0.256", R"(IP Address "127.0.0.256" parse error during conversion from string: )"
                      R"(ParseAddr("127.0.0.256"): IPv4 field has value >255)"},
      {"1.2.03.4", R"(IP Address "1.2.03.4" parse error during conversion from string: )"
                   R"(ParseAddr("1.2.03.4"): IPv4 field has octet with leading zero)"},
      {"1..2.3", R"(IP Address "1..2.3" parse error during conversion from string: )"
                 R"(ParseAddr("1..2.3"): IPv4 field must have at least one digit (at ".2.3"))"},
      {"1.2.3", R"(IP Address "1.2.3" parse error during conversion from string: )"
                R"(ParseAddr("1.2.3"): IPv4 address too short)"},
      {"1.2.3.4.5", R"(IP Address "1.2.3.4.5" parse error during conversion from string: )"
                    R"(ParseAddr("1.2.3.4.5"): IPv4 address too long)"},
      {":::1", R"(IP Address ":::1" parse error during conversion from string: ParseAddr(":::1"): )"
               R"(each colon-separated field must have at least one digit (at ":1"))"},
      {"1::2::3", R"(IP Address "1::2::3" parse error during conversion from string: )"
                  R"(ParseAddr("1::2::3"): multiple :: in address (at ":3"))"},
      {"12345::", R"(IP Address "12345::" parse error during conversion from string: )"
                  R"(ParseAddr("12345::"): each group must have 4 or less digits (at "12345::"))"},
      {"1:2:3:4:5:6:7:8:9", R"(IP Address "1:2:3:4:5:6:7:8:9" parse error during conversion )"
                            R"(from string: ParseAddr("1:2:3:4:5:6:7:8:9"): )"
                            R"(trailing garbage after address (at "9"))"},
      {"1:2:3:4:5:6:7::8", R"(IP Address "1:2:3:4:5:6:7::8" parse error during conversion )"
                           R"(from string: ParseAddr("1:2:3:4:5:6:7::8"): )"
                           R"(the :: must expand to at least one field of zeros)"},
      {"%eth0", R"(IP Address "%eth0" parse error during conversion from string: )"
                R"(ParseAddr("%eth0"): missing IPv6 address)"},
      {"fe80::1%", R"(IP Address "fe80::1%" parse error during conversion from string: )"
                   R"(ParseAddr("fe80::1%"): zone must be a non-empty string)"},
      {"fe80::1%eth0", R"(IP address "fe80::1%eth0" with zone value is not allowed)"},
      {"::ffff:1.2.3.4", R"(IPv4-mapped IPv6 address "::ffff:1.2.3.4" is not allowed)"},
  };
  LibraryCalls calls(address_functions());
  for (const auto& one : cases) {
    INFO(one.text);
    const auto value = calls.call("ip(string) ip", one.text);
    CHECK(show(calls.arena(), value) == one.answer);
    CHECK(calls.call("isIP(string) bool", one.text).boolean == value.is(ValKind::kIp));
    const auto canonical = calls.call(".ip.isCanonical(string) bool", one.text);
    if (value.is_error()) {
      CHECK(canonical.text == one.answer);
    } else {
      CHECK(canonical.boolean == (one.text == one.answer));
    }
  }
}

TEST_CASE("addresses know what they are for") {
  struct Case {
    std::string_view text;
    int family;
    bool unspecified, loopback, local_multicast, local_unicast, global_unicast;
  };
  const Case cases[] = {
      {"0.0.0.0", 4, true, false, false, false, false},
      {"::", 6, true, false, false, false, false},
      {"127.1.2.3", 4, false, true, false, false, false},
      {"::1", 6, false, true, false, false, false},
      {"224.0.0.1", 4, false, false, true, false, false},
      {"224.0.1.1", 4, false, false, false, false, false},
      {"239.1.2.3", 4, false, false, false, false, false},
      {"240.1.2.3", 4, false, false, false, false, true},
      {"ff02::1", 6, false, false, true, false, false},
      {"ff00::1", 6, false, false, false, false, false},
      {"169.254.169.254", 4, false, false, false, true, false},
      {"fe80::1", 6, false, false, false, true, false},
      {"fd80::1", 6, false, false, false, false, true},
      {"255.255.255.255", 4, false, false, false, false, false},
      {"192.168.0.1", 4, false, false, false, false, true},
      {"2001:db8::abcd", 6, false, false, false, false, true},
  };
  LibraryCalls calls(address_functions());
  for (const auto& one : cases) {
    INFO(one.text);
    const auto ip = calls.call("ip(string) ip", one.text);
    REQUIRE(ip.is(ValKind::kIp));
    CHECK(calls.call("ip.family() int", {ip}).integer == one.family);
    CHECK(calls.call("ip.isUnspecified() bool", {ip}).boolean == one.unspecified);
    CHECK(calls.call("ip.isLoopback() bool", {ip}).boolean == one.loopback);
    CHECK(calls.call("ip.isLinkLocalMulticast() bool", {ip}).boolean == one.local_multicast);
    CHECK(calls.call("ip.isLinkLocalUnicast() bool", {ip}).boolean == one.local_unicast);
    CHECK(calls.call("ip.isGlobalUnicast() bool", {ip}).boolean == one.global_unicast);
    CHECK(calls.call("string(ip) string", {ip}).text == one.text);
  }
}

TEST_CASE("cidr() reads ranges and complains twice") {
  struct Case {
    std::string_view text;
    std::string_view answer;  // as it is masked, or the complaint
  };
  const Case cases[] = {
      {"192.168.0.1/24", "192.168.0.0/24"},
      {"10.255.255.255/9", "10.128.0.0/9"},
      {"1.2.3.4/32", "1.2.3.4/32"},
      {"1.2.3.4/0", "0.0.0.0/0"},
      {"2001:db8:ffff::1/33", "2001:db8:8000::/33"},
      {"2001:db8::1/128", "2001:db8::1/128"},
      {"192.168.0.0/", R"(netip.ParsePrefix("192.168.0.0/"): bad bits after slash: "")"},
      {"1.2.3.4/08", R"(netip.ParsePrefix("1.2.3.4/08"): bad bits after slash: "08")"},
      {"1.2.3.4/+8", R"(netip.ParsePrefix("1.2.3.4/+8"): bad bits after slash: "+8")"},
      {"1.2.3.4/33", R"(netip.ParsePrefix("1.2.3.4/33"): prefix length out of range)"},
      {"::/129", R"(netip.ParsePrefix("::/129"): prefix length out of range)"},
      {"1.2.3.4", R"(netip.ParsePrefix("1.2.3.4"): no '/')"},
      {"x/8", R"(netip.ParsePrefix("x/8"): ParseAddr("x"): unable to parse IP)"},
      {"fe80::%a/8",
       R"(netip.ParsePrefix("fe80::%a/8"): IPv6 zones cannot be present in a prefix)"},
  };
  const std::string prefix = "network address parse error during conversion from string: ";
  LibraryCalls calls(address_functions());
  for (const auto& one : cases) {
    INFO(one.text);
    const auto range = calls.call("cidr(string) cidr", one.text);
    CHECK(calls.call("isCIDR(string) bool", one.text).boolean == !range.is_error());
    if (range.is_error()) {
      CHECK(range.text == prefix + prefix + std::string(one.answer));
    } else {
      CHECK(calls.call("string(cidr) string", {range}).text == one.text);
      CHECK(opaque_text(calls.call("cidr.masked() cidr", {range})) == one.answer);
    }
  }
  CHECK(calls.call("cidr(string) cidr", "::ffff:1.2.3.4/120").text ==
        prefix + R"(IPv4-mapped IPv6 address "::ffff:1.2.3.4/120" is not allowed)");
}

TEST_CASE("ranges contain addresses and ranges of their family") {
  struct Case {
    std::string_view range;
    std::string_view other;
    std::string_view contains;  // an address or a range
  };
  const Case cases[] = {
      {"192.168.0.0/24", "192.168.0.255", "true"},
      {"192.168.0.7/24", "192.168.0.1", "true"},
      {"192.168.0.0/24", "192.168.1.0", "false"},
      {"0.0.0.0/0", "1.2.3.4", "true"},
      {"0.0.0.0/0", "::1", "false"},
      {"::/0", "1.2.3.4", "false"},
      {"2001:db8::/33", "2001:db8:7fff::1", "true"},
      {"2001:db8::/33", "2001:db8:8000::1", "false"},
      {"1.2.3.4/32", "1.2.3.4", "true"},
      {"192.168.0.0/24", "192.168.0.0/25", "true"},
      {"192.168.0.0/24", "192.168.0.9/24", "true"},
      {"192.168.0.0/24", "192.168.0.0/23", "false"},
      {"192.168.0.0/24", "192.169.0.1/32", "false"},
      {"0.0.0.0/0", "::/0", "false"},
      {"::/0", "2001:db8::/32", "true"},
  };
  LibraryCalls calls(address_functions());
  for (const auto& one : cases) {
    INFO(one.range << " and " << one.other);
    const auto range = calls.call("cidr(string) cidr", one.range);
    const auto text = string_val(one.other);
    const bool is_range = one.other.contains('/');
    const auto other = calls.call(is_range ? "cidr(string) cidr" : "ip(string) ip", one.other);
    REQUIRE(!other.is_error());
    const std::string_view of_text =
        is_range ? "cidr.containsCIDR(string) bool" : "cidr.containsIP(string) bool";
    const std::string_view of_value =
        is_range ? "cidr.containsCIDR(cidr) bool" : "cidr.containsIP(ip) bool";
    CHECK(show(calls.arena(), calls.call(of_text, {range, text})) == one.contains);
    CHECK(show(calls.arena(), calls.call(of_value, {range, other})) == one.contains);
  }
  const auto range = calls.call("cidr(string) cidr", "10.0.0.0/8");
  CHECK(calls.call("cidr.containsIP(string) bool", {range, string_val("x")}).text ==
        no_such_overload().text);
  CHECK(calls.call("cidr.containsCIDR(string) bool", {range, string_val("x")})
            .text.starts_with("network address parse error"));
  CHECK(calls.call("cidr.prefixLength() int", {range}).integer == 8);
  CHECK(opaque_text(calls.call("cidr.ip() ip", {range})) == "10.0.0.0");
}

TEST_CASE("reading addresses costs a tenth, comparing them by the bytes of the prefix") {
  LibraryCalls calls(address_functions());
  const auto cost_of = [&calls](std::string_view signature, std::initializer_list<Val> values) {
    calls.call(signature, values);
    return calls.cost();
  };
  const auto address = string_val("192.168.100.1");  // 13
  CHECK(cost_of("ip(string) ip", {address}) == 2);
  CHECK(cost_of("isIP(string) bool", {address}) == 2);
  CHECK(cost_of(".ip.isCanonical(string) bool", {address}) == 3);
  const auto range = calls.call("cidr(string) cidr", "10.0.0.0/24");
  CHECK(calls.cost() == 2);
  const auto ip = calls.call("ip(string) ip", "10.0.0.1");
  CHECK(cost_of("ip.family() int", {ip}) == 1);
  CHECK(cost_of("cidr.ip() ip", {range}) == 1);
  CHECK(cost_of("cidr.containsIP(ip) bool", {range, ip}) == 1);
  CHECK(cost_of("cidr.containsIP(string) bool", {range, address}) == 3);
  CHECK(cost_of("cidr.containsCIDR(cidr) bool", {range, range}) == 3);
  CHECK(cost_of("cidr.containsCIDR(string) bool", {range, address}) == 5);
}

TEST_CASE("calls that fit no overload have a cost") {
  const Val arguments[] = {int_val(1), int_val(2)};
  for (const auto& declaration : address_functions()) {
    INFO(declaration.signature);
    if (declaration.cost != nullptr) CHECK(declaration.cost(arguments, null_val()) <= 4);
  }
}

TEST_CASE("addresses and ranges are equal by value") {
  LibraryCalls calls(address_functions());
  const auto ip = [&calls](std::string_view text) { return calls.call("ip(string) ip", text); };
  const auto cidr = [&calls](std::string_view text) {
    return calls.call("cidr(string) cidr", text);
  };
  CHECK(opaque_equal(ip("2001:db8::1"), ip("2001:DB8:0::1")));
  CHECK(!opaque_equal(ip("1.2.3.4"), ip("1.2.3.5")));
  CHECK(opaque_equal(cidr("10.0.0.0/8"), cidr("10.0.0.0/8")));
  CHECK(!opaque_equal(cidr("10.0.0.0/8"), cidr("10.0.0.1/8")));
  CHECK(!opaque_equal(cidr("10.0.0.0/8"), cidr("10.0.0.0/9")));
  CHECK(!opaque_equal(cidr("10.0.0.0/8"), ip("10.0.0.0")));
  CHECK(type_name(ip("::1")) == "net.IP");
  CHECK(type_name(cidr("::/1")) == "net.CIDR");
}

}  // namespace
}  // namespace gatefold::cel
