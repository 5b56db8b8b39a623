#include "schema/proto/envelope.h"

#include <catch2/catch.hpp>

#include "tests/support/proto_bytes.h"

namespace gatefold::proto {
namespace {

using test::bytes_field;
using test::enveloped;
using test::integer_field;

std::string magic(std::string_view rest) {
  return std::string(kMagic) + std::string(rest);
}

std::string error_of(std::string_view body) {
  const auto opened = open_envelope(body);
  return opened ? "" : opened.error();
}

}  // namespace

TEST_CASE("an envelope says what is in it (R4.6)") {
  const auto body = enveloped("apps/v1", "Deployment", "inside");
  const auto opened = open_envelope(body);
  REQUIRE(opened.has_value());
  CHECK(opened->api_version == "apps/v1");
  CHECK(opened->kind == "Deployment");
  CHECK(opened->object == "inside");
}

TEST_CASE("an envelope without its parts is empty, one with more is read (R4.6, R4.8)") {
  const auto bare = magic(bytes_field(2, ""));
  REQUIRE(open_envelope(bare).has_value());
  CHECK(open_envelope(bare)->kind == "");
  const auto more = magic(integer_field(9, 1) + bytes_field(2, "a") + bytes_field(2, "b") +
                          bytes_field(1, bytes_field(2, "Secret") + bytes_field(7, "x")));
  REQUIRE(open_envelope(more).has_value());
  CHECK(open_envelope(more)->kind == "Secret");
  CHECK(open_envelope(more)->object == "b");
}

TEST_CASE("what is no envelope is refused in Kubernetes' words (R4.6)") {
  const std::string no_magic =
      "provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]";
  CHECK(error_of("") == "empty data");
  CHECK(error_of("k8s") == no_magic);
  CHECK(error_of("k8s1abcd") == no_magic);
  CHECK(error_of(R"({"kind":"Secret"})") == no_magic);
  CHECK(error_of(kMagic) == "empty body");
  CHECK(error_of(magic("\x0a\x05\x01")) == "unexpected EOF");
  CHECK(error_of(magic(bytes_field(1, "\x0a\x05"))) == "unexpected EOF");
  CHECK(error_of(magic(integer_field(1, 1))) ==
        "proto: wrong wireType = 0 for field 1 of the envelope");
}

TEST_CASE("an object must be in plain protobuf (R4.6)") {
  CHECK(error_of(magic(bytes_field(2, "x") + bytes_field(3, "gzip"))) ==
        "proto: the object must not have a content encoding");
  CHECK(error_of(magic(bytes_field(2, "x") + bytes_field(4, "application/json"))) ==
        "proto: the object must be in protobuf too");
  CHECK(error_of(magic(bytes_field(4, "application/vnd.kubernetes.protobuf"))) == "");
}

}  // namespace gatefold::proto
