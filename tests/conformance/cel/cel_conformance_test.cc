// Our evaluator beside Kubernetes' own, expression by expression.
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

#include <catch2/catch.hpp>

#include "tests/conformance/cel/expectations.h"

namespace gatefold::test {
namespace {

// A theme that goes wrong as a whole needn't be printed as a whole.
constexpr std::size_t kShownMax = 40;

std::string deviations_text() {
  std::ifstream in(std::filesystem::path(GATEFOLD_SOURCE_DIR) / "tests" / "conformance" / "cel" /
                       "cel.deviations",
                   std::ios::binary);
  REQUIRE(in);
  return {std::istreambuf_iterator<char>(in), {}};
}

TEST_CASE("expressions answer as in Kubernetes, but for the deviations (R19.32)") {
  CelDeviations deviations(deviations_text());
  std::size_t asked = 0;
  for (const std::string& theme : expected_themes()) {
    std::size_t unknown = 0;
    std::ostringstream shown;
    for (const CelExpectation& expectation : read_expectations(theme)) {
      ++asked;
      for (const CelDifference& difference : differences(expectation)) {
        if (deviations.covers(theme, difference.aspect, expectation.expression)) continue;
        if (++unknown > kShownMax) continue;
        shown << "\n"
              << theme << ": " << difference.aspect << ": " << expectation.expression << "  (line "
              << expectation.line << ")\n  expected: " << difference.expected
              << "\n  actual:   " << difference.actual;
      }
    }
    INFO(theme << ": " << unknown << " unknown differences" << shown.str());
    CHECK(unknown == 0);
  }
  // The expectations are there.
  CHECK(asked > 5'000);
  for (const std::string& entry : deviations.unused()) {
    INFO("no deviation (any more), or not to be read: " << entry);
    CHECK(false);
  }
}

TEST_CASE("a deviation covers one aspect of one expression, and has a reason") {
  CelDeviations deviations(
      "# a comment\n"
      "\n"
      "lists: cost: [1] + [2] -- why\n"
      "lists: value: a -- b -- why\n"
      "lists: fold: * -- why\n"
      "lists: cost: * -- why\n"
      "lists: error: x --\n"
      "lists: error: x -- \n"
      "lists: error\n"
      "lists: error:  -- why\n"
      "lists: compile: \"a\\nb\" -- why\n"
      "lists: cost: unused -- why\n");
  CHECK(deviations.covers("lists", "cost", "[1] + [2]"));
  CHECK_FALSE(deviations.covers("lists", "value", "[1] + [2]"));
  CHECK_FALSE(deviations.covers("maps", "cost", "[1] + [2]"));
  CHECK_FALSE(deviations.covers("lists", "cost", "[1] + [3]"));
  CHECK(deviations.covers("lists", "value", "a -- b"));
  CHECK(deviations.covers("lists", "fold", "int('a')"));
  CHECK(deviations.covers("lists", "compile", "a\nb"));
  CHECK(deviations.unused() == std::vector<std::string>{"lists: cost: * -- why",
                                                        "lists: error: x --", "lists: error: x -- ",
                                                        "lists: error", "lists: error:  -- why",
                                                        "lists: cost: unused"});
}

}  // namespace
}  // namespace gatefold::test
