#include "schema/yaml.h"

#include "tests/schema/parsed.h"
#include "tests/schema/random_value.h"

namespace gatefold {
namespace {

using test::yaml;

std::string as_json(std::string_view text) {
  return canonical_json(yaml(text));
}

std::string error_of(std::string_view text) {
  const auto parsed = parse_yaml(text);
  return parsed ? "none" : parsed.error().message;
}

TEST_CASE("plain scalars mean what YAML 1.1 says (R4.16)") {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"y", "true"},
      {"Y", "true"},
      {"yes", "true"},
      {"On", "true"},
      {"TRUE", "true"},
      {"n", "false"},
      {"NO", "false"},
      {"off", "false"},
      {"False", "false"},
      {"~", "null"},
      {"null", "null"},
      {"Null", "null"},
      {"nULL", R"("nULL")"},
      {"yES", R"("yES")"},
      {"0", "0"},
      {"-12", "-12"},
      {"+12", "12"},
      {"1_000", "1000"},
      {"0x1F", "31"},
      {"-0x1f", "-31"},
      {"0o17", "15"},
      {"017", "15"},
      {"0b101", "5"},
      {"08", "8"},
      {"0x", R"("0x")"},
      {"0o8", R"("0o8")"},
      {"1.5", "1.5"},
      {"1.0", "1"},
      {"1.", "1"},
      {".5", "0.5"},
      {"1e3", "1000"},
      {"1.5e-3", "0.0015"},
      {"1e-400", "0"},
      {"1e400", "\"1e400\""},
      {"-.5e1", "-5"},
      {"1e999", R"("1e999")"},
      {"9223372036854775807", "9223372036854775807"},
      {"-9223372036854775808", "-9223372036854775808"},
      {"9223372036854775808", "9223372036854776000"},
      {"1:30", R"("1:30")"},
      {"1.2.3", R"("1.2.3")"},
      {"1.2.3.4/24", R"("1.2.3.4/24")"},
      {"-", "[null]"},
      {"--", R"("--")"},
      {"+", R"("+")"},
      {".", R"(".")"},
      {"2026-01-02", R"("2026-01-02")"},
      {"2026-01-02T03:04:05Z", R"("2026-01-02T03:04:05Z")"},
      {"=", R"("=")"},
      {"a b", R"("a b")"},
      {"http://a.b/c?d#e", R"("http://a.b/c?d#e")"},
  };
  for (const auto& [text, json] : cases) {
    INFO(text);
    CHECK(as_json(text) == json);
  }
}

TEST_CASE("quoted and tagged scalars are what they say") {
  CHECK(as_json("'yes'") == R"("yes")");
  CHECK(as_json("\"12\"") == R"("12")");
  CHECK(as_json("!!str 12") == R"("12")");
  CHECK(as_json("!!int '12'") == "12");
  CHECK(as_json("a: !!str") == R"({"a":""})");
  CHECK(as_json(R"("\_\N\L\P")") == "\"\xc2\xa0\xc2\x85\xe2\x80\xa8\xe2\x80\xa9\"");
  CHECK(as_json("'it''s'") == R"("it's")");
  CHECK(as_json(R"("\x41\u00e9\U0001F600\n\t\e")") == "\"Aé😀\\n\\t\\u001b\"");
}

TEST_CASE("numbers that JSON lacks are refused") {
  CHECK(error_of("a: .inf") == "line 1: json: unsupported value: .inf");
  CHECK(error_of("a: 1\nb: -.Inf") == "line 2: json: unsupported value: -.Inf");
  CHECK(error_of(".NaN") == "line 1: json: unsupported value: .NaN");
  CHECK(as_json("'.inf'") == R"(".inf")");
}

TEST_CASE("block text keeps and folds its lines") {
  CHECK(as_json("a: |\n  x\n   y\n\n  z\n") == R"({"a":"x\n y\n\nz\n"})");
  CHECK(as_json("a: |-\n  x\n\n\nb: 1") == R"({"a":"x","b":1})");
  CHECK(as_json("a: |+\n  x\n\nb: 1") == R"({"a":"x\n\n","b":1})");
  CHECK(as_json("a: >\n  x\n  y\n\n  z\n") == R"({"a":"x y\nz\n"})");
  CHECK(as_json("a: |2\n   x\n") == R"({"a":" x\n"})");
}

TEST_CASE("keys become strings") {
  CHECK(as_json("1: a\ntrue: b\n1.5: c\nyes : d\n'x': e") ==
        R"({"1":"a","1.5":"c","true":"d","x":"e"})");
  CHECK(as_json("010: a") == R"({"8":"a"})");
  CHECK(error_of("~: a") == "line 1: null can't be a key");
  CHECK(error_of("[a]: b") == "line 1: a key must be a scalar");
  CHECK(error_of("? {a: b}\n: c") == "line 1: a key must be a scalar");
  CHECK(error_of(": a") == "line 1: null can't be a key");
}

TEST_CASE("anchors, aliases and merge keys are resolved") {
  CHECK(as_json("a: &x {k: 1}\nb: *x\nc: [*x, *x]") ==
        R"({"a":{"k":1},"b":{"k":1},"c":[{"k":1},{"k":1}]})");
  CHECK(as_json("a: &x 1\nb: &x 2\nc: *x") == R"({"a":1,"b":2,"c":2})");
  CHECK(as_json("&k key: 1\nother: *k") == R"({"key":1,"other":"key"})");
  CHECK(as_json("x: &k key\n*k : 1") == R"({"key":1,"x":"key"})");
  CHECK(as_json("base: &b {p: 1, q: 2}\nd:\n  <<: *b\n  q: 3\n  r: 4") ==
        R"({"base":{"p":1,"q":2},"d":{"p":1,"q":3,"r":4}})");
  CHECK(as_json("- &a {p: 1}\n- &b {p: 2, q: 2}\n- <<: [*a, *b]") ==
        R"([{"p":1},{"p":2,"q":2},{"p":1,"q":2}])");
  CHECK(as_json("'<<': {a: 1}") == R"({"<<":{"a":1}})");
}

TEST_CASE("anchors that don't work are refused") {
  CHECK(error_of("a: *x").starts_with("line 1: "));
  CHECK(error_of("a: &x [*x]") == "line 1: an anchor's value contains itself");
  CHECK(error_of("a: 1\n<<: 2") ==
        "line 2: map merge requires map or sequence of maps as the value");
  CHECK(error_of("<<: [1]") == "line 1: map merge requires map or sequence of maps as the value");
}

TEST_CASE("a key that stands twice is named with its line, and the last one wins") {
  const auto parsed =
      parse_yaml_with_duplicates("a: 1\nb:\n  c: 1\n  c: 2\na: 3\nd: {x: 1, 'x': 2}\n");
  REQUIRE(parsed.has_value());
  CHECK(canonical_json(parsed->value) == R"({"a":3,"b":{"c":2},"d":{"x":2}})");
  CHECK(parsed->duplicates == test::Texts{R"(line 4: key "c" already set in map)",
                                          R"(line 5: key "a" already set in map)",
                                          R"(line 6: key "x" already set in map)"});
}

TEST_CASE("what a merge brings is no duplicate") {
  const auto parsed = parse_yaml_with_duplicates("b: &b {p: 1}\nc:\n  <<: *b\n  p: 2\n");
  REQUIRE(parsed.has_value());
  CHECK(parsed->duplicates.empty());
}

TEST_CASE("the first document is read, an empty one is null") {
  CHECK(as_json("a: 1\n---\nb: 2") == R"({"a":1})");
  CHECK(as_json("---\n---\na: 1") == "null");
  CHECK(as_json("").empty() == false);
  CHECK(as_json("") == "null");
  CHECK(as_json("# nothing\n") == "null");
  CHECK(as_json("%YAML 1.1\n---\na: 1\n...\n") == R"({"a":1})");
}

TEST_CASE("all documents are read and empty ones left out") {
  const auto documents = parse_yaml_documents("---\n---\na: 1\n---\n# c\n---\n- b\n...\n---\n{}\n");
  REQUIRE(documents.has_value());
  REQUIRE(documents->size() == 3);
  CHECK(canonical_json(documents->at(0)) == R"({"a":1})");
  CHECK(canonical_json(documents->at(1)) == R"(["b"])");
  CHECK(canonical_json(documents->at(2)) == "{}");
  CHECK(parse_yaml_documents("").value().empty());
  CHECK(parse_yaml_documents("# nothing").value().empty());
}

TEST_CASE("an error in a later document spoils all of them, with its line") {
  const auto documents = parse_yaml_documents("a: 1\n---\nb: [1\n---\nc: 1\n");
  REQUIRE_FALSE(documents.has_value());
  CHECK(documents.error().message.starts_with("line "));
}

TEST_CASE("only dashes begin another document") {
  const std::string_view complaint = "did not find expected <document start>";
  for (const std::string_view text :
       {"- a\nb: c\n", "- 1\n-2\n", "é: 1\n...\nb: 2\n", "\xef\xbb\xbf- é\nb\n"}) {
    INFO(text);
    CHECK(error_of(text).ends_with(complaint));
    const auto documents = parse_yaml_documents(text);
    REQUIRE_FALSE(documents.has_value());
    CHECK(documents.error().message.ends_with(complaint));
  }
  CHECK(error_of("- a\n- b\nc: d\n") == "line 3: did not find expected <document start>");
  CHECK(as_json("\xef\xbb\xbfé: 1\n---\né: 2\n") == R"({"é":1})");
  CHECK(parse_yaml_documents("é: 1\n--- é\n---\nb\n").value().size() == 3);
  CHECK(parse_yaml_documents("a\n...\n%YAML 1.1\n---\nb\n").value().size() == 2);
}

TEST_CASE("errors in documents that nobody reads don't matter") {
  CHECK(as_json("a: 1\n---\nb: [\n") == R"({"a":1})");
}

TEST_CASE("anchors end with their document") {
  CHECK_FALSE(parse_yaml_documents("a: &x 1\n---\nb: *x\n").has_value());
}

TEST_CASE("errors name the line") {
  CHECK(error_of("a: 1\nb: [1, 2\n").starts_with("line "));
  CHECK(error_of("a: 1\n b: 2\n").starts_with("line 2: "));
  for (const std::string_view text : {"a: 'x", "a: 'x\n", "a: \"x\n  ", "a: 'x\n\n", "a: [x\n"}) {
    INFO(text);
    CHECK(error_of(text).starts_with("line "));
  }
  CHECK(error_of("a:\n\t- b\n").starts_with("line 2: "));
  CHECK(error_of("a: @x").starts_with("line 1: "));
  CHECK(error_of("a: !!binary aGk=") == "line 1: !!binary is not supported");
}

TEST_CASE("bytes that are no UTF-8 are refused") {
  CHECK(error_of("a: b\nc: \xff\n") == "line 2: invalid UTF-8");
  CHECK(error_of("a: \"\xc3(\"\n") == "line 1: invalid UTF-8");
  CHECK(error_of(std::string_view("a: b\n\0", 6)) == "line 2: control characters are not allowed");
  CHECK(error_of(std::string_view("a\0:\0", 4)) == "line 1: control characters are not allowed");
  CHECK(as_json("a: é\n") == R"({"a":"é"})");
}

TEST_CASE("JSON is YAML, with its escapes and its duplicates") {
  CHECK(as_json(R"({"a":"\ud83d\ude00","b":[1.0,{"c":null}]})") ==
        R"({"a":"😀","b":[1,{"c":null}]})");
  CHECK(as_json("{a: 1, b: [x, z]}") == R"({"a":1,"b":["x","z"]})");
  const auto parsed = parse_yaml_with_duplicates(R"({"a":1,"a":2})");
  REQUIRE(parsed.has_value());
  CHECK(parsed->duplicates == test::Texts{R"(key "a" already set in map)"});
}

TEST_CASE("aliases multiply up to a bound") {
  std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 12; ++i) {
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
    for (int k = 0; k < 10; ++k) bomb += (k > 0 ? ", *a" : "*a") + std::to_string(i - 1);
    bomb += "]\n";
  }
  CHECK(error_of(bomb).ends_with("document contains excessive aliasing or nodes"));
  std::string merged = "a0: &a0 {x: [" + std::string(200, ',') + "]}\n";
  CHECK_FALSE(parse_yaml("a: &a [x, x]\nb: [*a, *a]", {.nodes_max = 8}).has_value());
  CHECK(parse_yaml("a: &a [x, x]\nb: [*a, *a]", {.nodes_max = 20}).has_value());
}

TEST_CASE("long strings count for their length when they are multiplied") {
  std::string text = "a: &a '" + std::string(1 << 20, 'x') + "'\nb:\n";
  for (int i = 0; i < 100; ++i) text += "- *a\n";
  CHECK(error_of(text).ends_with("document contains excessive aliasing or nodes"));
}

TEST_CASE("nesting is bounded") {
  const auto nested = [](std::size_t levels) {
    return std::string(levels, '[') + std::string(levels, ']');
  };
  CHECK(parse_yaml(nested(400)).has_value());
  CHECK_FALSE(parse_yaml(nested(600)).has_value());
  CHECK_FALSE(parse_yaml(std::string(100'000, '[')).has_value());
  CHECK_FALSE(parse_yaml(std::string(100'000, '{')).has_value());
  CHECK(error_of("- - - a").starts_with("none"));
  const auto refused = parse_yaml("- - - a", {.nesting_max = 2});
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().message == "line 1: exceeded max depth");
  std::string dashes;
  for (int i = 0; i < 100'000; ++i) dashes += "- ";
  CHECK(error_of(dashes) == "line 1: exceeded max depth");
}

TEST_CASE("YAML is written in blocks, lists at the margin of their key") {
  const Value value = test::json(R"({
    "apiVersion":"v1","kind":"X","spec":{"list":[{"a":1,"b":["x","z"]},{"a":2}],"empty":[],
    "none":{},"nested":[["p","q"],[]],"text":"line one\nline two\n","nil":null,"t":true,
    "big":1e21,"half":0.5}})");
  CHECK(to_yaml(value) == R"(apiVersion: v1
kind: X
spec:
  list:
  - a: 1
    b:
    - x
    - z
  - a: 2
  empty: []
  none: {}
  nested:
  - - p
    - q
  - []
  text: |
    line one
    line two
  nil: null
  t: true
  big: 1e+21
  half: 0.5
)");
}

TEST_CASE("strings are quoted where they would read as something else") {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"plain text", "plain text"},
      {"", "\"\""},
      {"yes", "\"yes\""},
      {"null", "\"null\""},
      {"12", "\"12\""},
      {"0x1f", "\"0x1f\""},
      {"1e3", "\"1e3\""},
      {"12:30", "\"12:30\""},
      {"2026-01-02T03:04:05Z", "\"2026-01-02T03:04:05Z\""},
      {"<<", "\"<<\""},
      {"a: b", "'a: b'"},
      {"a #b", "'a #b'"},
      {"a#b", "a#b"},
      {"#a", "'#a'"},
      {"- a", "'- a'"},
      {"-a", "-a"},
      {"'a'", "'''a'''"},
      {"*", "'*'"},
      {"a:", "'a:'"},
      {"[a]", "'[a]'"},
      {" a", "' a'"},
      {"a\tb", "\"a\\tb\""},
      {"---", "'---'"},
      {"\xc2\x85", "\"\\x85\""},
      {"\xe2\x80\xa8", "\"\\u2028\""},
      {"\x7f", "\"\\x7f\""},
      {"é😀", "é😀"},
  };
  for (const auto& [text, written] : cases) {
    CHECK(to_yaml(Value(boost::json::string_view(text))) == std::string(written) + "\n");
  }
}

TEST_CASE("every value reads back from its YAML") {
  test::RandomValues random(42);
  for (int i = 0; i < 3000; ++i) {
    const Value value = random.value(4);
    const std::string text = to_yaml(value);
    INFO(canonical_json(value));
    INFO(text);
    const auto parsed = parse_yaml_with_duplicates(text);
    INFO((parsed ? canonical_json(parsed->value) : parsed.error().message));
    REQUIRE(parsed.has_value());
    REQUIRE(parsed->value == value);
    REQUIRE(parsed->duplicates.empty());
  }
}

TEST_CASE("keys that are too long for one line read back") {
  const Value value(JsonObject{{"list", JsonArray{Value(JsonObject{
                                            {std::string(3000, 'k'), "v"},
                                            {std::string(3000, '"'), JsonObject{{"a", 1}}},
                                            {std::string(3000, '\n'), JsonArray{1}},
                                            {"b", 2},
                                        })}}});
  const auto parsed = parse_yaml(to_yaml(value));
  REQUIRE(parsed.has_value());
  CHECK(*parsed == value);
}

TEST_CASE("broken YAML is read or refused with a reason") {
  test::RandomValues random(5);
  for (int i = 0; i < 5000; ++i) {
    std::string text = to_yaml(random.value(3));
    for (auto edits = random.below(3) + 1; edits > 0; --edits) {
      text.at(random.below(text.size())) = static_cast<char>(random.below(256));
    }
    INFO(text);
    const auto parsed = parse_yaml_documents(text);
    if (!parsed) {
      REQUIRE_FALSE(parsed.error().message.empty());
      continue;
    }
    for (const auto& value : *parsed) {
      const auto again = parse_json(canonical_json(value));
      REQUIRE(again.has_value());
      REQUIRE(again->value == value);
    }
  }
}

}  // namespace
}  // namespace gatefold
