#include "tests/schema/cel/call.h"

namespace gatefold::cel::test {
namespace {

TEST_CASE("signatures of optionals can be read") {
  check_signatures(optional_functions());
}

TEST_CASE("optionals hold values") {
  const auto library = optional_functions();
  Call call;
  const Val one = optional_val(call.arena(), int_val(1));
  const Val two = optional_val(call.arena(), int_val(2));
  struct Row {
    std::string_view signature;
    std::vector<Val> arguments;
    std::string_view answer;
  };
  const Row rows[] = {
      {"optional.of(V) optional(V)", {int_val(1)}, "optional(1) for 1"},
      {"optional.of(V) optional(V)", {one}, "optional(optional(1)) for 1"},
      {"optional.none() optional(V)", {}, "none for 1"},
      {"optional(V).hasValue() bool", {one}, "true for 1"},
      {"optional(V).hasValue() bool", {none_val()}, "false for 1"},
      {"optional(V).value() V", {one}, "1 for 1"},
      {"optional(V).value() V", {none_val()}, "error: optional.none() dereference for 1"},
      {"optional(V).or(optional(V)) optional(V)", {one, two}, "optional(1) for 0"},
      {"optional(V).or(optional(V)) optional(V)", {none_val(), two}, "optional(2) for 0"},
      {"optional(V).orValue(V) V", {one, int_val(7)}, "1 for 0"},
      {"optional(V).orValue(V) V", {none_val(), int_val(7)}, "7 for 0"},
  };
  for (const auto& row : rows) {
    INFO(row.signature);
    CHECK(Call().run(declared(library, row.signature), row.arguments) == row.answer);
  }
}

TEST_CASE("zero values become no value") {
  const auto& of_non_zero =
      declared(optional_functions(), "optional.ofNonZeroValue(V) optional(V)");
  Call call;
  struct Row {
    Val value;
    bool is_zero;
  };
  const Val items[] = {int_val(0)};
  const Value empty_list = gatefold::test::json("[]");
  const Row rows[] = {
      {null_val(), true},
      {bool_val(false), true},
      {bool_val(true), false},
      {int_val(0), true},
      {int_val(-1), false},
      {uint_val(0), true},
      {uint_val(1), false},
      {double_val(-0.0), true},
      {double_val(0.5), false},
      {string_val(""), true},
      {string_val(" "), false},
      {bytes_val(""), true},
      {duration_val(0), true},
      {duration_val(1), false},
      {timestamp_val({-62'135'596'800, 0}), true},
      {timestamp_val({0, 0}), false},
      {list_val({}), true},
      {list_val(items), false},
      {map_val({}), true},
      {none_val(), false},
      {val_of(call.arena(), empty_list, nullptr), false},
  };
  for (const auto& row : rows) {
    INFO(show(call.arena(), row.value));
    const Val arguments[] = {row.value};
    CHECK((Call().run(of_non_zero, arguments) == "none for 1") == row.is_zero);
  }
}

TEST_CASE("ends of lists are optional") {
  const CallRow rows[] = {
      {"list(V).first() optional(V)", "[[1, 2]]", "optional(1) for 1"},
      {"list(V).last() optional(V)", "[[1, 2]]", "optional(2) for 1"},
      {"list(V).first() optional(V)", "[[]]", "none for 1"},
      {"list(V).last() optional(V)", "[[]]", "none for 1"},
  };
  check_rows(optional_functions(), rows);
}

TEST_CASE("lists of optionals lose what is none") {
  Call call;
  const Val one = optional_val(call.arena(), int_val(1));
  const Val items[] = {one, none_val(), one};
  const Val mixed[] = {int_val(2), one};
  const Val mixed_later[] = {one, int_val(2)};
  const auto library = optional_functions();
  for (const auto signature :
       {"optional.unwrap(list(optional(V))) list(V)", "list(optional(V)).unwrapOpt() list(V)"}) {
    const Val arguments[] = {list_val(items)};
    CHECK(Call().run(declared(library, signature), arguments) == "[1, 1] for 1");
    const Val none[] = {list_val({})};
    CHECK(Call().run(declared(library, signature), none) == "[] for 1");
    const Val wrong[] = {list_val(mixed)};
    const bool is_method = std::string_view(signature).starts_with("list");
    CHECK(Call().run(declared(library, signature), wrong) ==
          fmt::format("error: no such overload: {}(list) for 1",
                      is_method ? "unwrapOpt" : "optional.unwrap"));
    const Val wrong_later[] = {list_val(std::span(mixed_later))};
    CHECK(Call().run(declared(library, signature), wrong_later) ==
          "error: value 2 is not optional for 1");
  }
}

}  // namespace
}  // namespace gatefold::cel::test
