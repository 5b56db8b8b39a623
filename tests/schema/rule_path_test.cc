#include "schema/rule_path.h"

#include "tests/schema/parsed.h"

namespace gatefold {
namespace {

TEST_CASE("the path of a rule's error") {
  const auto schema = test::schema(R"(
type: object
properties:
  a: {type: object, properties: {b.c: {type: string}, "it's": {type: string}}}
  labels: {type: object, additionalProperties: {type: object, properties: {x: {type: string}}}}
  list: {type: array, items: {type: object, properties: {x: {type: string}}}}
)");
  struct Row {
    std::string_view path;
    std::optional<std::string> text;
  };
  const Row rows[] = {
      {".a", "a"},
      {"['a']", "a"},
      {".a['b.c']", "a.b.c"},
      {R"(.a['it\'s'])", "a.it's"},
      {".labels['k']", "labels[k]"},
      {".labels.k.x", "labels[k].x"},
      {"", std::nullopt},
      {"a", std::nullopt},
      {".b", std::nullopt},
      {".a.", std::nullopt},
      {".a[0]", std::nullopt},
      {".a['b.c'", std::nullopt},
      {".a['b.c", std::nullopt},
      {R"(.a['\q'])", std::nullopt},
      {".list[0].x", std::nullopt},
      {".list.x", std::nullopt},
      {".a.b.c", std::nullopt},
  };
  for (const auto& row : rows) {
    INFO(row.path);
    CHECK(rule_field_path(row.path, *schema) == row.text);
  }
}

}  // namespace
}  // namespace gatefold
