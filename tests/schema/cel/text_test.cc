#include "schema/cel/text.h"

#include <limits>

#include "tests/schema/cel/evaluated.h"

namespace gatefold::cel::test {
namespace {

TEST_CASE("doubles print as Go's %g") {
  const std::pair<double, std::string_view> rows[] = {
      {0, "0"},
      {-0.0, "-0"},
      {1.5, "1.5"},
      {123456, "123456"},
      {1234567, "1.234567e+06"},
      {0.0001, "0.0001"},
      {0.00001, "1e-05"},
      {1e100, "1e+100"},
      {std::numeric_limits<double>::denorm_min(), "5e-324"},
      {std::numeric_limits<double>::infinity(), "+Inf"},
      {-std::numeric_limits<double>::infinity(), "-Inf"},
      {std::numeric_limits<double>::quiet_NaN(), "NaN"}};
  for (const auto& [number, text] : rows) CHECK(double_text(number) == text);
}

TEST_CASE("durations print as seconds") {
  const std::pair<std::int64_t, std::string_view> rows[] = {
      {0, "0s"},
      {1, "0.000000001s"},
      {-1'500'000'000, "-1.5s"},
      {std::numeric_limits<std::int64_t>::max(), "9223372036.854776s"}};
  for (const auto& [ns, text] : rows) CHECK(duration_text(ns) == text);
}

TEST_CASE("timestamps are read as Go reads them, and print in their zone") {
  const std::pair<std::string_view, std::string_view> rows[] = {
      {"2020-01-02T03:04:05Z", "2020-01-02T03:04:05Z"},
      {"2020-01-02T03:04:05.120Z", "2020-01-02T03:04:05.12Z"},
      {"2020-01-02T03:04:05,5Z", "2020-01-02T03:04:05.5Z"},
      {"2020-01-02T03:04:05.1234567899Z", "2020-01-02T03:04:05.123456789Z"},
      {"2020-01-02T3:04:05Z", "2020-01-02T03:04:05Z"},
      {"2020-01-02T03:04:05+00:00", "2020-01-02T03:04:05Z"},
      {"2020-01-02T03:04:05-08:30", "2020-01-02T03:04:05-08:30"},
      {"0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"},
      {"2020-01-02t03:04:05Z", ""},
      {"2020-01-02T03:04:05z", ""},
      {"2020-01-02T03:04:05", ""},
      {"2020-01-02T03:04:05.Z", ""},
      {"2020-01-02T03:04:60Z", ""},
      {"2020-01-02T24:04:05Z", ""},
      {"2021-02-29T03:04:05Z", ""},
      {"2020-1-02T03:04:05Z", ""},
      {"2020-01-02T03:04:05+25:00", ""},
      {"2020-01-02T03:04:05Z ", ""},
      {"", ""}};
  for (const auto& [text, printed] : rows) {
    INFO(text);
    const auto value = parse_timestamp(text);
    CHECK((value ? timestamp_text(*value) : "") == printed);
  }
}

TEST_CASE("messages show values without quotes, and not more than a page of them") {
  Arena arena;
  const Val items[] = {string_val("a"), double_val(0.5), null_val()};
  CHECK(message_text(list_val(items)) == "[a, 0.5, 0]");
  const MapItem entries[] = {{string_val("k"), list_val(items)}};
  CHECK(message_text(map_val(entries)) == "{k: [a, 0.5, 0]}");
  CHECK(message_text(bytes_val("ab")) == "[97 98]");
  CHECK(message_text(optional_val(arena, int_val(1))) == "optional(1)");
  Val nested = list_val({});
  for (int i = 0; i < 10'000; ++i) nested = list_val(std::span(arena.make(nested), 1));
  CHECK(message_text(nested).size() < 100);
  CHECK(message_text(string_val(std::string(100'000, 'a'))).size() < 5000);
}

}  // namespace
}  // namespace gatefold::cel::test
