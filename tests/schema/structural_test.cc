#include "schema/structural.h"

#include "tests/schema/parsed.h"

namespace gatefold {
namespace {

using test::json;
using test::texts;
using test::Texts;

// One property per keyword, under `spec`.
constexpr std::string_view kEveryKeyword = R"(
type: object
properties:
  spec:
    type: object
    properties:
      obj: {type: object, required: [a, b], properties: {a: {type: string}, b: {type: string}}}
      int: {type: integer}
      num: {type: number}
      bool: {type: boolean}
      text: {type: string}
      list: {type: array, items: {type: string}}
      nullable: {type: string, nullable: true, enum: [x]}
      any: {x-kubernetes-preserve-unknown-fields: true}
      min: {type: integer, minimum: 1}
      emin: {type: integer, minimum: 1, exclusiveMinimum: true}
      max: {type: number, maximum: 10.5}
      emax: {type: number, maximum: 5, exclusiveMaximum: true}
      mega: {type: integer, minimum: 1000000}
      mult: {type: integer, multipleOf: 3}
      tenths: {type: number, multipleOf: 0.1}
      str: {type: string, minLength: 2, maxLength: 4}
      pat: {type: string, pattern: ^a+$}
      fully: {type: string, minLength: 1, maxLength: 2, pattern: ^a+$}
      dt: {type: string, format: date-time}
      small: {type: integer, format: int32}
      enum: {type: string, enum: [A, B]}
      ints: {type: integer, enum: [1, 2]}
      arr: {type: array, minItems: 1, maxItems: 2, items: {type: integer, minimum: 0}}
      mp: {type: object, minProperties: 1, maxProperties: 2, additionalProperties: {type: integer}}
      ios: {x-kubernetes-int-or-string: true}
      emb: {type: object, x-kubernetes-embedded-resource: true,
            x-kubernetes-preserve-unknown-fields: true}
      one:
        type: object
        properties: {x: {type: string}, z: {type: string}}
        oneOf: [{required: [x]}, {required: [z]}]
      anyof: {type: string, anyOf: [{pattern: ^a}, {pattern: ^b, minLength: 9}]}
      allof: {type: integer, allOf: [{minimum: 5}, {maximum: 9}]}
      nott: {type: string, not: {enum: [bad]}}
      fixed:
        type: object
        properties: {type: {type: string}, value: {type: string}}
        oneOf:
        - properties: {type: {enum: [IP]}, value: {anyOf: [{format: ipv4}, {format: ipv6}]}}
        - properties: {type: {not: {enum: [IP]}}}
)";

Texts complaints(std::string_view spec) {
  static const SchemaPtr schema = test::schema(kEveryKeyword);
  const Value object(JsonObject{{"spec", json(spec)}});
  return texts(validate_structural(*schema, object));
}

TEST_CASE("each keyword complains in Kubernetes' words (R19.16, R19.17, R19.19)") {
  const std::pair<std::string_view, Texts> cases[] = {
      {R"({"obj":{"a":"x"}})", {"spec.obj.b: Required value"}},
      {R"({"int":"x"})",
       {R"(spec.int: Invalid value: "string": )"
        R"(spec.int in body must be of type integer: "string")"}},
      {R"({"int":1.5})",
       {R"(spec.int: Invalid value: "number": )"
        R"(spec.int in body must be of type integer: "number")"}},
      {R"({"text":null})",
       {R"(spec.text: Invalid value: "null": spec.text in body must be of type string: "null")"}},
      {R"({"text":7})",
       {R"(spec.text: Invalid value: "integer": )"
        R"(spec.text in body must be of type string: "integer")"}},
      {R"({"list":{}})",
       {R"(spec.list: Invalid value: "object": )"
        R"(spec.list in body must be of type array: "object")"}},
      {R"({"list":["a",true]})",
       {R"(spec.list[1]: Invalid value: "boolean": )"
        R"(spec.list[1] in body must be of type string: "boolean")"}},
      {R"({"bool":"true"})",
       {R"(spec.bool: Invalid value: "string": )"
        R"(spec.bool in body must be of type boolean: "string")"}},
      {R"({"min":0})",
       {"spec.min: Invalid value: 0: spec.min in body should be greater than or equal to 1"}},
      {R"({"emin":1})",
       {"spec.emin: Invalid value: 1: spec.emin in body should be greater than 1"}},
      {R"({"max":10.75})",
       {"spec.max: Invalid value: 10.75: spec.max in body should be less than or equal to 10.5"}},
      {R"({"emax":5})", {"spec.emax: Invalid value: 5: spec.emax in body should be less than 5"}},
      {R"({"mega":5})",
       {"spec.mega: Invalid value: 5: spec.mega in body should be greater than or equal to "
        "1000000"}},
      {R"({"mega":5.5})",
       {R"(spec.mega: Invalid value: "number": spec.mega in body must be of type integer: "number")",
        "spec.mega: Invalid value: 5.5: spec.mega in body should be greater than or equal to "
        "1e+06"}},
      {R"({"mult":4})",
       {"spec.mult: Invalid value: 4: spec.mult in body should be a multiple of 3"}},
      {R"({"tenths":0.35})",
       {"spec.tenths: Invalid value: 0.35: spec.tenths in body should be a multiple of 0.1"}},
      {R"({"tenths":5})",
       {"spec.tenths: Invalid value: 0: factor MultipleOf declared for spec.tenths must be "
        "positive: "
        "0"}},
      {R"({"max":11})",
       {"spec.max: Invalid value: 11: spec.max in body should be less than or equal to 10"}},
      {R"({"fully":""})",
       {R"(spec.fully: Invalid value: "": spec.fully in body should be at least 1 chars long)"}},
      {R"({"fully":"bbb"})", {"spec.fully: Too long: may not be more than 2 bytes"}},
      {R"({"str":"a"})",
       {R"(spec.str: Invalid value: "a": spec.str in body should be at least 2 chars long)"}},
      {R"({"str":"abcde"})", {"spec.str: Too long: may not be more than 4 bytes"}},
      {R"({"pat":"b"})", {R"(spec.pat: Invalid value: "b": spec.pat in body should match '^a+$')"}},
      {R"({"dt":"2020"})",
       {R"(spec.dt: Invalid value: "2020": spec.dt in body must be of type date-time: "2020")"}},
      {R"({"enum":"C"})", {R"(spec.enum: Unsupported value: "C": supported values: "A", "B")"}},
      {R"({"ints":3})", {R"(spec.ints: Unsupported value: 3: supported values: "1", "2")"}},
      {R"({"arr":[]})",
       {"spec.arr: Invalid value: 0: spec.arr in body should have at least 1 items"}},
      {R"({"arr":[1,2,3]})", {"spec.arr: Too many: 3: must have at most 2 items"}},
      {R"({"arr":[1,-1]})",
       {"spec.arr[1]: Invalid value: -1: spec.arr[1] in body should be greater than or equal to "
        "0"}},
      {R"({"mp":{}})",
       {"spec.mp: Invalid value: 0: spec.mp in body should have at least 1 properties"}},
      {R"({"mp":{"a":1,"b":2,"c":3}})", {"spec.mp: Too many: 3: must have at most 2 items"}},
      {R"({"mp":{"b.c":"x"}})",
       {R"(spec.mp.b.c: Invalid value: "string": )"
        R"(spec.mp.b.c in body must be of type integer: "string")"}},
      {R"({"ios":true})",
       {R"(spec.ios: Invalid value: "boolean": )"
        R"(spec.ios in body must be of type integer,string: "boolean")"}},
      {R"({"emb":{"kind":"X"}})", {"spec.emb.apiVersion: Required value: must not be empty"}},
      {R"({"emb":{"apiVersion":"v1","kind":""}})",
       {R"(spec.emb.kind: Invalid value: "": must not be empty)"}},
      {R"({"emb":{"apiVersion":1,"kind":{}}})",
       {"spec.emb.apiVersion: Invalid value: 1: must be a string",
        "spec.emb.kind: Invalid value: map[string]interface {}{}: must be a string"}},
      {R"({"emb":{"apiVersion":"a/b/c","kind":"Foo"}})",
       {R"(spec.emb.apiVersion: Invalid value: "a/b/c": unexpected GroupVersion string: a/b/c)"}},
      {R"({"one":{}})",
       {R"(<nil>: Invalid value: "": "spec.one" )"
        R"(must validate one and only one schema (oneOf). Found none valid)",
        "spec.one.x: Required value"}},
      {R"({"one":{"x":"","z":""}})",
       {R"(<nil>: Invalid value: "": "spec.one" )"
        R"(must validate one and only one schema (oneOf). Found 2 valid alternatives)"}},
      {R"({"anyof":"c"})",
       {R"(<nil>: Invalid value: "": "spec.anyof" must validate at least one schema (anyOf))",
        R"(spec.anyof: Invalid value: "c": spec.anyof in body should match '^a')"}},
      {R"({"allof":4})",
       {"spec.allof: Invalid value: 4: spec.allof in body should be greater than or equal to 5",
        R"(<nil>: Invalid value: "": "spec.allof" must validate all the schemas (allOf))"}},
      {R"({"fixed":{"type":"IP","value":"x"}})",
       {R"(<nil>: Invalid value: "": "spec.fixed" )"
        R"(must validate one and only one schema (oneOf). Found none valid)",
        R"(<nil>: Invalid value: "": "spec.fixed.value" )"
        R"(must validate at least one schema (anyOf))",
        R"(spec.fixed.value: Invalid value: "x": )"
        R"(spec.fixed.value in body must be of type ipv4: "x")"}},
      {R"({"nott":"bad"})",
       {R"(<nil>: Invalid value: "": "spec.nott" must not validate the schema (not))"}},
      {R"({"nullable":"y"})", {R"(spec.nullable: Unsupported value: "y": supported values: "x")"}},
  };
  for (const auto& [spec, expected] : cases) {
    INFO(spec);
    CHECK(complaints(spec) == expected);
  }
}

TEST_CASE("a value of a wrong type is held to all else") {
  const std::pair<std::string_view, Texts> cases[] = {
      {R"({"enum":5})",
       {R"(spec.enum: Invalid value: "integer": spec.enum in body must be of type string: "integer")",
        R"(spec.enum: Unsupported value: 5: supported values: "A", "B")"}},
      {R"({"min":0.5})",
       {R"(spec.min: Invalid value: "number": spec.min in body must be of type integer: "number")",
        "spec.min: Invalid value: 0.5: spec.min in body should be greater than or equal to 1"}},
      {R"({"one":"a"})",
       {R"(spec.one: Invalid value: "string": spec.one in body must be of type object: "string")",
        R"(<nil>: Invalid value: "": "spec.one" )"
        R"(must validate one and only one schema (oneOf). Found 2 valid alternatives)"}},
      {R"({"allof":"3"})",
       {R"(spec.allof: Invalid value: "string": )"
        R"(spec.allof in body must be of type integer: "string")"}},
      {R"({"dt":7})",
       {R"(spec.dt: Invalid value: "int64": spec.dt in body must be of type date-time: "int64")"}},
      {R"({"dt":["a"]})", {}},
  };
  for (const auto& [spec, expected] : cases) {
    INFO(spec);
    CHECK(complaints(spec) == expected);
  }
}

TEST_CASE("what keeps to the schema passes (R19.16, R19.22, R19.23)") {
  for (const std::string_view spec : {R"({"obj":{"a":"","b":""}})",
                                      R"({"int":-3})",
                                      R"({"num":3})",
                                      R"({"num":3.5})",
                                      R"({"nullable":null})",
                                      R"({"any":[{"x":null}]})",
                                      R"({"min":1})",
                                      R"({"emin":2})",
                                      R"({"max":10.5})",
                                      R"({"emax":4.999})",
                                      R"({"mult":-9})",
                                      R"({"mult":0})",
                                      R"({"tenths":0.3})",
                                      R"({"tenths":1.7})",
                                      R"({"str":"日本語日"})",
                                      R"({"pat":"aaa"})",
                                      R"({"dt":"2026-01-02T03:04:05Z"})",
                                      R"({"small":3000000000})",
                                      R"({"enum":"B"})",
                                      R"({"ints":1.0})",
                                      R"({"arr":[0,1]})",
                                      R"({"mp":{"a":1}})",
                                      R"({"ios":1})",
                                      R"({"ios":"50%"})",
                                      R"({"emb":{"apiVersion":"v1","kind":"X","z":1}})",
                                      R"({"one":{"z":"z"}})",
                                      R"({"anyof":"a"})",
                                      R"({"anyof":"b45678901"})",
                                      R"({"allof":7})",
                                      R"({"nott":"good"})",
                                      R"({})"}) {
    INFO(spec);
    CHECK(complaints(spec) == Texts{});
  }
}

TEST_CASE("members that no property speaks of may be forbidden") {
  const auto schema = test::schema("{type: object, additionalProperties: false}");
  CHECK(texts(validate_structural(*schema, json("{}"))) == Texts{});
  CHECK(texts(validate_structural(*schema, json(R"({"a":1})"), nullptr, "spec")) ==
        Texts{R"(spec: Invalid value: "a": .a in body is a forbidden property)"});
}

TEST_CASE("items may have to differ") {
  const auto schema = test::schema("{type: array, uniqueItems: true, items: {type: object}}");
  CHECK(texts(validate_structural(*schema, json(R"([{"a":1},{"a":2}])"), nullptr, "l")) == Texts{});
  CHECK(
      texts(validate_structural(*schema, json(R"([{"a":1,"b":2},{"b":2,"a":1}])"), nullptr, "l")) ==
      Texts{R"(l: Invalid value: "":  in body shouldn't contain duplicates)"});
}

TEST_CASE("too many members don't hide what is wrong with them") {
  const auto schema = test::schema(
      "{type: object, maxProperties: 1, additionalProperties: {type: string, maxLength: 1}}");
  CHECK(texts(validate_structural(*schema, json(R"({"a":"xx","b":""})"), nullptr, "m")) ==
        Texts{"m: Too many: 2: must have at most 1 items",
              "m.a: Too long: may not be more than 1 bytes"});
}

TEST_CASE("int-or-string may be spelt out and narrowed") {
  const auto schema = test::schema(
      "{x-kubernetes-int-or-string: true, anyOf: [{type: integer}, {type: string}], minimum: 1, "
      "pattern: '^[0-9]+%$'}");
  CHECK(texts(validate_structural(*schema, json("5"), nullptr, "v")) == Texts{});
  CHECK(texts(validate_structural(*schema, json(R"("5%")"), nullptr, "v")) == Texts{});
  CHECK(texts(validate_structural(*schema, json("0"), nullptr, "v")) ==
        Texts{"v: Invalid value: 0:  in body should be greater than or equal to 1"});
  CHECK(texts(validate_structural(*schema, json(R"("x")"), nullptr, "v")) ==
        Texts{R"(v: Invalid value: "x":  in body should match '^[0-9]+%$')"});
  CHECK(validate_structural(*schema, json("true"), nullptr, "v").size() >= 1);
}

TEST_CASE("limits beyond the exact integers of doubles are compared as Go does") {
  const auto schema = test::schema("{type: integer, minimum: -5, maximum: 9007199254740992}");
  CHECK(texts(validate_structural(*schema, json("9007199254740992"), nullptr, "n")) == Texts{});
  CHECK(texts(validate_structural(*schema, json("-6"), nullptr, "n")) ==
        Texts{"n: Invalid value: -6:  in body should be greater than or equal to -5"});
  CHECK(texts(validate_structural(*schema, json("9007199254740994"), nullptr, "n")) ==
        Texts{"n: Invalid value: 9007199254740994:  in body should be less than or equal to "
              "9007199254740992"});
}

TEST_CASE("multiples of integers are exact") {
  const auto schema = test::schema("{type: integer, multipleOf: 2}");
  CHECK(validate_structural(*schema, json("1000000000000001")).size() == 1);
  CHECK(validate_structural(*schema, json("9223372036854775807")).size() == 1);
  CHECK(validate_structural(*schema, json("9223372036854775806")).empty());
}

TEST_CASE("patterns are unanchored and are RE2 (R19.23)") {
  const auto schema = test::schema("{type: string, pattern: 'b{2}'}");
  CHECK(validate_structural(*schema, Value("abba")).empty());
  CHECK(validate_structural(*schema, Value("aba")).size() == 1);
}

TEST_CASE("errors carry the keyword and their type") {
  const auto schema = test::schema(kEveryKeyword);
  const auto errors = validate_structural(
      *schema, json(R"({"spec":{"enum":"C","int":"x","min":0,"obj":{"a":""},"str":"abcde"}})"));
  REQUIRE(errors.size() == 5);
  using enum FieldErrorType;
  const std::pair<FieldErrorType, std::string_view> expected[] = {
      {kNotSupported, "enum"}, {kTypeInvalid, "type"},  {kInvalid, "minimum"},
      {kRequired, "required"}, {kTooLong, "maxLength"},
  };
  for (std::size_t i = 0; i < errors.size(); ++i) {
    CHECK(errors[i].type == expected[i].first);
    CHECK(errors[i].origin == expected[i].second);
  }
}

TEST_CASE("required members come first, the others by name (R19.21)") {
  CHECK(complaints(R"({"min":0,"emin":0,"obj":{}})") ==
        Texts{"spec.emin: Invalid value: 0: spec.emin in body should be greater than 1",
              "spec.min: Invalid value: 0: spec.min in body should be greater than or equal to 1",
              "spec.obj.a: Required value", "spec.obj.b: Required value"});
}

TEST_CASE("errors are bounded") {
  const auto schema = test::schema("{type: array, items: {type: string}}");
  JsonArray numbers;
  for (int i = 0; i < 1000; ++i) numbers.push_back(i);
  const Value list(std::move(numbers));
  CHECK(validate_structural(*schema, list).size() == 100);
  CHECK(validate_structural(*schema, list, nullptr, "", {.errors_max = 3}).size() == 3);
}

TEST_CASE("a path may stand before all fields") {
  const auto schema = test::schema("{type: object, required: [a]}");
  CHECK(texts(validate_structural(*schema, json("{}"), nullptr, "status")) ==
        Texts{"status.a: Required value"});
  CHECK(texts(validate_structural(*schema, json("[]"), nullptr, "status")) ==
        Texts{R"(status: Invalid value: "array":  in body must be of type object: "array")"});
  const auto narrow = test::schema(
      "{type: object, properties: {a: {type: string, minLength: 1, anyOf: [{pattern: b}]}}}");
  CHECK(texts(validate_structural(*narrow, json(R"({"a":""})"), nullptr, "status")) ==
        Texts{R"(status: Invalid value: "": "a" must validate at least one schema (anyOf))",
              R"(status.a: Invalid value: "": a in body should match 'b')",
              R"(status.a: Invalid value: "": a in body should be at least 1 chars long)"});
  CHECK(texts(validate_structural(*schema, json("[]"))) ==
        Texts{R"(: Invalid value: "array":  in body must be of type object: "array")"});
}

TEST_CASE("what was wrong before and stays as it was is forgiven (R19.24)") {
  const auto schema = test::schema(R"(
type: object
properties:
  name: {type: string, maxLength: 3}
  other: {type: string}
  map: {type: object, additionalProperties: {type: string, maxLength: 3}}
  byKey:
    type: array
    x-kubernetes-list-type: map
    x-kubernetes-list-map-keys: [k]
    items:
      type: object
      properties: {k: {type: string}, v: {type: string, maxLength: 3}, w: {type: string}}
  few:
    type: array
    maxItems: 1
    x-kubernetes-list-type: map
    x-kubernetes-list-map-keys: [k]
    items: {type: object, properties: {k: {type: string}, v: {type: string}}}
  atomic:
    type: array
    items: {type: string, maxLength: 3}
  whole: {type: object, maxProperties: 1, properties: {a: {type: string}, b: {type: string}}}
  some: {type: object, anyOf: [{properties: {a: {maxLength: 1}}}],
         properties: {a: {type: string}, b: {type: string}}}
)");
  const auto fields = [&](std::string_view now, std::string_view before) {
    const Value old_value = json(before);
    Texts out;
    for (const auto& error : validate_structural(*schema, json(now), &old_value)) {
      out.push_back(error.field);
    }
    return out;
  };
  CHECK(fields(R"({"name":"long","other":"b"})", R"({"name":"long","other":"a"})") == Texts{});
  CHECK(fields(R"({"name":"longer"})", R"({"name":"long"})") == Texts{"name"});
  CHECK(fields(R"({"name":"long"})", R"({})") == Texts{"name"});
  CHECK(fields(R"({"map":{"a":"long","b":"longer"}})", R"({"map":{"a":"long"}})") ==
        Texts{"map.b"});
  CHECK(fields(R"({"byKey":[{"k":"new"},{"k":"x","v":"long","w":"1"}]})",
               R"({"byKey":[{"k":"x","v":"long"},{"k":"y","v":"long"}]})") == Texts{});
  CHECK(fields(R"({"byKey":[{"k":"y","v":"long"}]})", R"({"byKey":[{"k":"x","v":"long"}]})") ==
        Texts{"byKey[0].v"});
  CHECK(fields(R"({"atomic":["long","a"]})", R"({"atomic":["long"]})") == Texts{"atomic[0]"});
  CHECK(fields(R"({"atomic":["long"],"other":"x"})", R"({"atomic":["long"]})") == Texts{});
  // Items without a key pair with nothing, in whatever order those with one stand.
  CHECK(fields(R"({"byKey":[{"v":"long"}]})", R"({"byKey":[{"v":"long"}]})") ==
        Texts{"byKey[0].v"});
  CHECK(fields(R"({"byKey":[{"k":[]}]})", R"({"byKey":[{"k":[]}]})") == Texts{"byKey[0].k"});
  CHECK(fields(R"({"few":[{"k":"b"},{"k":"a"}]})", R"({"few":[{"k":"a"},{"k":"b"}]})") == Texts{});
  CHECK(fields(R"({"few":[{"k":"a"},{"k":"a","v":"x"}]})",
               R"({"few":[{"k":"a"},{"k":"a","v":"x"}]})") == Texts{"few"});
  CHECK(fields(R"({"whole":{"a":"","b":""}})", R"({"whole":{"b":"","a":""}})") == Texts{});
  CHECK(fields(R"({"whole":{"a":"1","b":""}})", R"({"whole":{"a":"","b":""}})") == Texts{"whole"});
  CHECK(fields(R"({"some":{"a":"xx","b":"1"}})", R"({"some":{"a":"xx"}})") ==
        Texts{"<nil>", "some.a"});
}

}  // namespace
}  // namespace gatefold
