#include "tests/schema/cel/library_calls.h"

namespace gatefold::cel {
namespace {

TEST_CASE("versions are read strictly, or normalized first") {
  struct Case {
    std::string_view text;
    std::string_view strict;      // the version, or the error
    std::string_view normalized;  // likewise
  };
  const Case cases[] = {
      {"1.2.3", "1.2.3", "1.2.3"},
      {"1.2.3-beta.1+build.1", "1.2.3-beta.1+build.1", "1.2.3-beta.1+build.1"},
      {"", "Version string empty", R"(strconv.ParseUint: parsing "": invalid syntax)"},
      {"v1.0", "No Major.Minor.Patch elements found", "1.0.0"},
      {"v1.0.0", R"(Invalid character(s) found in major number "v1")", "1.0.0"},
      {"01.01.01", R"(Major number must not contain leading zeroes "01")", "1.1.1"},
      {"1.01.1", R"(Minor number must not contain leading zeroes "01")", "1.1.1"},
      {"1.1.01", R"(Patch number must not contain leading zeroes "01")", "1.1.1"},
      {"1.x.1", R"(Invalid character(s) found in minor number "x")",
       R"(Invalid character(s) found in minor number "x")"},
      {"1.1.x", R"(Invalid character(s) found in patch number "x")",
       R"(Invalid character(s) found in patch number "x")"},
      {"1", "No Major.Minor.Patch elements found", "1.0.0"},
      {"1.1-rc", "No Major.Minor.Patch elements found",
       "short version cannot contain PreRelease/Build meta data"},
      {"1.0.00-rc", R"(Patch number must not contain leading zeroes "00")", "1.0.0-rc"},
      {"1..2", R"(strconv.ParseUint: parsing "": invalid syntax)",
       R"(strconv.ParseUint: parsing "": invalid syntax)"},
      {"1.0.18446744073709551616",
       R"(strconv.ParseUint: parsing "18446744073709551616": value out of range)",
       R"(strconv.ParseUint: parsing "18446744073709551616": value out of range)"},
      {"1.2.3-", "Prerelease is empty", "Prerelease is empty"},
      {"1.2.3-a..b", "Prerelease is empty", "Prerelease is empty"},
      {"1.2.3-01", R"(Numeric PreRelease version must not contain leading zeroes "01")",
       R"(Numeric PreRelease version must not contain leading zeroes "01")"},
      {"1.2.3-a_b", R"(Invalid character(s) found in prerelease "a_b")",
       R"(Invalid character(s) found in prerelease "a_b")"},
      {"1.2.3+", "Build meta data is empty", "Build meta data is empty"},
      {"1.2.3+a_b", R"(Invalid character(s) found in build meta data "a_b")",
       R"(Invalid character(s) found in build meta data "a_b")"},
      {"1.2.3+01-x", "1.2.3+01-x", "1.2.3+01-x"},
  };
  LibraryCalls calls(semver_functions());
  for (const auto& one : cases) {
    INFO(one.text);
    const auto strict = calls.call("semver(string) semver", one.text);
    CHECK(show(calls.arena(), strict) == one.strict);
    CHECK(calls.call("isSemver(string) bool", one.text).boolean == !strict.is_error());
    for (const bool normalize : {false, true}) {
      const auto text = string_val(one.text);
      const auto value = calls.call("semver(string, bool) semver", {text, bool_val(normalize)});
      CHECK(show(calls.arena(), value) == (normalize ? one.normalized : one.strict));
      CHECK(calls.call("isSemver(string, bool) bool", {text, bool_val(normalize)}).boolean ==
            !value.is_error());
    }
  }
}

TEST_CASE("versions have an order that build metadata does not count in") {
  // From semver.org: each precedes the next.
  const std::string_view ascending[] = {
      "1.0.0-1",     "1.0.0-2",       "1.0.0-11",
      "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta",
      "1.0.0-beta",  "1.0.0-beta.2",  "1.0.0-beta.11",
      "1.0.0-rc.1",  "1.0.0",         "1.0.1-0",
      "1.0.1",       "1.2.0",         "2.0.0",
      "10.0.0",
  };
  LibraryCalls calls(semver_functions());
  const auto semver = [&calls](std::string_view text) {
    return calls.call("semver(string) semver", text);
  };
  for (std::size_t i = 0; i < std::size(ascending); ++i) {
    for (std::size_t j = 0; j < std::size(ascending); ++j) {
      INFO(ascending[i] << " and " << ascending[j]);
      const auto a = semver(ascending[i]);
      const auto b = semver(std::string(ascending[j]) + "+build");
      const int order = i < j ? -1 : i > j ? 1 : 0;
      CHECK(calls.call("semver.compareTo(semver) int", {a, b}).integer == order);
      CHECK(calls.call("semver.isLessThan(semver) bool", {a, b}).boolean == (order < 0));
      CHECK(calls.call("semver.isGreaterThan(semver) bool", {a, b}).boolean == (order > 0));
      CHECK(opaque_equal(a, b) == (order == 0));
    }
  }
}

TEST_CASE("versions have three numbers") {
  LibraryCalls calls(semver_functions());
  const auto version = calls.call("semver(string) semver", "1.2.18446744073709551615");
  CHECK(calls.cost() == 3);
  CHECK(calls.call("semver.major() int", {version}).integer == 1);
  CHECK(calls.call("semver.minor() int", {version}).integer == 2);
  CHECK(calls.call("semver.patch() int", {version}).integer == -1);
  CHECK(calls.cost() == 1);
  CHECK(type_name(version) == "kubernetes.Semver");
}

}  // namespace
}  // namespace gatefold::cel
