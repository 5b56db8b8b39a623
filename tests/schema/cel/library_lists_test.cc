#include <limits>

#include "tests/schema/cel/call.h"

namespace gatefold::cel::test {
namespace {

TEST_CASE("signatures of lists can be read") {
  check_signatures(list_functions());
}

TEST_CASE("lists are sorted where no item is greater than the next") {
  const CallRow rows[] = {
      {"list(int).isSorted() bool", "[[]]", "true for 0"},
      {"list(int).isSorted() bool", "[[1, 2, 2, 3]]", "true for 4"},
      {"list(int).isSorted() bool", "[[2, 1]]", "false for 2"},
      {"list(string).isSorted() bool", R"([["a", "ab", "b"]])", "true for 0"},
      {"list(string).isSorted() bool", R"([["0123456789", "012345678901234567890"]])",
       "true for 3"},
      {"list(bool).isSorted() bool", "[[false, true]]", "true for 2"},
      {"list(bool).isSorted() bool", "[[true, false]]", "false for 2"},
      {"list(int).isSorted() bool", R"([[1, "a"]])", "true for 1"},
      {"list(int).isSorted() bool", "[[1, 0.5]]", "false for 2"},
      {"list(int).isSorted() bool", "[[null]]", "error: no such overload: isSorted(list) for 1"},
      {"list(int).isSorted() bool", "[[1, null]]", "error: no such overload for 2"},
      {"list(int).isSorted() bool", "[[1, [2]]]", "error: no such overload for 2"},
  };
  check_rows(list_functions(), rows);
}

TEST_CASE("the least and the greatest item") {
  const CallRow rows[] = {
      {"list(int).min() int", "[[3, 1, 2]]", "1 for 3"},
      {"list(int).max() int", "[[1, 3, 2]]", "3 for 3"},
      {"list(string).min() string", R"([["b", "a"]])", "'a' for 0"},
      {"list(string).max() string", R"([["b", "a"]])", "'b' for 0"},
      {"list(int).min() int", "[[]]", "error: min called on empty list for 0"},
      {"list(int).max() int", "[[]]", "error: max called on empty list for 0"},
      {"list(int).max() int", "[[null]]", "error: no such overload: max(list) for 1"},
      {"list(int).max() int", "[[1, 1.5]]", "1.5 for 2"},
  };
  check_rows(list_functions(), rows);
}

TEST_CASE("sums are of one type and do not overflow") {
  const auto library = list_functions();
  struct Row {
    std::string_view signature;
    std::vector<Val> items;
    std::string_view answer;
  };
  constexpr auto kIntMax = std::numeric_limits<std::int64_t>::max();
  constexpr auto kUintMax = std::numeric_limits<std::uint64_t>::max();
  const Row rows[] = {
      {"list(int).sum() int", {}, "0 for 0"},
      {"list(uint).sum() uint", {}, "0u for 0"},
      {"list(double).sum() double", {}, "0.0 for 0"},
      {"list(duration).sum() duration", {}, "0ns for 0"},
      {"list(int).sum() int", {int_val(1), int_val(2)}, "3 for 2"},
      {"list(int).sum() int", {double_val(1.5), double_val(2)}, "3.5 for 2"},
      {"list(uint).sum() uint", {uint_val(1), uint_val(2)}, "3u for 2"},
      {"list(duration).sum() duration", {duration_val(1), duration_val(2)}, "3ns for 2"},
      {"list(int).sum() int", {int_val(kIntMax), int_val(1)}, "error: integer overflow for 2"},
      {"list(int).sum() int", {int_val(-kIntMax), int_val(-2)}, "error: integer overflow for 2"},
      {"list(uint).sum() uint",
       {uint_val(kUintMax), uint_val(1)},
       "error: unsigned integer overflow for 2"},
      {"list(duration).sum() duration",
       {duration_val(kIntMax), duration_val(1)},
       "error: integer overflow for 2"},
      {"list(int).sum() int", {int_val(1), double_val(2)}, "error: no such overload for 2"},
      {"list(int).sum() int", {string_val("a")}, "error: no such overload: sum(list) for 0"},
  };
  for (const auto& row : rows) {
    INFO(row.signature);
    const Val arguments[] = {list_val(row.items)};
    CHECK(Call().run(declared(library, row.signature), arguments) == row.answer);
  }
}

TEST_CASE("items are found by equality across numbers") {
  const CallRow rows[] = {
      {"list(A).indexOf(A) int", "[[1, 2, 2], 2]", "1 for 3"},
      {"list(A).lastIndexOf(A) int", "[[1, 2, 2], 2]", "2 for 3"},
      {"list(A).indexOf(A) int", "[[1, 2], 3]", "-1 for 2"},
      {"list(A).lastIndexOf(A) int", "[[], 3]", "-1 for 0"},
      {"list(A).indexOf(A) int", R"([["a", null, [1]], [1]])", "2 for 2"},
      {"list(A).indexOf(A) int", R"([[{"a": "0123456789"}], {"a": "0123456789"}])", "0 for 1"},
  };
  check_rows(list_functions(), rows);
  const Val items[] = {int_val(1), int_val(2)};
  const Val arguments[] = {list_val(items), double_val(2)};
  CHECK(Call().run(declared(list_functions(), "list(A).indexOf(A) int"), arguments) == "1 for 2");
}

TEST_CASE("lists as sets") {
  constexpr std::string_view kContains = "sets.contains(list(T), list(T)) bool";
  constexpr std::string_view kEquivalent = "sets.equivalent(list(T), list(T)) bool";
  constexpr std::string_view kIntersects = "sets.intersects(list(T), list(T)) bool";
  const CallRow rows[] = {
      {kContains, "[[], []]", "true for 1"},
      {kContains, "[[], [1]]", "false for 1"},
      {kContains, "[[1, 2, 3, 4], [2, 3]]", "true for 9"},
      {kContains, "[[[1], [2, 3]], [[2, 3]]]", "true for 3"},
      {kEquivalent, "[[1], [1, 1]]", "true for 5"},
      {kEquivalent, "[[1, 2], [1]]", "false for 5"},
      {kEquivalent, "[[], []]", "true for 1"},
      {kIntersects, "[[1], []]", "false for 1"},
      {kIntersects, "[[1], [2, 1]]", "true for 3"},
      {kIntersects, R"([["1"], [2, 1]])", "false for 3"},
  };
  check_rows(list_functions(), rows);
}

TEST_CASE("sets are not compared without the budget for it") {
  const std::vector<Val> items(2'000, int_val(1));
  const Val arguments[] = {list_val(items), list_val(items)};
  Call call;
  CHECK(call.run(declared(list_functions(), "sets.intersects(list(T), list(T)) bool"), arguments)
            .starts_with("error: operation cancelled: actual cost limit exceeded"));
  CHECK(call.evaluation.is_exhausted);
}

TEST_CASE("lists of lists of lists end a walk") {
  std::vector<std::vector<Val>> levels(40);
  levels[0] = {int_val(1), int_val(1)};
  for (std::size_t i = 1; i < levels.size(); ++i) levels[i].assign(2, list_val(levels[i - 1]));
  const Val arguments[] = {list_val(levels.back()), int_val(1)};
  CHECK(Call().run(declared(list_functions(), "list(A).indexOf(A) int"), arguments) ==
        "-1 for 9223372036854775807");
}

}  // namespace
}  // namespace gatefold::cel::test
