#include "schema/json.h"

#include <chrono>
#include <limits>

#include "tests/schema/parsed.h"
#include "tests/schema/random_value.h"

namespace gatefold {
namespace {

using test::json;

std::string error_of(std::string_view text) {
  const auto parsed = parse_json(text);
  return parsed ? "none" : parsed.error().message;
}

std::string written(double number, DoubleStyle style) {
  std::string out;
  append_double(out, number, style);
  return out;
}

std::string nested(std::size_t levels) {
  return std::string(levels, '[') + std::string(levels, ']');
}

TEST_CASE("integers that fit 64 bits stay integers, integral numbers become them (R4.17)") {
  const std::pair<std::string_view, std::int64_t> cases[] = {
      {"0", 0},
      {"-0", 0},
      {"9223372036854775807", std::numeric_limits<std::int64_t>::max()},
      {"-9223372036854775808", std::numeric_limits<std::int64_t>::min()},
      {"1.0", 1},
      {"-2.50e1", -25},
      {"1e3", 1000},
      {"1E+3", 1000},
      {"1000e-3", 1},
      {"0.0", 0},
      {"1e-400", 0},
  };
  for (const auto& [text, number] : cases) {
    INFO(text);
    const Value value = json(text);
    REQUIRE(value.is_int64());
    CHECK(value.get_int64() == number);
  }
}

TEST_CASE("other numbers are doubles, read to the last bit") {
  const std::pair<std::string_view, double> cases[] = {
      {"1.5", 1.5},
      {"9223372036854775808", 9223372036854775808.0},
      {"18446744073709551615", 18446744073709551616.0},
      {"18446744073709551616", 18446744073709551616.0},
      {"-9223372036854775809e1", -92233720368547758090.0},
      {"0.1", 0.1},
      {"2.2250738585072011e-308", 2.2250738585072011e-308},
      {"5e-324", 5e-324},
      {"1.7976931348623157e308", 1.7976931348623157e308},
      {"0.000000000000000000000000000000000000000000000001e49", 10.0},
  };
  for (const auto& [text, number] : cases) {
    INFO(text);
    const Value value = json(text);
    REQUIRE(value.is_number());
    CHECK(value.to_number<double>() == number);
    if (number != 10.0) CHECK(value.is_double());
  }
}

TEST_CASE("numbers beyond a double are refused in Go's words") {
  CHECK(error_of("1e400") == "json: cannot unmarshal number 1e400 into Go value of type float64");
  CHECK(error_of(R"({"a":[-1e999]})") ==
        "json: cannot unmarshal number -1e999 into Go value of type float64");
}

TEST_CASE("whether a number is too small or too large is no matter of its exponent alone") {
  const std::string zeros(400, '0');
  CHECK(json("0." + zeros + "1e5") == json("0"));
  CHECK(json("1" + zeros + "e-400") == json("1"));
  CHECK(error_of("1" + zeros + "e-5").starts_with("json: cannot unmarshal number 1000"));
}

TEST_CASE("exponents that no double reaches are refused") {
  for (const std::string_view text : {"1e99999999999", "[1e-99999999999]"}) {
    CHECK(error_of(text) == "json: cannot unmarshal number into Go value of type float64");
  }
}

TEST_CASE("members that stand twice are named, and the last one wins (R4.17)") {
  const auto parsed = parse_json(
      R"({"spec":{"a":1,"a":2,"list":[{"x":0},{"b":1,"b":{"c":1,"c":2}}]},"k":1,"spec2":0,"k":3})");
  REQUIRE(parsed.has_value());
  CHECK(canonical_json(parsed->value) ==
        R"({"k":3,"spec":{"a":2,"list":[{"x":0},{"b":{"c":2}}]},"spec2":0})");
  CHECK(parsed->duplicates == test::Texts{"spec.a", "spec.list[1].b", "spec.list[1].b.c", "k"});
}

TEST_CASE("equal keys in different objects are no duplicates") {
  const auto parsed = parse_json(R"({"a":{"a":{"a":[{"a":1},{"a":2}]}},"b":{"a":1}})");
  REQUIRE(parsed.has_value());
  CHECK(parsed->duplicates.empty());
}

TEST_CASE("keys are compared after their escapes are read, and with their case") {
  const auto parsed = parse_json(R"({"a":1,"\u0061":2,"A":3})");
  REQUIRE(parsed.has_value());
  CHECK(parsed->duplicates == test::Texts{"a"});
  CHECK(canonical_json(parsed->value) == R"({"A":3,"a":2})");
}

TEST_CASE("bytes that are no UTF-8 are replaced one by one (R4.17)") {
  CHECK(to_json(json("\"a\xff\xfe"
                     "b\"")) ==
        "\"a\xef\xbf\xbd\xef\xbf\xbd"
        "b\"");
  CHECK(to_json(json("{\"\xc3\":1}")) == "{\"\xef\xbf\xbd\":1}");
  CHECK(to_json(json("\"\xc0\xaf\"")) == "\"\xef\xbf\xbd\xef\xbf\xbd\"");
  CHECK(to_json(json("\"\xed\xa0\x80\"")) == "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"");
  CHECK(to_json(json("\"\xf4\x8f\xbf\xbf\"")) == "\"\xf4\x8f\xbf\xbf\"");
}

TEST_CASE("halves of surrogate pairs are replaced, pairs are one character") {
  CHECK(to_json(json(R"("\ud83d\ude00")")) == "\"\xf0\x9f\x98\x80\"");
  CHECK(to_json(json(R"("\ud83d")")) == "\"\xef\xbf\xbd\"");
  CHECK(to_json(json(R"("\ude00\ud83d")")) == "\"\xef\xbf\xbd\xef\xbf\xbd\"");
  CHECK(to_json(json(R"("\ud83dx\n\\ud83d")")) == "\"\xef\xbf\xbdx\\n\\\\ud83d\"");
  CHECK(to_json(json(R"("\ud83d\ud83d\ude00")")) == "\"\xef\xbf\xbd\xf0\x9f\x98\x80\"");
}

TEST_CASE("NUL is a character like others (R4.17)") {
  const Value value = json(R"("a\u0000b")");
  CHECK(value.get_string().size() == 3);
  CHECK(to_json(value) == R"("a\u0000b")");
}

TEST_CASE("what is wrong is said as Go's scanner says it") {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"", "unexpected end of JSON input"},
      {"  ", "unexpected end of JSON input"},
      {R"({"a":)", "unexpected end of JSON input"},
      {R"({"a")", "unexpected end of JSON input"},
      {R"(["a)", "unexpected end of JSON input"},
      {"[1", "unexpected end of JSON input"},
      {"{}x", "invalid character 'x' after top-level value"},
      {"{} {}", "invalid character '{' after top-level value"},
      {"[]]", "invalid character ']' after top-level value"},
      {"x", "invalid character 'x' looking for beginning of value"},
      {"[1,]", "invalid character ']' looking for beginning of value"},
      {R"({"a":1,})", "invalid character '}' looking for beginning of object key string"},
      {"{a:1}", "invalid character 'a' looking for beginning of object key string"},
      {"{'a':1}", R"(invalid character '\'' looking for beginning of object key string)"},
      {R"({"a" 1})", "invalid character '1' after object key"},
      {R"({"a":1 "b":2})", "invalid character '\"' after object key:value pair"},
      {"[1 2]", "invalid character '2' after array element"},
      {"tru", "invalid character ' ' in literal true (expecting 'e')"},
      {"nulL", "invalid character 'L' in literal null (expecting 'l')"},
      {"01", "invalid character '1' after top-level value"},
      {"-", "invalid character ' ' in numeric literal"},
      {"1.", "invalid character ' ' after decimal point in numeric literal"},
      {"1.x", "invalid character 'x' after decimal point in numeric literal"},
      {"1e+", "invalid character ' ' in exponent of numeric literal"},
      {R"("\q")", "invalid character 'q' in string escape code"},
      {R"("\u12g4")", R"(invalid character 'g' in \u hexadecimal character escape)"},
      {"\"a\nb\"", R"(invalid character '\n' in string literal)"},
      {std::string_view("\"\0\"", 3), R"(invalid character '\x00' in string literal)"},
      {"\xef\xbb\xbf{}", "invalid character '\xc3\xaf' looking for beginning of value"},
      {"# yaml", "invalid character '#' looking for beginning of value"},
  };
  for (const auto& [text, message] : cases) {
    INFO(text);
    CHECK(error_of(text) == message);
    const auto found = find_json_error(text);
    REQUIRE(found.has_value());
    CHECK(found->message == message);
  }
}

TEST_CASE("an error says where it is") {
  CHECK(find_json_error("[1,  x]")->offset == 5);
  CHECK(find_json_error("[1")->offset == 2);
  CHECK_FALSE(find_json_error(" [1, {\"a\": [true, null]}] ").has_value());
}

TEST_CASE("nesting is bounded, and the bound is exact") {
  CHECK(parse_json(nested(512)).has_value());
  CHECK(error_of(nested(513)) == "invalid character '[' exceeded max depth");
  CHECK(error_of(std::string(1'000'000, '[')) == "invalid character '[' exceeded max depth");
  CHECK(parse_json("[[]]", {.nesting_max = 2}).has_value());
  CHECK_FALSE(parse_json("[[[]]]", {.nesting_max = 2}).has_value());
  CHECK_FALSE(parse_json(R"({"a":{"b":{}}})", {.nesting_max = 2}).has_value());
  CHECK(parse_json("[[],[],[[]]]", {.nesting_max = 3}).has_value());
}

TEST_CASE("the canonical form sorts members by their bytes and has no white space (R0.3)") {
  const Value value = json(R"( { "b" : [ 1 , {"z":1, "a":2} ] , "a" : 1.50, "B":null, "é":"é",
                                 "aa":"", "":true } )");
  CHECK(canonical_json(value) ==
        R"({"":true,"B":null,"a":1.5,"aa":"","b":[1,{"a":2,"z":1}],"é":"é"})");
  CHECK(to_json(value) == R"({"b":[1,{"z":1,"a":2}],"a":1.5,"B":null,"é":"é","aa":"","":true})");
}

TEST_CASE("strings escape what JSON demands and nothing else") {
  std::string out;
  append_json_string(out, "\"\\/\b\f\n\r\t\x01\x1f\x7f<>&\xe2\x80\xa8");
  CHECK(out == "\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0001\\u001f\x7f<>&\xe2\x80\xa8\"");
}

TEST_CASE("the indented form is sorted and ends its last line") {
  CHECK(pretty_json(json(R"({"b":[1,{"c":2}],"a":{},"d":[]})")) == R"({
  "a": {},
  "b": [
    1,
    {
      "c": 2
    }
  ],
  "d": []
}
)");
}

TEST_CASE("members are sorted in place on all levels") {
  Value value = json(R"({"b":[{"z":1,"y":[{"d":1,"c":2}]}],"a":1})");
  sort_members(value);
  CHECK(to_json(value) == R"({"a":1,"b":[{"y":[{"c":2,"d":1}],"z":1}]})");
}

TEST_CASE("doubles in JSON are laid out as encoding/json does") {
  const std::pair<double, std::string_view> cases[] = {
      {0.1, "0.1"},
      {-1.25, "-1.25"},
      {100.5, "100.5"},
      {1e20, "100000000000000000000"},
      {1e21, "1e+21"},
      {1.5e300, "1.5e+300"},
      {0.000001, "0.000001"},
      {0.00000123, "0.00000123"},
      {1e-7, "1e-7"},
      {1.5e-10, "1.5e-10"},
      {5e-324, "5e-324"},
      {1.7976931348623157e308, "1.7976931348623157e+308"},
      {9223372036854775808.0, "9223372036854776000"},
      {1234567.5, "1234567.5"},
  };
  for (const auto& [number, text] : cases) CHECK(written(number, DoubleStyle::kJson) == text);
}

TEST_CASE("doubles in messages are laid out as Go's %v does") {
  const std::pair<double, std::string_view> cases[] = {
      {0, "0"},
      {1, "1"},
      {-0.0, "-0"},
      {0.1, "0.1"},
      {100000, "100000"},
      {1000000, "1e+06"},
      {1234567.5, "1.2345675e+06"},
      {0.0001, "0.0001"},
      {0.00001, "1e-05"},
      {1e21, "1e+21"},
      {1e-10, "1e-10"},
      {1e100, "1e+100"},
      {std::numeric_limits<double>::infinity(), "+Inf"},
      {-std::numeric_limits<double>::infinity(), "-Inf"},
      {std::numeric_limits<double>::quiet_NaN(), "NaN"},
  };
  for (const auto& [number, text] : cases) CHECK(written(number, DoubleStyle::kGo) == text);
}

TEST_CASE("every value reads back from all of its written forms") {
  test::RandomValues random(20261124);
  for (int i = 0; i < 3000; ++i) {
    const Value value = random.value(4);
    const std::string canonical = canonical_json(value);
    INFO(canonical);
    for (const auto& text : {canonical, to_json(value), pretty_json(value)}) {
      const auto parsed = parse_json(text);
      REQUIRE(parsed.has_value());
      REQUIRE(parsed->value == value);
      REQUIRE(parsed->duplicates.empty());
      REQUIRE_FALSE(find_json_error(text).has_value());
      REQUIRE(canonical_json(parsed->value) == canonical);
    }
  }
}

TEST_CASE("the order of members doesn't show in the canonical form") {
  test::RandomValues random(7);
  for (int i = 0; i < 500; ++i) {
    const Value value = random.value(3);
    Value sorted = value;
    sort_members(sorted);
    REQUIRE(sorted == value);
    REQUIRE(to_json(sorted) == canonical_json(value));
  }
}

TEST_CASE("broken documents are either mended or refused with a reason") {
  test::RandomValues random(99);
  for (int i = 0; i < 5000; ++i) {
    std::string text = canonical_json(random.value(3));
    for (auto edits = random.below(3) + 1; edits > 0; --edits) {
      text.at(random.below(text.size())) = static_cast<char>(random.below(256));
    }
    INFO(text);
    const auto parsed = parse_json(text);
    if (!parsed) {
      REQUIRE_FALSE(parsed.error().message.empty());
      REQUIRE(parsed.error().offset <= text.size());
      continue;
    }
    const auto again = parse_json(canonical_json(parsed->value));
    REQUIRE(again.has_value());
    REQUIRE(again->value == parsed->value);
  }
}

}  // namespace
}  // namespace gatefold
