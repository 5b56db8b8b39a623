#include "schema/formats.h"

#include <catch2/catch.hpp>

namespace gatefold {
namespace {

struct Format {
  std::string_view name;
  std::vector<std::string_view> good;
  std::vector<std::string_view> bad;
};

TEST_CASE("formats hold for what they describe and for nothing else (R19.22)") {
  const Format formats[] = {
      {"ipv4", {"1.2.3.4", "255.255.255.255"}, {"", "1.2.3", "256.1.1.1", "::1", "1.2.3.4 "}},
      {"ipv6", {"::1", "2001:db8::1", "::ffff:1.2.3.4"}, {"", "1.2.3.4", "fe80::1%eth0", "g::"}},
      {"cidr",
       {"10.0.0.0/8", "::/0", "1.2.3.4/32", "2001:db8::/128"},
       {"10.0.0.0", "10.0.0.0/33", "::/129", "10.0.0.0/08", "10.0.0.0/-1", "10.0.0.0/", "/8"}},
      {"date-time",
       {"2026-01-02T03:04:05Z", "2026-01-02T03:04:05.123+02:00", "2026-01-02t03:04:05z",
        "2026-01-02T03:04:05+99:99", "2026-01-02T03:04:05,1Z", "2026-01-02T03:04:05ZTx"},
       {"2026-01-02", "2026-01-02 03:04:05Z", "2026-13-02T03:04:05Z", "", "2026-01-02T3:04:05Z",
        "2026-01-02T24:00:00Z", "2026-01-02T03:04:60Z", "2026-01-02T03:04:05",
        "2026-01-02T03:04:05.Z"}},
      {"date", {"2026-01-02", "2024-02-29"}, {"2026-1-2", "2023-02-29", "2026-01-02T", ""}},
      {"duration",
       {"1h30m", "0", "22 ns", "3 days", "5w", "10 millis"},
       {"", "1", "1 fortnight", "h", "1d2x"}},
      {"uuid",
       {"01234567-89ab-4cde-8f01-23456789abcd", "0123456789AB4CDE8F0123456789ABCD"},
       {"", "01234567-89ab-4cde-8f01-23456789abc", "g1234567-89ab-4cde-8f01-23456789abcd"}},
      {"uuid4",
       {"01234567-89ab-4cde-8f01-23456789abcd"},
       {"01234567-89ab-3cde-8f01-23456789abcd", "01234567-89ab-4cde-7f01-23456789abcd"}},
      {"uuid3", {"01234567-89ab-3cde-8f01-23456789abcd"}, {"01234567-89ab-4cde-8f01-23456789abcd"}},
      {"uuid5", {"01234567-89ab-5cde-8f01-23456789abcd"}, {"01234567-89ab-4cde-8f01-23456789abcd"}},
      {"uri",
       {"http://a.b/c?d#e", "/path", "urn:x:y", "mailto:a@b.c"},
       {"", "a.b", "http://a b", "//\n"}},
      {"email", {"a@b.c", "A <a@b.c>"}, {"", "a", "a@", "@b", "a@b@c"}},
      {"hostname", {"a", "a.b-c.d", "example.com."}, {"", ".", "-a", "a..b", "a_b", "a-", "a.-b"}},
      {"mac",
       {"00:11:22:33:44:55", "00-11-22-33-44-55", "0011.2233.4455", "00:11:22:33:44:55:66:77"},
       {"", "00:11:22:33:44", "00:11:22:33:44:5g", "00:11-22:33:44:55"}},
      {"byte", {"", "aGk=", "aGkh"}, {"aGk", "a", "aG k=", "=aGk"}},
      {"isbn10", {"0-306-40615-2", "080442957X"}, {"0306406153", "X804429570", ""}},
      {"isbn13", {"978-0-306-40615-7"}, {"9780306406158", "0306406152", ""}},
      {"isbn", {"0306406152", "9780306406157"}, {"1", ""}},
      {"creditcard", {"4111 1111 1111 1111"}, {"4111111111111112", "4111", ""}},
      {"ssn", {"123-45-6789", "123456789"}, {"12-345-6789x", ""}},
      {"hexcolor", {"#fff", "00FF00"}, {"#ff", "#ggg", ""}},
      {"rgbcolor", {"rgb(1,2,255)", "rgb( 0 , 0 , 0 )"}, {"rgb(256,0,0)", "rgb(1,2)", ""}},
      {"bsonobjectid", {"0123456789abcdefABCDEF01"}, {"0123", "g123456789abcdef01234567"}},
  };
  for (const auto& [name, good, bad] : formats) {
    for (const auto text : good) {
      INFO(name << ": " << text);
      CHECK(format_holds(name, text));
    }
    for (const auto text : bad) {
      INFO(name << ": " << text);
      CHECK_FALSE(format_holds(name, text));
    }
  }
}

TEST_CASE("labels of a hostname have 63 characters at most, and all of it 255 bytes") {
  const std::string label(63, 'a');
  CHECK(format_holds("hostname", label + "." + label));
  CHECK_FALSE(format_holds("hostname", "b." + label + "a"));
  CHECK(format_holds("hostname", "m\xc3\xbcnchen.example"));
  CHECK(format_holds("hostname", label + "." + label + "." + label + "." + label));
  CHECK_FALSE(format_holds("hostname", label + "." + label + "." + label + "." + label + ".a"));
}

TEST_CASE("dashes in a format's name don't matter (R19.22)") {
  CHECK_FALSE(format_holds("datetime", "x"));
  CHECK_FALSE(format_holds("date-time", "x"));
  CHECK_FALSE(format_holds("ip-v4", "x"));
}

TEST_CASE("formats that are not enforced hold for everything (R19.22)") {
  for (const std::string_view name :
       {"", "int32", "int64", "float", "double", "password", "k8s-short-name", "mine"}) {
    CHECK(format_holds(name, "anything at all"));
  }
}

TEST_CASE("a NUL ends nothing") {
  CHECK_FALSE(format_holds("ipv4", std::string_view("1.2.3.4\0x", 9)));
  CHECK_FALSE(format_holds("uuid", std::string_view("\0", 1)));
}

}  // namespace
}  // namespace gatefold
