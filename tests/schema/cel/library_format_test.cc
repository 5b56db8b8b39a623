#include <fmt/format.h>

#include "tests/schema/cel/library_calls.h"

namespace gatefold::cel {
namespace {

TEST_CASE("formats complain in Kubernetes' words") {
  struct Case {
    std::string_view format;
    std::string_view text;
    std::string_view complaint;  // the first words; empty: none
  };
  const Case cases[] = {
      {"dns1123Label", "my-label-name", ""},
      {"dns1123Label", "a space", "a lowercase RFC 1123 label must consist of"},
      {"dns1123Label", "a.b", "must not contain dots"},
      {"dns1123Subdomain", "apiextensions.k8s.io", ""},
      {"dns1123Subdomain", "a space", "a lowercase RFC 1123 subdomain must consist of"},
      {"dns1035Label", "my-label-name", ""},
      {"dns1035Label", "1a", "a DNS-1035 label must consist of"},
      {"qualifiedName", "apiextensions.k8s.io/v1beta1", ""},
      {"qualifiedName", "a space", "name part must consist of"},
      {"dns1123LabelPrefix", "my-label-prefix-", ""},
      {"dns1123LabelPrefix", "--", ""},
      {"dns1123LabelPrefix", "-", "a lowercase RFC 1123 label must consist of"},
      {"dns1123SubdomainPrefix", "mysubdomain.prefix.-", ""},
      {"dns1035LabelPrefix", "my-label-prefix-", ""},
      {"labelValue", "my-cool-label-Value", ""},
      {"labelValue", "no!", "a valid label must be an empty string or consist of"},
      {"uri", "http://example.com", ""},
      {"uri", "x", "parse \"x\": invalid URI for request"},
      {"uuid", "123e4567-e89b-12d3-a456-426614174000", ""},
      {"uuid", "123e4567", "does not match the UUID format"},
      {"byte", "aGVsbG8=", ""},
      {"byte", "aGVsbG8", "invalid base64"},
      {"byte", "", "invalid base64"},
      {"date", "2021-01-01", ""},
      {"date", "2020-01-32", "invalid date"},
      {"datetime", "2021-01-01T00:00:00Z", ""},
      {"datetime", "2020-01-32T00:00:00Z", "invalid datetime"},
  };
  LibraryCalls calls(format_functions());
  for (const auto& one : cases) {
    INFO(one.format << " of " << one.text);
    const auto format = calls.call(fmt::format(".format.{}() format", one.format), {});
    const auto answer =
        show(calls.arena(), calls.call("format.validate(string) optional(list(string))",
                                       {format, string_val(one.text)}));
    if (one.complaint.empty()) {
      CHECK(answer == "none");
    } else {
      CHECK(answer.starts_with(fmt::format("some([{}", one.complaint)));
    }
    const auto named = calls.call(".format.named(string) optional(format)", one.format);
    REQUIRE(named.optional != nullptr);
    CHECK(opaque_equal(*named.optional, format));
    CHECK(opaque_type_name(format) == "kubernetes.NamedFormat");
  }
  CHECK(show(calls.arena(), calls.call(".format.named(string) optional(format)", "unknown")) ==
        "none");
}

TEST_CASE("every format has one name and is not the others") {
  constexpr std::string_view kPrefix = ".format.";
  constexpr std::string_view kSuffix = "() format";
  LibraryCalls calls(format_functions());
  std::vector<Val> formats;
  for (const auto& declaration : format_functions()) {
    auto name = declaration.signature;
    if (!name.ends_with(kSuffix)) continue;
    const auto format = calls.call(name, {});
    name.remove_prefix(kPrefix.size());
    name.remove_suffix(kSuffix.size());
    CHECK(format.format->key == name);
    for (const auto& other : formats) CHECK(!opaque_equal(format, other));
    formats.push_back(format);
  }
  CHECK(formats.size() == 13);
}

TEST_CASE("validation costs as a pattern would") {
  struct Case {
    std::string_view format;
    std::uint64_t cost;  // of twelve characters: 2 times a quarter of the pattern
  };
  const Case cases[] = {
      {"dns1123Label", 16}, {"dns1123Subdomain", 30},
      {"labelValue", 20},   {"uri", 552},
      {"uuid", 36},         {"byte", 42},
      {"date", 36},         {"datetime", 36},
  };
  LibraryCalls calls(format_functions());
  for (const auto& one : cases) {
    INFO(one.format);
    const auto format = calls.call(fmt::format(".format.{}() format", one.format), {});
    calls.call("format.validate(string) optional(list(string))",
               {format, string_val("twelve-chars")});
    CHECK(calls.cost() == one.cost);
  }
  for (const auto& declaration : format_functions()) {
    if (declaration.cost == nullptr) continue;
    const Val arguments[] = {int_val(1), int_val(2)};
    CHECK(declaration.cost(arguments, null_val()) == 1);
  }
}

}  // namespace
}  // namespace gatefold::cel
