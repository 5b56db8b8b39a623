#include "schema/address.h"

#include <catch2/catch.hpp>

namespace gatefold {
namespace {

TEST_CASE("addresses are read in both families") {
  for (const auto* text : {"10.9.8.7", "0.0.0.0", "255.255.255.255", "::ffff:10.9.8.7"}) {
    INFO(text);
    const auto address = parse_address(text);
    REQUIRE(address);
    CHECK(address->is_ipv4());
  }
  CHECK(parse_address("::ffff:10.9.8.7")->bytes == parse_address("10.9.8.7")->bytes);
  for (const auto* text : {"::", "::1", "2001:db8::ffff", "fd00:10:96::1:0", "::10.9.8.7"}) {
    INFO(text);
    const auto address = parse_address(text);
    REQUIRE(address);
    CHECK(!address->is_ipv4());
  }
  using std::string_view_literals::operator""sv;
  for (const auto text : {""sv, "nonsense"sv, "10.9.8"sv, "010.9.8.7"sv, "256.1.1.1"sv,
                          "10.9.8.7 "sv, "10.9.8.7\0"sv, "fe80::1%eth0"sv, "::1::"sv}) {
    INFO(text);
    CHECK(!parse_address(text));
  }
}

TEST_CASE("special addresses are known") {
  struct Case {
    const char* text;
    bool unspecified, loopback, link_local, link_local_multicast;
  };
  const Case cases[] = {
      {"10.9.8.7", false, false, false, false},
      {"0.0.0.0", true, false, false, false},
      {"::", true, false, false, false},
      {"127.255.0.1", false, true, false, false},
      {"::ffff:127.0.0.1", false, true, false, false},
      {"::1", false, true, false, false},
      {"169.254.169.254", false, false, true, false},
      {"169.255.0.1", false, false, false, false},
      {"fe80::1", false, false, true, false},
      {"febf::1", false, false, true, false},
      {"fec0::1", false, false, false, false},
      {"224.0.0.9", false, false, false, true},
      {"224.0.1.9", false, false, false, false},
      {"ff02::1", false, false, false, true},
      {"ff05::1", false, false, false, false},
  };
  for (const auto& one : cases) {
    INFO(one.text);
    const auto address = parse_address(one.text);
    REQUIRE(address);
    CHECK(address->is_unspecified() == one.unspecified);
    CHECK(address->is_loopback() == one.loopback);
    CHECK(address->is_link_local() == one.link_local);
    CHECK(address->is_link_local_multicast() == one.link_local_multicast);
  }
}

TEST_CASE("ranges have an address and as many bits as its family allows") {
  for (const auto* text : {"10.0.0.0/8", "10.1.2.3/24", "0.0.0.0/0", "1.2.3.4/32", "::/0",
                           "2001:db8::/64", "2001:db8::1/128", "::ffff:1.2.3.4/120"}) {
    INFO(text);
    CHECK(is_cidr(text));
  }
  for (const auto* text : {"", "x", "10.0.0.0", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/08",
                           "10.0.0.0/-1", "10.0.0.0/8 ", "2001:db8::/129", "/8"}) {
    INFO(text);
    CHECK(!is_cidr(text));
  }
}

}  // namespace
}  // namespace gatefold
