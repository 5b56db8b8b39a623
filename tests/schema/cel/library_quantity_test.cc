#include "tests/schema/cel/library_calls.h"

namespace gatefold::cel {
namespace {

TEST_CASE("quantity() reads what isQuantity() accepts") {
  struct Case {
    std::string_view text;
    std::string_view answer;
  };
  const std::string_view wrong_form =
      "quantities must match the regular expression "
      "'^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
  const Case cases[] = {
      {"12Mi", "12Mi"},
      {"20", "20"},
      {"0.2G", "200M"},
      {"10Mo", wrong_form},
      {"", wrong_form},
      {"10Mm", "unable to parse quantity's suffix"},
      {"e-20", "unable to parse numeric part of quantity"},
  };
  LibraryCalls calls(quantity_functions());
  for (const auto& one : cases) {
    INFO(one.text);
    const auto value = calls.call("quantity(string) quantity", one.text);
    CHECK(show(calls.arena(), value) == one.answer);
    CHECK(calls.call("isQuantity(string) bool", one.text).boolean == !value.is_error());
  }
}

TEST_CASE("quantities compare by number") {
  struct Case {
    std::string_view a;
    std::string_view b;
    int order;
  };
  const Case cases[] = {
      {"200M", "0.2G", 0}, {"50M", "50Mi", -1}, {"50Mi", "50M", 1},
      {"-1", "1", -1},     {"0", "0Ki", 0},     {"1e100", "1e99", 1},
  };
  LibraryCalls calls(quantity_functions());
  for (const auto& one : cases) {
    INFO(one.a << " and " << one.b);
    const auto a = calls.call("quantity(string) quantity", one.a);
    const auto b = calls.call("quantity(string) quantity", one.b);
    CHECK(calls.call("quantity.compareTo(quantity) int", {a, b}).integer == one.order);
    CHECK(calls.call("quantity.isLessThan(quantity) bool", {a, b}).boolean == (one.order < 0));
    CHECK(calls.call("quantity.isGreaterThan(quantity) bool", {a, b}).boolean == (one.order > 0));
    CHECK(opaque_equal(a, b) == (one.order == 0));
  }
}

TEST_CASE("quantities are added and taken from each other") {
  LibraryCalls calls(quantity_functions());
  const auto quantity = [&calls](std::string_view text) {
    return calls.call("quantity(string) quantity", text);
  };
  const auto sum = calls.call("quantity.add(quantity) quantity", {quantity("50k"), quantity("20")});
  CHECK(opaque_equal(sum, quantity("50.02k")));
  const auto more = calls.call("quantity.add(int) quantity", {quantity("50k"), int_val(20)});
  CHECK(opaque_equal(more, sum));
  const auto less = calls.call("quantity.sub(quantity) quantity", {more, quantity("100k")});
  CHECK(calls.call("quantity.asInteger() int", {less}).integer == -49980);
  CHECK(calls.call("sign(quantity) int", {less}).integer == -1);
  const auto back = calls.call("quantity.sub(int) quantity", {less, int_val(-50000)});
  CHECK(calls.call("quantity.asInteger() int", {back}).integer == 20);
  CHECK(calls.call("quantity.add(quantity) quantity", {quantity("1e1000000"), quantity("1")})
            .is_error());
}

TEST_CASE("quantities become numbers") {
  LibraryCalls calls(quantity_functions());
  const auto large = calls.call("quantity(string) quantity", "9999999999999999999999999999G");
  CHECK(calls.call("quantity.asInteger() int", {large}).text == "cannot convert value to integer");
  CHECK(!calls.call("quantity.isInteger() bool", {large}).boolean);
  const auto small = calls.call("quantity(string) quantity", "50.703k");
  CHECK(calls.cost() == 1);
  CHECK(calls.call("quantity.asApproximateFloat() double", {small}).number == 50703);
  CHECK(calls.call("quantity.isInteger() bool", {small}).boolean);
  CHECK(calls.cost() == 1);
  CHECK(type_name(small) == "kubernetes.Quantity");
}

}  // namespace
}  // namespace gatefold::cel
