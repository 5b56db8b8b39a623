#include "engine/apply/path_element.h"

#include <algorithm>
#include <vector>

#include "tests/schema/parsed.h"

namespace gatefold::engine {
namespace {

PathElement key(std::string_view name, Value value) {
  return PathElement::of_key({{std::string(name), std::move(value)}});
}

TEST_CASE("elements print as conflicts show them (R17.6)") {
  const FieldPath path{PathElement::of_field("spec"), PathElement::of_field("ports"),
                       PathElement::of_key({{"protocol", "TCP"}, {"port", 80}}),
                       PathElement::of_value("a\"b"), PathElement::of_index(2)};
  CHECK(path_text(path) == R"(.spec.ports[port=80,protocol="TCP"][="a\"b"][2])");
}

TEST_CASE("elements are encoded with sorted keys in compact JSON (R18.1)") {
  CHECK(PathElement::of_field("a").encoded() == "f:a");
  CHECK(PathElement::of_key({{"protocol", "TCP"}, {"port", 80}}).encoded() ==
        R"(k:{"port":80,"protocol":"TCP"})");
  CHECK(PathElement::of_value("example.com/f").encoded() == R"(v:"example.com/f")");
  CHECK(PathElement::of_value("<&>").encoded() == R"(v:"\u003c\u0026\u003e")");
  CHECK(PathElement::of_index(3).encoded() == "i:3");
}

TEST_CASE("elements stand by sort, then by what they are worth (R18.1)") {
  std::vector<PathElement> elements{PathElement::of_index(10),
                                    PathElement::of_index(2),
                                    PathElement::of_value(nullptr),
                                    PathElement::of_value(true),
                                    PathElement::of_value("a"),
                                    PathElement::of_value(10),
                                    PathElement::of_value(2.5),
                                    key("port", 443),
                                    key("port", 80),
                                    key("name", "b"),
                                    PathElement::of_field("b"),
                                    PathElement::of_field("a")};
  std::ranges::sort(elements);
  std::string texts;
  for (const auto& element : elements) texts += element.encoded() + " ";
  CHECK(texts ==
        R"(f:a f:b k:{"name":"b"} k:{"port":80} k:{"port":443} v:2.5 v:10 v:"a" v:true v:null )"
        "i:2 i:10 ");
  CHECK(PathElement::of_value(1) == PathElement::of_value(1.0));
}

TEST_CASE("elements are read back, and unknown ones told apart from broken ones (R18.1)") {
  for (const std::string text : {"f:a", R"(k:{"a":1,"b":"x"})", "v:[1,2]", "i:7", "f:"}) {
    const auto decoded = decode_element(text);
    REQUIRE(decoded.has_value());
    CHECK(decoded->known);
    CHECK(decoded->element.encoded() == text);
  }
  const auto unknown = decode_element("q:a");
  REQUIRE(unknown.has_value());
  CHECK_FALSE(unknown->known);
  for (const auto* text : {"", "f", "fa", "k:5", "k:{", "v:", "i:", "i:x", "i:1x"}) {
    INFO(text);
    const auto broken = decode_element(text);
    REQUIRE_FALSE(broken.has_value());
    CHECK(broken.error().reason == Reason::kBadRequest);
  }
}

}  // namespace
}  // namespace gatefold::engine
