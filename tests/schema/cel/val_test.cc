#include "schema/cel/val.h"

#include "schema/cel/key_order.h"
#include "tests/schema/cel/evaluated.h"

namespace gatefold::cel::test {
namespace {

TEST_CASE("a value is small and copied freely") {
  STATIC_REQUIRE(sizeof(Val) == 24);
  STATIC_REQUIRE(std::is_trivially_copyable_v<Val>);
}

TEST_CASE("values of the input are what their schema says") {
  struct Row {
    std::string_view schema;
    std::string_view json;
    std::string_view value;
  };
  const Row rows[] = {
      {"{type: integer}", "1", "1"},
      {"{type: number}", "1", "1"},
      {"{type: number}", "1.5", "1.5"},
      {"{type: string}", R"("a")", "'a'"},
      {"{type: boolean}", "true", "true"},
      {"{type: string, nullable: true}", "null", "null"},
      {"{type: string}", "null", "error: invalid data, got null for schema with nullable=false"},
      {"{type: string}", "1", "error: invalid data, expected string, got int64"},
      {"{type: integer}", "1.5", "error: invalid data, expected int, got float64"},
      {"{type: number}", "{}", "error: invalid data, expected float, got map[string]interface {}"},
      {"{type: boolean}", "[]", "error: invalid data, expected bool, got []interface {}"},
      {"{type: object}", "1",
       "error: invalid data, expected a map for the provided schema with type=object"},
      {"{type: array, items: {type: string}}", "{}",
       "error: invalid data, expected an array for the provided schema with type=array"},
      {"{x-kubernetes-int-or-string: true}", "1", "1"},
      {"{x-kubernetes-int-or-string: true}", R"("50%")", "'50%'"},
      {"{x-kubernetes-int-or-string: true}", "1.5",
       "error: invalid data, expected XIntOrString value to be either a string or integer"},
      {"{type: string, format: date}", R"("2020-02-29")", "2020-02-29T00:00:00Z"},
      {"{type: string, format: date-time}", R"("2020-02-29T10:00:00.5+01:00")",
       "2020-02-29T10:00:00.5+01:00"},
      {"{type: string, format: date-time}", R"("2020-02-29T10:00:00")", "2020-02-29T10:00:00Z"},
      {"{type: string, format: date-time}", R"("")", "1970-01-01T00:00:00Z"},
      {"{type: string, format: date-time}", R"("2020-02-29t10:00:00z")",
       "error: Invalid date-time formatted string 2020-02-29t10:00:00z: parsing time "
       "\"2020-02-29t10:00:00z\" as \"2006-01-02T15:04:05\": cannot parse \"t10:00:00z\" as "
       "\"T\""},
      {"{type: string, format: duration}", R"("1h30m")", "5400s"},
      {"{type: string, format: duration}", R"("3 days")", "259200s"},
      {"{type: string, format: byte}", R"("YQ==")", "b'a'"},
      {"{type: string, format: byte}", R"("_w==")", "b'\xff'"},
      {"{type: string, format: byte}", R"("/w==")",
       "error: Invalid byte formatted string /w==: illegal base64 data at input byte 0"},
      {"{type: string, format: ipv4}", R"("1.2.3.4")", "'1.2.3.4'"},
      {"{type: array, items: {type: number}}", "[1, 2]", "[1, 2]"},
  };
  for (const auto& row : rows) {
    INFO(row.schema << ": " << row.json);
    Arena arena;
    const auto schema = gatefold::test::schema(row.schema);
    const auto json = gatefold::test::json(row.json);
    CHECK(shown(arena, val_of(arena, json, schema.get())) == row.value);
  }
}

TEST_CASE("objects show the fields that they declare") {
  const auto schema = gatefold::test::schema(R"(
type: object
properties:
  a: {type: number}
  x-y: {type: string}
  namespace: {type: string}
  nil: {type: string, nullable: true}
  map: {type: object, additionalProperties: {type: number}}
  closed: {type: object}
  embedded: {type: object, x-kubernetes-embedded-resource: true, properties: {spec: {type: object}}}
)");
  const Evaluator evaluator("null", schema, R"({
    "a": 1, "x-y": "v", "namespace": "ns", "nil": null, "map": {"k-1": 1}, "closed": {"z": 1},
    "embedded": {"apiVersion": "v1", "kind": "K", "metadata": {"name": "n", "labels": {}}}})");
  check_values(evaluator,
               {
                   {"type(self.a)", "type double"},
                   {"self.x__dash__y", "'v'"},
                   {"self.__namespace__", "'ns'"},
                   {"has(self.__namespace__)", "true"},
                   {"has(self.nil)", "false"},
                   {"self.nil", "error: no such key: nil"},
                   {"self.map['k-1']", "1"},
                   {"self.map.map(k, k)", "['k-1']"},
                   {"type(self.map['k-1'])", "type double"},
                   {"'k-1' in self.map", "true"},
                   {"dyn(self.map)[1]", "error: no such overload"},
                   {"dyn(self.closed).z", "error: no such key: z"},
                   {"self.embedded.kind", "'K'"},
                   {"self.embedded.metadata.name", "'n'"},
                   {"dyn(self.embedded.metadata).labels", "error: no such key: labels"},
                   {"dyn(self).map(k, k).filter(k, k.startsWith('x'))", "['x__dash__y']"},
               });
}

TEST_CASE("sizes that costs grow with") {
  Arena arena;
  const Val items[] = {int_val(1), int_val(2)};
  struct Row {
    Val value;
    std::size_t size;
  };
  const Row rows[] = {{string_val("h\u00e9"), 2},
                      {bytes_val("h\u00e9"), 3},
                      {list_val(items), 2},
                      {map_val({}), 0},
                      {int_val(5), 1},
                      {null_val(), 1},
                      {none_val(), 1},
                      {optional_val(arena, list_val(items)), 2},
                      {literal_error("long message"), 1}};
  for (const auto& row : rows) {
    INFO(shown(arena, row.value));
    CHECK(size_of(row.value) == row.size);
  }
}

TEST_CASE("keys have an order in which equal numbers are neighbours") {
  std::vector<Val> sorted = {string_val("b"), double_val(2),  uint_val(2),    int_val(2),
                             int_val(1),      bool_val(true), bytes_val("a"), string_val("a")};
  std::ranges::sort(sorted, key_less);
  Arena arena;
  CHECK(shown(arena, list_val(sorted)) == "[true, 1, 2, 2u, 2, 'a', 'b', b'a']");
  CHECK(contains_sorted(sorted, double_val(1)));
  CHECK(contains_sorted(sorted, uint_val(2)));
  CHECK_FALSE(contains_sorted(sorted, int_val(3)));
  CHECK_FALSE(contains_sorted(sorted, bool_val(false)));
  CHECK_FALSE(contains_sorted(sorted, null_val()));
}

TEST_CASE("maps of an expression keep their order while they are small") {
  Arena arena;
  MapBuilder builder(arena);
  builder.assign(string_val("b"), int_val(1));
  builder.assign(string_val("a"), int_val(2));
  builder.assign(string_val("b"), int_val(3));
  builder.assign(null_val(), int_val(4));
  builder.assign(null_val(), int_val(5));
  CHECK(builder.insert(int_val(1), int_val(6)));
  CHECK_FALSE(builder.insert(uint_val(1), int_val(7)));
  CHECK_FALSE(builder.insert(double_val(1), int_val(7)));
  builder.erase(string_val("a"));
  builder.erase(string_val("zz"));
  CHECK(shown(arena, builder.build()) == "{'b': 3, null: 5, 1: 6}");
}

}  // namespace
}  // namespace gatefold::cel::test
