#include "schema/names.h"

#include <catch2/catch.hpp>

#include "tests/schema/parsed.h"

namespace gatefold {
namespace {

using test::Texts;

const std::string kSubdomain =
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or "
    "'.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used "
    R"(for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*'))";
const std::string kLabel =
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and "
    "must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used "
    "for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const std::string kLabel1035 =
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an "
    "alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', "
    "regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";
const std::string kPart =
    "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an "
    "alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for "
    "validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const std::string kValue =
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or "
    "'.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  "
    "or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

std::string repeated(std::size_t count, char c = 'a') {
  return std::string(count, c);
}

TEST_CASE("subdomains are labels with dots, of 253 characters at most (R12.2)") {
  for (const std::string_view name : {"a", "0", "a-b", "a.b", "1.2.3", "example.com", "a--b.c"}) {
    INFO(name);
    CHECK(check_dns1123_subdomain(name).empty());
  }
  for (const std::string_view name :
       {"", "A", "-a", "a-", "a..b", ".a", "a.", "a_b", "a b", "a/b", "a.-b", "\xc3\xa9"}) {
    INFO(name);
    CHECK(check_dns1123_subdomain(name) == Texts{kSubdomain});
  }
  CHECK(check_dns1123_subdomain(repeated(253)).empty());
  CHECK(check_dns1123_subdomain(repeated(254)) == Texts{"must be no more than 253 characters"});
  CHECK(check_dns1123_subdomain(repeated(254, 'A')) ==
        Texts{"must be no more than 253 characters", kSubdomain});
}

TEST_CASE("labels have no dots and 63 characters at most (R12.3)") {
  CHECK(check_dns1123_label("my-name").empty());
  CHECK(check_dns1123_label("9").empty());
  CHECK(check_dns1123_label("a.b") == Texts{"must not contain dots"});
  CHECK(check_dns1123_label("") == Texts{kLabel});
  CHECK(check_dns1123_label("A.b") == Texts{kLabel});
  CHECK(check_dns1123_label(repeated(63)).empty());
  CHECK(check_dns1123_label(repeated(64)) == Texts{"must be no more than 63 characters"});
}

TEST_CASE("each rule for names has its own words (R12.2, R12.3, R12.4)") {
  CHECK(check_name(NameRule::kDns1123Subdomain, "A") == Texts{kSubdomain});
  CHECK(check_name(NameRule::kDns1123Label, "A") == Texts{kLabel});
  CHECK(check_name(NameRule::kDns1035Label, "1a") == Texts{kLabel1035});
  CHECK(check_name(NameRule::kDns1035Label, "a.b") == Texts{kLabel1035});
  CHECK(check_name(NameRule::kDns1035Label, "a1").empty());
  CHECK(check_name(NameRule::kPathSegment, "system:Foo bar").empty());
}

TEST_CASE(
    "a path segment is neither dots nor anything with a slash or a percent sign (R12.1, R12.5)") {
  const auto check = [](std::string_view name) { return check_name(NameRule::kPathSegment, name); };
  CHECK(check(".") == Texts{"may not be '.'"});
  CHECK(check("..") == Texts{"may not be '..'"});
  CHECK(check("...").empty());
  CHECK(check("a/b") == Texts{"may not contain '/'"});
  CHECK(check("a%b/c") == Texts{"may not contain '/'", "may not contain '%'"});
}

TEST_CASE("qualified names may have a subdomain before a slash (R6.13)") {
  for (const std::string_view name :
       {"a", "A_b.c-9", "example.com/MyName", "1.2/x", "kubernetes.io/metadata.name"}) {
    INFO(name);
    CHECK(check_qualified_name(name).empty());
  }
  CHECK(check_qualified_name(repeated(253) + "/" + repeated(63)).empty());
}

TEST_CASE("what is wrong with a qualified name is said of its part") {
  CHECK(check_qualified_name("") == Texts{"name part must be non-empty", "name part " + kPart});
  CHECK(check_qualified_name("-bad") == Texts{"name part " + kPart});
  CHECK(check_qualified_name("/a") == Texts{"prefix part must be non-empty"});
  CHECK(check_qualified_name("A/a") == Texts{"prefix part " + kSubdomain});
  CHECK(check_qualified_name("a/") == Texts{"name part must be non-empty", "name part " + kPart});
  CHECK(check_qualified_name("a/b/c") ==
        Texts{"a qualified name " + kPart +
              " with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')"});
  CHECK(check_qualified_name(repeated(64)) ==
        Texts{"name part must be no more than 63 characters"});
  CHECK(check_qualified_name(repeated(254) + "/a") ==
        Texts{"prefix part must be no more than 253 characters"});
}

TEST_CASE("label values may be empty (R6.13)") {
  for (const std::string_view value : {"", "a", "A_b.c-9", "12345"}) {
    INFO(value);
    CHECK(check_label_value(value).empty());
  }
  for (const std::string_view value : {"-a", "a-", "a b", "a/b", "."}) {
    INFO(value);
    CHECK(check_label_value(value) == Texts{kValue});
  }
  CHECK(check_label_value(repeated(64)) == Texts{"must be no more than 63 characters"});
}

TEST_CASE("generated names are the prefix and five characters that read well (R6.6)") {
  CHECK(generated_name("web-", {0, 1, 26, 27, 255}) == "web-bc9bq");
  CHECK(generated_name(repeated(80), {0, 0, 0, 0, 0}) == repeated(58) + "bbbbb");
  CHECK(generated_name("", {2, 3, 4, 5, 6}) == "dfghj");
}

}  // namespace
}  // namespace gatefold
