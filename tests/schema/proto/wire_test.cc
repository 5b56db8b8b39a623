#include "schema/proto/wire.h"

#include <algorithm>

#include <catch2/catch.hpp>

#include "tests/support/proto_bytes.h"

namespace gatefold::proto {
namespace {

using test::bytes_field;
using test::integer_field;
using test::varint;

std::string error_of(std::string_view bytes) {
  const auto done =
      each_field(bytes, [](const WireField&) { return std::expected<void, std::string>(); });
  return done ? "" : done.error();
}

}  // namespace

TEST_CASE("fields come one after the other with their numbers (R4.6)") {
  const std::string bytes = integer_field(1, 300) + bytes_field(2, "two") +
                            std::string("\x19\1\2\3\4\5\6\7\x80", 9) +
                            std::string("\x25\1\2\3\4", 5);
  WireReader reader(bytes);
  const auto integer = reader.field();
  REQUIRE(integer.has_value());
  CHECK(integer->number == 1);
  CHECK(integer->type == WireType::kVarint);
  CHECK(integer->integer == 300);
  const auto text = reader.field();
  REQUIRE(text.has_value());
  CHECK(text->number == 2);
  CHECK(text->type == WireType::kBytes);
  CHECK(text->bytes == "two");
  const auto longer = reader.field();
  REQUIRE(longer.has_value());
  CHECK(longer->type == WireType::kFixed64);
  CHECK(longer->integer == 0x8007060504030201U);
  const auto shorter = reader.field();
  REQUIRE(shorter.has_value());
  CHECK(shorter->number == 4);
  CHECK(shorter->type == WireType::kFixed32);
  CHECK(shorter->integer == 0x04030201U);
  CHECK(reader.done());
}

TEST_CASE("a varint has ten bytes at most") {
  const std::string most = varint(~std::uint64_t{0});
  CHECK(most.size() == 10);
  WireReader reader(most);
  CHECK(reader.varint() == ~std::uint64_t{0});
  CHECK(error_of(std::string(10, '\xff') + '\1') == "proto: integer overflow");
}

TEST_CASE("what is cut off anywhere is refused") {
  const std::string bytes = integer_field(1, 300) + bytes_field(2, "two") +
                            std::string("\x19\1\2\3\4\5\6\7\x80", 9) +
                            std::string("\x25\1\2\3\4", 5);
  CHECK(error_of(bytes) == "");
  const std::size_t ends[] = {0, 3, 8, 17, 22};
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    INFO(size);
    const bool is_end = std::ranges::find(ends, size) != std::end(ends);
    CHECK(error_of(bytes.substr(0, size)) == (is_end ? "" : "unexpected EOF"));
  }
  CHECK(error_of("\x0a" + varint(~std::uint64_t{0}) + "abc") == "unexpected EOF");
}

TEST_CASE("what is no field is refused") {
  CHECK(error_of(std::string(2, '\0')) == "proto: illegal tag 0 (wire type 0)");
  CHECK(error_of(varint(std::uint64_t{0xffffffff} << 3U)) == "proto: illegal tag -1 (wire type 0)");
  CHECK(error_of("\x0b\x0c") == "proto: field 1 is a group, which no message has");
  CHECK(error_of("\x0c") == "proto: field 1 is a group, which no message has");
  CHECK(error_of("\x0e") == "proto: illegal wireType 6");
  CHECK(error_of("\x0f") == "proto: illegal wireType 7");
}

}  // namespace gatefold::proto
