#include "schema/jsonpath.h"

#include "tests/schema/parsed.h"

namespace gatefold {
namespace {

constexpr std::string_view kGateway = R"({
  "metadata":{"name":"web","labels":{"example.com/a":"1","plain":"2"}},
  "spec":{"ports":[80,443,8080],"none":null,"list":[{"name":"a"},{"name":"b","n":2}]},
  "status":{"conditions":[{"type":"Accepted","status":"True","n":1,"ok":true},
                          {"type":"Programmed","status":"False","n":2.5,"ok":false},
                          {"status":"Unknown"}],
            "addresses":[]}})";

std::string first(std::string_view path, std::string_view document = kGateway) {
  INFO(path);
  const auto parsed = JsonPath::parse(path);
  REQUIRE(parsed.has_value());
  const Value value = test::json(document);
  const Value* result = parsed->first(value);
  return result == nullptr ? "none" : to_json(*result);
}

std::string error_of(std::string_view path) {
  const auto parsed = JsonPath::parse(path);
  return parsed ? "none" : parsed.error();
}

TEST_CASE("the first result of a path is found (R22.5)") {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {".metadata.name", R"("web")"},
      {"$.metadata.name", R"("web")"},
      {".spec.none", "null"},
      {".spec.missing", "none"},
      {".metadata.name.deeper", "none"},
      {".spec.ports[0]", "80"},
      {".spec.ports[2]", "8080"},
      {".spec.ports[3]", "none"},
      {".spec.ports[-1]", "8080"},
      {".spec.ports[-4]", "none"},
      {".spec.ports[*]", "80"},
      {".spec.ports", "[80,443,8080]"},
      {".metadata[0]", "none"},
      {".spec.list[*].n", "2"},
      {".spec.list[1]['name']", R"("b")"},
      {R"(.spec["list"][0].name)", R"("a")"},
      {".status.addresses[*].value", "none"},
      {".status.addresses[0]", "none"},
      {R"(.metadata.labels.example\.com/a)", R"("1")"},
      {R"(.metadata.labels['example\.com/a'])", R"("1")"},
      {R"(.metadata.labels["example.com/a"])", R"("1")"},
      {".metadata.labels.*", R"("1")"},
      {".metadata.labels[*]", R"("1")"},
  };
  for (const auto& [path, result] : cases) CHECK(first(path) == result);
  CHECK(first(".[0].a", R"([{"a":1}])") == "1");
  CHECK(first("[1]", "[1,2]") == "2");
}

TEST_CASE("filters choose items by a member (R22.5)") {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {R"(.status.conditions[?(@.type=="Programmed")].status)", R"("False")"},
      {R"(.status.conditions[?(@.type=='Accepted')].status)", R"("True")"},
      {R"(.status.conditions[?( @.type == "Accepted" )].status)", R"("True")"},
      {R"(.status.conditions[?(@.type=="Nope")].status)", "none"},
      {R"(.status.conditions[?(@.type!="Accepted")].type)", R"("Programmed")"},
      {".status.conditions[?(@.n>1)].type", R"("Programmed")"},
      {".status.conditions[?(@.n>=1)].type", R"("Accepted")"},
      {".status.conditions[?(@.n<2.5)].type", R"("Accepted")"},
      {".status.conditions[?(@.n<=0)].type", "none"},
      {".status.conditions[?(@.ok==false)].type", R"("Programmed")"},
      {".status.conditions[?(@.n)].type", R"("Accepted")"},
      {".status.conditions[?(@.none)].type", "none"},
      {R"(.status.conditions[?(@.n=="1")].type)", "none"},
      {".spec.ports[?(@>100)]", "443"},
      {R"(.metadata[?(@.a=="b")])", "none"},
  };
  for (const auto& [path, result] : cases) CHECK(first(path) == result);
}

TEST_CASE("what is no path is refused with a reason") {
  CHECK(error_of("") == "a path must not be empty");
  CHECK(error_of("$") == "a path must not be empty");
  CHECK(error_of("spec") == "unrecognized identifier in spec");
  CHECK(error_of(".a..b") == "recursive descent is not supported in .a..b");
  CHECK(error_of(".a.") == "a member's name must not be empty in .a.");
  CHECK(error_of(".a[") == "invalid array index in .a[");
  CHECK(error_of(".a[x]") == "invalid array index in .a[x]");
  CHECK(error_of(".a[0") == "unterminated array in .a[0");
  CHECK(error_of(".a[0:2]") == "unterminated array in .a[0:2]");
  CHECK(error_of(".a[99999999999999999999]") == "invalid array index in .a[99999999999999999999]");
  CHECK(error_of(".a['b]") == "unterminated quoted string in .a['b]");
  CHECK(error_of(".a[?(x)]") == "a filter must start with @ in .a[?(x)]");
  CHECK(error_of(".a[?(@.b 1)]") == "unrecognized comparison in .a[?(@.b 1)]");
  CHECK(error_of(".a[?(@.b==x)]") ==
        "a filter must compare with a string, a number or a boolean in .a[?(@.b==x)]");
  CHECK(error_of(".a[?(@.b==1]").starts_with("a filter must compare with"));
  CHECK(error_of(".a[?(@.b==1 ]") == "unterminated filter in .a[?(@.b==1 ]");
}

TEST_CASE("the number of steps is bounded") {
  std::string path;
  for (int i = 0; i < 64; ++i) path += ".a";
  CHECK(error_of(path) == "none");
  CHECK(error_of(path + ".a") == "a path has too many steps");
}

}  // namespace
}  // namespace gatefold
