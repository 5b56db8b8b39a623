// What Kubernetes estimates is in tests/conformance/cel; here is what it has no answer to.
#include "schema/cel/estimate.h"

#include "schema/cel/cel.h"
#include "tests/schema/parsed.h"

namespace gatefold::cel {
namespace {

Program::Estimate estimate_of(std::string_view expression, const SchemaNode* schema = nullptr) {
  const auto program =
      Program::compile(expression, {{{.name = "self", .schema = schema}}}, ResultType::kAny);
  INFO((program ? "" : program.error()));
  REQUIRE(program);
  return (*program)->estimate();
}

TEST_CASE("what nothing is known of has no bound") {
  const auto estimate = estimate_of("self.contains('abc')");
  CHECK(estimate.cost_min == 1);
  CHECK(estimate.cost_max > kSchemaEstimateMax);
  CHECK(estimate_of("self.all(x, x.contains(self))").cost_max == kUnbounded);
}

TEST_CASE("an estimate reads the bounds of the schema") {
  const auto schema = gatefold::test::schema("{type: array, maxItems: 3, items: {type: integer}}");
  // The list, the result, and thrice: two for the condition, two for `&&`, its left side apart.
  CHECK(estimate_of("self.all(x, x > 1)", schema.get()).cost_max == 1 + 1 + 3 * 5);
  CHECK(estimate_of("self.all(x, x > 1)", schema.get()).cost_min == 2);
}

TEST_CASE("operands of operands of optMap end in time") {
  std::string expression = "optional.of(1)";
  for (int i = 0; i < 60; ++i) expression += ".optMap(x, x)";
  CHECK(estimate_of(expression).cost_max > std::uint64_t{1} << 59U);
}

}  // namespace
}  // namespace gatefold::cel
