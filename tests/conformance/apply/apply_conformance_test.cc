// Each question of expected/ and the reference's answer beside ours: objects, sets, conflicts,
// errors.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>

#include "engine/apply/typed.h"
#include "engine/apply/updater.h"
#include "tests/schema/parsed.h"

namespace gatefold::engine {
namespace {

using test::json;

const std::filesystem::path kFolder =
    std::filesystem::path(GATEFOLD_SOURCE_DIR) / "tests" / "conformance" / "apply" / "expected";
const std::filesystem::path kKinds =
    std::filesystem::path(GATEFOLD_SOURCE_DIR) / "schema" / "kinds";

std::string read_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  REQUIRE(in.good());
  return {std::istreambuf_iterator<char>(in), {}};
}

struct NamedType {
  SchemaPtr schema;
  bool is_kind = false;
  FieldType type() const {
    return is_kind ? FieldType::of_kind(*schema) : FieldType::of_schema(*schema);
  }
};
using Types = std::map<std::string, NamedType, std::less<>>;

NamedType read_type(const Value& source) {
  if (const auto* schema = find(source, "schema")) {
    auto parsed = parse_schema(*schema);
    REQUIRE(parsed.has_value());
    return {*parsed, false};
  }
  const auto document = test::yaml(read_file(kKinds / string_at(source, {"document"})));
  for (const auto& version : list_at(document, {"spec", "versions"})) {
    if (string_at(version, {"name"}) != string_at(source, {"version"})) continue;
    auto parsed = parse_schema(*find_path(version, {"schema", "openAPIV3Schema"}));
    REQUIRE(parsed.has_value());
    return {*parsed, true};
  }
  FAIL("no such version");
  return {};
}

// As the reference writes it, order included.
std::string written(const FieldSet& fields) {
  return to_json(to_fields_v1(fields));
}

FieldSet fields_of(const Value& fields) {
  auto parsed = parse_fields_v1(fields);
  REQUIRE(parsed.has_value());
  return std::move(*parsed);
}

// Lines in order, as the expectations have them.
std::vector<std::string> sorted_lines(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t from = 0; from <= text.size();) {
    const auto to = std::min(text.find('\n', from), text.size());
    lines.push_back(text.substr(from, to - from));
    from = to + 1;
  }
  std::ranges::sort(lines);
  return lines;
}

void check_error(const Value& expected, std::string_view member, const Result<void>& result) {
  const auto lines = result ? std::vector<std::string>() : sorted_lines(result.error().message);
  CHECK(lines == texts_at(expected, {member}));
}

void check_fields(const Value& question, const Value& expected) {
  const auto parsed = parse_fields_v1(*find(question, "fields"));
  CHECK(parsed.has_value() == (find(expected, "refused") == nullptr));
  if (!parsed || find(expected, "fields") == nullptr) return;
  CHECK(written(*parsed) == to_json(*find(expected, "fields")));
  CHECK(written(leaves(*parsed)) == to_json(*find(expected, "leaves")));
  std::vector<std::string> paths;
  parsed->for_each([&](const FieldPath& path) { paths.push_back(path_text(path)); });
  CHECK(paths == texts_at(expected, {"paths"}));
}

void check_value(const FieldType& type, const Value& question, const Value& expected) {
  const auto& value = *find(question, "value");
  check_error(expected, "error", validate_typed(type, value));
  check_error(expected, "errorOfLive", validate_typed(type, value, Duplicates::kAllowed));
  if (find(expected, "fields") == nullptr) return;
  const auto fields = field_set_of(type, value);
  CHECK(written(fields) == to_json(*find(expected, "fields")));
  CHECK(written(with_named_fields(type, fields)) == to_json(*find(expected, "named")));
  if (const auto* remove = find(question, "remove")) {
    CHECK(canonical_json(remove_fields(type, value, fields_of(*remove))) ==
          canonical_json(*find(expected, "left")));
  }
}

void check_pair(const FieldType& type, const Value& question, const Value& expected) {
  const auto& before = *find(question, "before");
  const auto& after = *find(question, "after");
  const auto changes = compare_typed(type, before, after);
  REQUIRE(changes.has_value());
  CHECK(written(changes->added) == to_json(*find(expected, "added")));
  CHECK(written(changes->modified) == to_json(*find(expected, "modified")));
  CHECK(written(changes->removed) == to_json(*find(expected, "removed")));
  const auto* merged = find(expected, "merged");
  if (merged == nullptr) return;  // `after` has duplicates, which nobody applies
  const auto ours = merge_typed(type, before, after);
  REQUIRE(ours.has_value());
  CHECK(canonical_json(*ours) == canonical_json(*merged));
}

// What happens in a chain of writes.
class Scenario {
 public:
  Scenario(const Types& types, const Value& question) : types_(types) {
    set_versions(question);
    if (const auto* reset = find(question, "reset")) {
      for (const auto& member : reset->get_object()) {
        reset_fields_.emplace(std::string(member.key()), fields_of(member.value()));
      }
    }
    if (const auto* live = find(question, "live")) live_ = *live;
  }

  void run(const Value& step) {
    set_versions(step);
    const auto& expected = *find(step, "expected");
    const std::string version(string_at(step, {"version"}));
    const auto& object = *find(step, "object");
    const bool is_update = string_at(step, {"op"}) == "update";
    const auto valid = validate_typed(*type_at(version), object,
                                      is_update ? Duplicates::kAllowed : Duplicates::kForbidden);
    check_error(expected, "error", valid);
    if (!valid) return;
    const Updater updater([this](std::string_view at) { return type_at(at); }, reset_fields_);
    const auto manager = string_at(step, {"manager"});
    if (is_update) {
      auto managers = updater.update(live_, object, version, managers_, manager);
      REQUIRE(managers.has_value());
      check_done(expected, true, Applied{object, std::move(*managers)});
      return;
    }
    const auto* force = find(step, "force");
    auto applied = updater.apply(live_, object, version, managers_, manager,
                                 force != nullptr && force->get_bool());
    if (applied) {
      check_done(expected, false, std::move(*applied));
    } else {
      REQUIRE(std::holds_alternative<ApplyConflicts>(applied.error()));
      check_conflicts(expected, std::get<ApplyConflicts>(applied.error()));
    }
  }

 private:
  void set_versions(const Value& from) {
    const auto* versions = find(from, "versions");
    if (versions == nullptr) return;
    versions_.clear();
    for (const auto& member : versions->get_object()) {
      versions_.emplace(std::string(member.key()), std::string(member.value().get_string()));
    }
  }

  std::optional<FieldType> type_at(std::string_view version) const {
    const auto found = versions_.find(version);
    if (found == versions_.end()) return std::nullopt;
    return types_.find(found->second)->second.type();
  }

  void check_done(const Value& expected, bool is_update, Applied applied) {
    REQUIRE(find(expected, "managers") != nullptr);
    CHECK(applied.object.has_value() == (find(expected, "unchanged") == nullptr));
    const auto* object = find(expected, "object");  // null, where an update was
    if (applied.object && (object != nullptr || !is_update)) {
      CHECK(canonical_json(*applied.object) ==
            (object == nullptr ? "null" : canonical_json(*object)));
    }
    JsonObject managers;
    for (const auto& [name, owned] : applied.managers) {
      managers.emplace(name, JsonObject{{"version", owned.api_version},
                                        {"applied", owned.applied},
                                        {"fields", to_fields_v1(owned.fields)}});
    }
    CHECK(to_json(managers) == to_json(*find(expected, "managers")));
    if (applied.object) live_ = std::move(*applied.object);
    managers_ = std::move(applied.managers);
  }

  static void check_conflicts(const Value& expected, const ApplyConflicts& conflicts) {
    JsonArray texts;
    for (const auto& [manager, path] : conflicts) {
      texts.push_back(JsonArray{Value(manager), Value(path_text(path))});
    }
    REQUIRE(find(expected, "conflicts") != nullptr);
    CHECK(to_json(texts) == to_json(*find(expected, "conflicts")));
  }

  const Types& types_;
  std::map<std::string, std::string, std::less<>> versions_;
  Updater::ResetFields reset_fields_;
  Value live_;
  Managers managers_;
};

void check_question(const Types& types, const Value& question) {
  const auto& expected = *find(question, "expected");
  const auto type = [&] { return types.find(string_at(question, {"type"}))->second.type(); };
  if (find(question, "fields") != nullptr) return check_fields(question, expected);
  if (find(question, "value") != nullptr) return check_value(type(), question, expected);
  check_pair(type(), question, expected);
}

void check_line(const Types& types, const Value& question) {
  INFO(string_at(question, {"title"}));
  if (find(question, "steps") == nullptr) return check_question(types, question);
  Scenario scenario(types, question);
  int number = 0;
  for (const auto& step : list_at(question, {"steps"})) {
    INFO("step " << ++number << ": " << to_json(step));
    scenario.run(step);
  }
}

// How many questions there are in a file.
int check_file(const std::string& theme) {
  std::ifstream in(kFolder / (theme + ".jsonl"), std::ios::binary);
  REQUIRE(in.good());
  Types types;
  int questions = 0;
  for (std::string text; std::getline(in, text);) {
    const auto line = json(text);
    if (const auto* sources = find(line, "types")) {
      for (const auto& source : sources->get_object()) {
        types.insert_or_assign(std::string(source.key()), read_type(source.value()));
      }
      continue;
    }
    check_line(types, line);
    ++questions;
  }
  return questions;
}

}  // namespace

TEST_CASE("sets of fields are read and written as the reference does (R18.1)") {
  CHECK(check_file("sets") > 20);
}

TEST_CASE("values are judged, compared and merged as the reference does (R18.2 R18.4 R18.7)") {
  CHECK(check_file("values") > 150);
}

TEST_CASE(
    "writes own fields as the reference says (R17.4 R17.7 R17.14 R18.4 R18.6 R18.11 R18.12)") {
  CHECK(check_file("scenarios") > 100);
}

TEST_CASE("kinds have the types that the reference knows them by (R18.2 R18.3)") {
  CHECK(check_file("kinds") > 150);
}

}  // namespace gatefold::engine
