// Objects that a real server was given, and what it said of each (spec,
// observed/crd-validation.txt): pruning, defaults, schema and rules together. The transcript has
// titles and answers, the requests stand here; their definition is in observed/probes.jsonl.
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>

#include "schema/defaults.h"
#include "schema/definition.h"
#include "schema/prune.h"
#include "schema/scale.h"
#include "schema/structural.h"
#include "tests/schema/parsed.h"

namespace gatefold {
namespace {

using test::json;
using test::Texts;

const std::filesystem::path kObserved =
    std::filesystem::path(GATEFOLD_SOURCE_DIR) / "../shared/spec/observed";

const std::map<std::string_view, std::string_view> kSpecs = {
    {"min", R"({"min": 0})"},
    {"max", R"({"min": 11})"},
    {"emin", R"({"emin": 1})"},
    {"emax", R"({"emin": 5})"},
    {"mult", R"({"mult": 4})"},
    {"int got float", R"({"min": 1.5})"},
    {"int got 1.0", R"({"min": 1.0})"},
    {"int got str", R"({"min": "1"})"},
    {"i32 over", R"({"i32": 3000000000})"},
    {"i64 over", R"({"i64": 9223372036854775808})"},
    {"minLength", R"({"str": "a"})"},
    {"maxLength", R"({"str": "abcde"})"},
    {"maxLength utf8", R"({"str": "ééééé"})"},
    {"pattern", R"({"pat": "b"})"},
    {"enum", R"({"enum": "C"})"},
    {"enumi", R"({"enumi": 3})"},
    {"str got int", R"({"str": 1})"},
    {"str got null", R"({"str": null})"},
    {"bool got str", R"({"b": "true"})"},
    {"minItems", R"({"arr": []})"},
    {"maxItems", R"({"arr": ["a", "b", "c"]})"},
    {"arr got obj", R"({"arr": {}})"},
    {"arr item type", R"({"arr": [1]})"},
    {"set dup", R"({"uniq": ["a", "b", "a"]})"},
    {"listmap dup", R"({"lm": [{"k": "a"}, {"k": "b"}, {"k": "a"}]})"},
    {"listmap missing key", R"({"lm": [{"v": "x"}]})"},
    {"required", R"({"obj": {}})"},
    {"obj null", R"({"obj": null})"},
    {"obj got str", R"({"obj": "x"})"},
    {"nullable", R"({"obj": {"a": "x", "n": null}})"},
    {"default", R"({"obj": {"a": "x"}})"},
    {"default null", R"({"obj": {"a": "x", "d": null}})"},
    {"minProps", R"({"mp": {}})"},
    {"maxProps", R"({"mp": {"a": "1", "b": "2", "c": "3"}})"},
    {"addlProps val", R"({"mp": {"a": "xxxx", "b.c": "xxxx", "d/e": 1}})"},
    {"ios", R"({"ios": true})"},
    {"ios str", R"({"ios": "5%"})"},
    {"ios float", R"({"ios": 1.5})"},
    {"puf", R"({"puf": {"x": {"y": 1}}})"},
    {"emb missing", R"({"emb": {"spec": {}}})"},
    {"emb ok",
     R"({"emb": {"apiVersion": "v1", "kind": "Foo", "metadata": {"name": "a"}, "spec": {}}})"},
    {"emb bad name",
     R"({"emb": {"apiVersion": "v1", "kind": "Foo", "metadata": {"name": "A_B"}}})"},
    {"date", R"({"date": "x"})"},
    {"dt", R"({"dt": "2020"})"},
    {"dt ok", R"({"dt": "2020-01-01T00:00:00Z"})"},
    {"uri", R"({"uri": "::"})"},
    {"email", R"({"email": "x"})"},
    {"ipv4", R"({"ipv4": "x"})"},
    {"uuid", R"({"uuid": "x"})"},
    {"byte", R"({"byte": "?"})"},
    {"duration", R"({"dur": "x"})"},
    {"hostname", R"({"hn": "a_b"})"},
    {"oneOf none", R"({"any": {}})"},
    {"oneOf two", R"({"any": {"x": "1", "y": "2"}})"},
    {"anyOf none", R"({"anyof": {}})"},
    {"allOf", R"({"allof": "ab"})"},
    {"allOf2", R"({"allof": "abcdef"})"},
    {"not", R"({"nott": "bad"})"},
    {"cel msg", R"({"cel": {"a": 3, "b": 2}})"},
    {"cel msgExpr", R"({"cel": {"a": 13}})"},
    {"cel nomsg", R"({"cel": {"a": 14}})"},
    {"cel required", R"({"cel": {"b": 15}})"},
    {"cel dup", R"({"cel": {"b": 16}})"},
    {"cel div0", R"({"cel": {"b": 17}})"},
    {"cel transition create", R"({"cel": {"im": "x"}})"},
    {"optionalOldSelf", R"({"opt": "other"})"},
    {"multi", R"({"min": 0, "str": "abcde", "pat": "b"})"},
    {"spec str", R"("x")"},
    {"unknown", R"({"zzz": 1})"},
};

struct Row {
  std::string title;
  int code = 0;
  std::string answer;  // the errors of 422, the spec of 201
};

std::string text_of(const char* name) {
  std::ifstream file(kObserved / name);
  return {std::istreambuf_iterator<char>(file), {}};
}

// `TITLE   422 ERRORS | [CAUSES]` and `TITLE   201 SPEC`; other lines are of other requests.
std::vector<Row> read_rows() {
  constexpr std::size_t kTitleWidth = 22;
  std::vector<Row> rows;
  const auto text = text_of("crd-validation.txt");
  for (std::string_view rest = text; !rest.empty();) {
    const auto end = std::min(rest.find('\n'), rest.size());
    const auto line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (line.starts_with('#') || line.size() < kTitleWidth) continue;
    const auto code = line.substr(kTitleWidth, 5);
    const bool is_refused = code == " 422 ";
    if (!is_refused && code != " 201 ") continue;
    const auto title = line.substr(0, line.find_last_not_of(' ', kTitleWidth) + 1);
    const auto answer = line.substr(kTitleWidth + code.size());
    rows.push_back({std::string(title), is_refused ? 422 : 201,
                    std::string(is_refused ? answer.substr(0, answer.rfind(" | [(")) : answer)});
  }
  return rows;
}

KindPtr observed_kind() {
  const auto text = text_of("probes.jsonl");
  for (std::string_view rest = text; !rest.empty();) {
    const auto end = std::min(rest.find('\n'), rest.size());
    const auto line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (!line.starts_with(R"({"title": "create crd")")) continue;
    auto definition = json(line).at("body");
    REQUIRE(decode_definition(definition).has_value());
    default_definition(definition);
    CHECK(test::texts(validate_definition(definition, nullptr)) == Texts{});
    auto kind = parse_kind(definition);
    REQUIRE(kind.has_value());
    return std::move(*kind);
  }
  FAIL("no row `create crd`");
  return nullptr;
}

FieldErrors admit(const KindVersion& version, Value& object) {
  prune_unknown(*version.schema, object);
  drop_nulls(*version.schema, object);
  apply_defaults(*version.schema, object);
  auto errors = validate_structural(*version.schema, object);
  const auto append = [&errors](FieldErrors&& more) {
    for (auto& error : more) errors.push_back(std::move(error));
  };
  append(validate_scale_spec(*version.scale, object));
  append(validate_list_types(*version.schema, object));
  if (rules_may_run(errors)) {
    append(version.rules->check(object, nullptr).errors);
  } else {
    errors.push_back(rules_skipped());
  }
  return errors;
}

// Siblings' errors come in any order from a real server: each has to be there, and nothing else.
bool says_the_same(const Texts& ours, std::string_view theirs) {
  if (ours.size() > 1) {
    theirs.remove_prefix(1);
    theirs.remove_suffix(1);
  }
  std::size_t bytes = ours.empty() ? 0 : (ours.size() - 1) * 2;
  for (const auto& text : ours) {
    bytes += text.size();
    if (!theirs.contains(text)) return false;
  }
  return bytes == theirs.size();
}

TEST_CASE("objects are admitted and refused as by a real server") {
  if (!std::filesystem::exists(kObserved)) {
    std::cout << "SKIP: no observed/crd-validation.txt beside the project\n";
    return;
  }
  const auto kind = observed_kind();
  const auto* version = kind->version("v1");
  REQUIRE(version != nullptr);
  REQUIRE(version->rules != nullptr);
  REQUIRE(version->scale.has_value());
  const auto rows = read_rows();
  CHECK(rows.size() == kSpecs.size());
  for (const auto& row : rows) {
    INFO(row.title << ": " << row.code << " " << row.answer);
    const auto spec = kSpecs.find(row.title);
    REQUIRE(spec != kSpecs.end());
    Value object(JsonObject{{"apiVersion", "ex.com/v1"},
                            {"kind", "Test"},
                            {"metadata", {{"name", "c1"}}},
                            {"spec", json(spec->second)}});
    const auto errors = admit(*version, object);
    if (row.code == 201) {
      CHECK(test::texts(errors) == Texts{});
      CHECK(object.at("spec") == json(row.answer));
      continue;
    }
    for (const auto& text : test::texts(errors)) UNSCOPED_INFO("ours: " << text);
    CHECK(says_the_same(test::texts(errors), row.answer));
  }
}

}  // namespace
}  // namespace gatefold
