#include "schema/ids.h"

#include <catch2/catch.hpp>

namespace gatefold {
namespace {

TEST_CASE("a revision is decimal digits that fit 64 bits (R6.3)") {
  CHECK(parse_revision("0") == Revision{0});
  CHECK(parse_revision("42") == Revision{42});
  CHECK(parse_revision("18446744073709551615") == Revision{18446744073709551615U});
  for (const std::string_view text : {"", "00", "01", "+1", "-1", " 1", "1 ", "1.0", "1e3", "0x1",
                                      "18446744073709551616", "99999999999999999999999", "a"}) {
    INFO(text);
    CHECK_FALSE(parse_revision(text).has_value());
  }
}

TEST_CASE("revisions count up and print as they parse") {
  CHECK(Revision{41}.next() == Revision{42});
  CHECK(Revision{9} < Revision{10});
  CHECK(to_string(Revision{18446744073709551615U}) == "18446744073709551615");
}

TEST_CASE("a uid made from random bytes is a version 4 UUID (R6.1)") {
  std::array<std::uint8_t, 16> bytes{};
  CHECK(to_string(uid_from_random(bytes)) == "00000000-0000-4000-8000-000000000000");
  bytes.fill(0xff);
  CHECK(to_string(uid_from_random(bytes)) == "ffffffff-ffff-4fff-bfff-ffffffffffff");
}

TEST_CASE("a uid is read in either case and printed in lower case") {
  const std::string_view text = "01234567-89ab-4cde-8f01-23456789abcd";
  const auto uid = parse_uid(text);
  REQUIRE(uid.has_value());
  CHECK(to_string(*uid) == text);
  CHECK(parse_uid("01234567-89AB-4CDE-8F01-23456789ABCD") == uid);
}

TEST_CASE("what is no uid has a place of its own in an index of uids (R10.7)") {
  const std::string_view text = "01234567-89ab-4cde-8f01-23456789abcd";
  CHECK(uid_for_index(text) == parse_uid(text));
  CHECK(uid_for_index("owner") == uid_for_index("owner"));
  CHECK(uid_for_index("owner") != uid_for_index("other"));
  // No version 4 UUID has this at the place of its version.
  CHECK(uid_for_index("owner").bytes[6] >> 4 != 4);
}

TEST_CASE("what is no uid is refused") {
  for (const std::string_view text :
       {"", "0123456789ab4cde8f0123456789abcd", "01234567-89ab-4cde-8f01-23456789abc",
        "01234567-89ab-4cde-8f01-23456789abcde", "g1234567-89ab-4cde-8f01-23456789abcd",
        "01234567_89ab-4cde-8f01-23456789abcd", "0123456789ab--4cde-8f01-23456789abcd"}) {
    INFO(text);
    CHECK_FALSE(parse_uid(text).has_value());
  }
}

TEST_CASE("a key prints its namespace only where it has one") {
  CHECK(to_string(ObjectKey{"gateways.gateway.networking.k8s.io", "prod", "web"}) ==
        "gateways.gateway.networking.k8s.io/prod/web");
  CHECK(to_string(ObjectKey{"namespaces", "", "prod"}) == "namespaces/prod");
}

TEST_CASE("keys are ordered by resource, namespace and name") {
  const ObjectKey a{"a", "x", "z"};
  CHECK(a < ObjectKey{"b", "", ""});
  CHECK(a < ObjectKey{"a", "y", "a"});
  CHECK(a == ObjectKey{"a", "x", "z"});
}

}  // namespace
}  // namespace gatefold
