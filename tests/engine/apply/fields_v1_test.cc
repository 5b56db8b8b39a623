#include "tests/engine/apply/sets.h"

namespace gatefold::engine {
namespace {

using test::fields;
using test::json;
using test::written;

TEST_CASE("a member with others below it is a dot (R18.1 R17.5)") {
  FieldSet set;
  const auto spec = PathElement::of_field("spec");
  const auto item = PathElement::of_key({{"name", "a"}});
  set.insert(FieldPath{spec, item});
  set.insert(FieldPath{spec, item, PathElement::of_field("name")});
  CHECK(written(set) == R"({"f:spec":{"k:{\"name\":\"a\"}":{".":{},"f:name":{}}}})");
}

TEST_CASE("unknown prefixes are skipped with what is below them (R18.1)") {
  CHECK(written(fields(R"({"f:a":{},"q:b":{"f:c":{}}})")) == R"({"f:a":{}})");
  CHECK(fields(R"({"q:b":{}})").empty());
}

TEST_CASE("what is no set is refused (R18.1)") {
  for (const auto* text : {R"("a")", "[]", "5", R"({"f:a":[]})", R"({"fa":{}})"}) {
    INFO(text);
    CHECK_FALSE(parse_fields_v1(json(text)).has_value());
  }
}

TEST_CASE("a set that nests deeper than an object can is refused (R18.1)") {
  const auto nested = [](std::size_t levels) {
    Value value = JsonObject();
    for (; levels > 0; --levels) value = JsonObject{{"f:a", std::move(value)}};
    return value;
  };
  CHECK(parse_fields_v1(nested(kFieldLevelsMax)).has_value());
  CHECK_FALSE(parse_fields_v1(nested(kFieldLevelsMax + 1)).has_value());
}

}  // namespace
}  // namespace gatefold::engine
