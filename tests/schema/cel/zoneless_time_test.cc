#include "schema/cel/zoneless_time.h"

#include <catch2/catch.hpp>

#include "schema/cel/text.h"

namespace gatefold::cel::test {
namespace {

std::string shown(const std::expected<Timestamp, std::string>& read) {
  return read ? timestamp_text(*read) : read.error();
}

TEST_CASE("dates are read as Go reads them, complaints included") {
  struct Row {
    std::string_view text;
    std::string_view shown;
  };
  const Row rows[] = {
      {"2020-02-29", "2020-02-29T00:00:00Z"},
      {"0001-01-01", "0001-01-01T00:00:00Z"},
      {"2020-02-30", R"(parsing time "2020-02-30": day out of range)"},
      {"2020-02-00", R"(parsing time "2020-02-00": day out of range)"},
      {"2020-13-01", R"(parsing time "2020-13-01": month out of range)"},
      {"2020-2-01", R"(parsing time "2020-2-01" as "2006-01-02": cannot parse "2-01" as "01")"},
      {"202", R"(parsing time "202" as "2006-01-02": cannot parse "202" as "2006")"},
      {"2020/02", R"(parsing time "2020/02" as "2006-01-02": cannot parse "/02" as "-")"},
      {"2020-02-29T", R"(parsing time "2020-02-29T": extra text: "T")"},
      {"\"\u00e9\n", R"(parsing time "\"\xc3\xa9\x0a" as "2006-01-02": cannot parse )"
                     R"("\"\xc3\xa9\x0a" as "2006")"},
  };
  for (const auto& row : rows) {
    INFO(row.text);
    CHECK(shown(parse_date(row.text)) == row.shown);
  }
}

TEST_CASE("times without a zone are those of UTC") {
  struct Row {
    std::string_view text;
    std::string_view shown;
  };
  const Row rows[] = {
      {"2020-02-29T10:11:12", "2020-02-29T10:11:12Z"},
      {"2020-02-29T1:11:12", "2020-02-29T01:11:12Z"},
      {"2020-02-29T10:11:12.5", "2020-02-29T10:11:12.5Z"},
      {"2020-02-29T10:11:12,1234567891", "2020-02-29T10:11:12.123456789Z"},
      {"2020-02-29T24:11:12", R"(parsing time "2020-02-29T24:11:12": hour out of range)"},
      {"2020-02-29T10:60:12", R"(parsing time "2020-02-29T10:60:12": minute out of range)"},
      {"2020-02-29T10:11:60", R"(parsing time "2020-02-29T10:11:60": second out of range)"},
      {"2020-02-29T10:11:12.", R"(parsing time "2020-02-29T10:11:12.": extra text: ".")"},
      {"2020-02-29T10:11:12Z", R"(parsing time "2020-02-29T10:11:12Z": extra text: "Z")"},
  };
  for (const auto& row : rows) {
    INFO(row.text);
    CHECK(shown(parse_local_time(row.text)) == row.shown);
  }
}

}  // namespace
}  // namespace gatefold::cel::test
