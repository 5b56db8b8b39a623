// Structural schemas: what a value looks like is said on the spine of properties, items and
// additionalProperties; allOf, anyOf, oneOf and not may only narrow what the spine declares.
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "schema/definition_schema.h"
#include "schema/pattern.h"

namespace gatefold {
namespace {

constexpr auto kOrigin = "structural";
constexpr std::array<std::string_view, 3> kJunctors = {"allOf", "anyOf", "oneOf"};

std::string key_path(const std::string& path, std::string_view keyword, std::string_view key) {
  return fmt::format("{}.{}[{}]", path, keyword, key);
}

std::string index_path(const std::string& path, std::string_view keyword, std::size_t index) {
  return fmt::format("{}.{}[{}]", path, keyword, index);
}

// `{type: integer}` and no more.
bool is_type_alone(const Value& schema, std::string_view type) {
  if (string_at(schema, {"type"}) != type) return false;
  return std::ranges::all_of(schema.get_object(), [](const auto& member) {
    const auto* keyword = find_keyword(member.key());
    return member.key() == "type" || keyword == nullptr || is_zero(keyword->shape, member.value());
  });
}

// The one use of types below a junctor that is allowed: how int-or-string is spelt out.
bool is_int_or_string(const JsonArray& any_of) {
  return any_of.size() == 2 && is_type_alone(any_of[0], "integer") &&
         is_type_alone(any_of[1], "string");
}

bool has_additional(const SchemaView& schema) {
  return schema.has("additionalProperties");
}

enum class Level { kRoot, kItem, kField };

class StructureCheck {
 public:
  void check(const Value& root, const std::string& path) {
    check_spine(root, Level::kRoot, path);
    check_completeness(root, &root, path, path);
  }

  // By their texts, as Kubernetes sorts them.
  FieldErrors take() {
    std::ranges::sort(errors_, {},
                      [](const auto& error) { return error.field + ": " + error.body; });
    return std::move(errors_);
  }

 private:
  void require(std::string field, std::string_view detail) {
    errors_.push_back(required(std::move(field), detail, kOrigin));
  }
  void forbid(std::string field, std::string_view detail) {
    errors_.push_back(forbidden_field(std::move(field), detail, kOrigin));
  }
  void refuse(std::string field, const Value& value, std::string_view detail) {
    errors_.push_back(invalid_value(std::move(field), value, detail, kOrigin));
  }

  void check_spine(const Value& value, Level level, const std::string& path) {
    const SchemaView schema(value);
    const auto* items = schema.schema("items");
    if (schema.text("type") == "array" && items == nullptr) {
      require(path + ".items", "must be specified");
    }
    if (items != nullptr) check_spine(*items, Level::kItem, path + ".items");
    for (const auto& [name, property] : schema.members("properties")) {
      check_spine(*property, Level::kField, key_path(path, "properties", name));
    }
    if (has_additional(schema)) {
      if (level == Level::kRoot) {
        forbid(path + ".additionalProperties", "must not be used at the root");
      }
      if (const auto* additional = schema.schema("additionalProperties")) {
        check_spine(*additional, Level::kField, path + ".additionalProperties");
      }
    }
    check_extensions(schema, path);
    check_validation(schema, is_int_or_string(schema.list("anyOf")),
                     has_int_or_string_first(schema), path);
    check_type(schema, level, path);
    check_resource(schema, level, path);
  }

  static bool has_int_or_string_first(const SchemaView& schema) {
    const auto& all_of = schema.list("allOf");
    return !all_of.empty() && is_int_or_string(SchemaView(all_of[0]).list("anyOf"));
  }

  void check_extensions(const SchemaView& schema, const std::string& path) {
    if (!schema.flag("x-kubernetes-int-or-string")) return;
    for (const std::string keyword :
         {"x-kubernetes-preserve-unknown-fields", "x-kubernetes-embedded-resource"}) {
      if (!schema.flag(keyword)) continue;
      refuse(path + "." + keyword, Value(true),
             "must be false if x-kubernetes-int-or-string is true");
    }
  }

  void check_type(const SchemaView& schema, Level level, const std::string& path) {
    const auto type = schema.text("type");
    const auto where = path + ".type";
    if (schema.flag("x-kubernetes-embedded-resource") && type != "object") {
      constexpr auto kText = "must be object if x-kubernetes-embedded-resource is true";
      if (type.empty()) {
        require(where, kText);
      } else {
        refuse(where, Value(type), kText);
      }
    } else if (type.empty() && !schema.flag("x-kubernetes-int-or-string") &&
               !schema.flag("x-kubernetes-preserve-unknown-fields")) {
      require(where, level == Level::kRoot   ? "must not be empty at the root"
                     : level == Level::kItem ? "must not be empty for specified array items"
                                             : "must not be empty for specified object fields");
    }
    if (level == Level::kRoot && !type.empty() && type != "object") {
      refuse(where, Value(type), "must be object at the root");
    }
  }

  // What the root and embedded resources may say of the members that all objects have.
  void check_resource(const SchemaView& schema, Level level, const std::string& path) {
    const bool is_embedded = schema.flag("x-kubernetes-embedded-resource");
    const bool is_resource = level == Level::kRoot || is_embedded;
    if (is_embedded && has_additional(schema)) {
      forbid(path + ".additionalProperties",
             "must not be used if x-kubernetes-embedded-resource is set");
    }
    for (const std::string name : {"kind", "apiVersion"}) {
      const auto* property = schema.property(name);
      if (property == nullptr || !is_resource) continue;
      const auto type = string_at(*property, {"type"});
      if (type == "string") continue;
      refuse(key_path(path, "properties", name) + ".type", Value(type), "must be string");
    }
    if (const auto* metadata = schema.property("metadata")) {
      const auto where = key_path(path, "properties", "metadata");
      const auto type = string_at(*metadata, {"type"});
      if (is_resource && type != "object") refuse(where + ".type", Value(type), "must be object");
      if (level == Level::kRoot && restricts_more_than_names(*metadata)) {
        forbid(where,
               "must not specify anything other than name and generateName, but metadata is "
               "implicitly specified");
      }
    }
    if (is_embedded && !schema.flag("x-kubernetes-preserve-unknown-fields") &&
        schema.members("properties").empty()) {
      require(path + ".properties",
              "must not be empty if x-kubernetes-embedded-resource is true without "
              "x-kubernetes-preserve-unknown-fields");
    }
  }

  static bool restricts_more_than_names(const Value& metadata) {
    if (!metadata.is_object()) return false;
    for (const auto& [key, value] : metadata.get_object()) {
      const auto* keyword = find_keyword(key);
      if (keyword == nullptr || is_zero(keyword->shape, value)) continue;
      if (key == "type" || key == "default" || key == "externalDocs" || key == "example") continue;
      if (key != "properties") return true;
      for (const auto& [name, property] : SchemaView(metadata).members("properties")) {
        if (name != "name" && name != "generateName") return true;
      }
    }
    return false;
  }

  // Of a node on the spine or below a junctor.
  void check_validation(const SchemaView& schema, bool any_of_is_fine, bool first_all_of_is_fine,
                        const std::string& path) {
    for (const auto junctor : kJunctors) {
      if (junctor == "anyOf" && any_of_is_fine) continue;
      const auto& branches = schema.list(junctor);
      for (std::size_t i = 0; i < branches.size(); ++i) {
        const bool is_fine = junctor == "allOf" && i == 0 && first_all_of_is_fine;
        check_nested(branches[i], is_fine, index_path(path, junctor, i));
      }
    }
    if (const auto* branch = schema.schema("not")) check_nested(*branch, false, path + ".not");
    const auto pattern = schema.text("pattern");
    if (pattern.empty()) return;
    if (const auto compiled = compile_pattern(pattern); !compiled) {
      refuse(path + ".pattern", Value(pattern),
             fmt::format("must be a valid regular expression, but isn't: {}", compiled.error()));
    }
  }

  // Of a node below a junctor.
  void check_nested(const Value& value, bool any_of_is_fine, const std::string& path) {
    const SchemaView schema(value);
    check_validation(schema, any_of_is_fine, false, path);
    if (const auto* items = schema.schema("items")) check_nested(*items, false, path + ".items");
    for (const auto& [name, property] : schema.members("properties")) {
      check_nested(*property, false, key_path(path, "properties", name));
    }
    const auto* additional = schema.get("additionalProperties");
    if (additional != nullptr && *additional != Value(false)) {
      forbid(path + ".additionalProperties", "must be undefined to be structural");
    }
    check_spine_keywords(schema, path);
    if (schema.property("metadata") != nullptr) {
      forbid(key_path(path, "properties", "metadata"), "must not be specified in a nested context");
    }
  }

  // Keywords that only the spine may have.
  void check_spine_keywords(const SchemaView& schema, const std::string& path) {
    struct Row {
      std::string_view keyword;
      std::string_view detail;
    };
    static constexpr Row kRows[] = {
        {"type", "must be empty to be structural"},
        {"default", "must be undefined to be structural"},
        {"title", "must be empty to be structural"},
        {"description", "must be empty to be structural"},
        {"nullable", "must be false to be structural"},
        {"x-kubernetes-preserve-unknown-fields", "must be false to be structural"},
        {"x-kubernetes-embedded-resource", "must be false to be structural"},
        {"x-kubernetes-int-or-string", "must be false to be structural"},
        {"x-kubernetes-list-map-keys", "must be empty to be structural"},
        {"x-kubernetes-list-type", "must be undefined to be structural"},
        {"x-kubernetes-map-type", "must be undefined to be structural"},
        {"x-kubernetes-validations", "must be empty to be structural"}};
    for (const auto& row : kRows) {
      const auto* value = schema.get(row.keyword);
      if (value == nullptr || is_zero(find_keyword(row.keyword)->shape, *value)) continue;
      forbid(fmt::format("{}.{}", path, row.keyword), row.detail);
    }
  }

  // Whatever a junctor speaks of has to be declared on the spine.
  void check_completeness(const Value& validation, const Value* spine,
                          const std::string& spine_path, const std::string& path) {
    const SchemaView schema(validation);
    const auto go = [&](const Value& branch, const std::string& branch_path) {
      check_branch(branch, spine, spine_path, branch_path);
    };
    if (const auto* branch = schema.schema("not")) go(*branch, path + ".not");
    for (const auto junctor : kJunctors) {
      const auto& branches = schema.list(junctor);
      for (std::size_t i = 0; i < branches.size(); ++i) {
        go(branches[i], index_path(path, junctor, i));
      }
    }
  }

  void check_branch(const Value& branch, const Value* spine, const std::string& spine_path,
                    const std::string& path) {
    if (spine == nullptr) {
      require(spine_path, fmt::format("because it is defined in {}", path));
      return;
    }
    check_completeness(branch, spine, spine_path, path);
    const SchemaView schema(branch);
    const SchemaView declared(*spine);
    if (const auto* items = schema.schema("items")) {
      check_branch(*items, declared.schema("items"), spine_path + ".items", path + ".items");
    }
    for (const auto& [name, property] : schema.members("properties")) {
      check_branch(*property, declared.property(name), key_path(spine_path, "properties", name),
                   key_path(path, "properties", name));
    }
  }

  FieldErrors errors_;
};

std::string unsupported_keyword(const SchemaView& schema) {
  if (!schema.text("id").empty()) return "OpenAPIV3Schema 'id' is not supported";
  if (!schema.text("$schema").empty()) return "OpenAPIV3Schema 'schema' is not supported";
  if (!schema.text("$ref").empty()) return "OpenAPIV3Schema '$ref' is not supported";
  for (const std::string_view keyword : {"patternProperties", "dependencies", "definitions"}) {
    const auto* value = schema.schema(keyword);
    if (value != nullptr && !value->get_object().empty()) {
      return fmt::format("OpenAPIV3Schema '{}' is not supported", keyword);
    }
  }
  if (schema.has("additionalItems")) return "OpenAPIV3Schema 'additionalItems' is not supported";
  if (!schema.list("items").empty()) {
    return "OpenAPIV3Schema 'items' must be a schema, but is an array";
  }
  const auto* preserves = schema.get("x-kubernetes-preserve-unknown-fields");
  if (preserves != nullptr && *preserves == Value(false)) {
    return "internal error: 'x-kubernetes-preserve-unknown-fields' must be true or undefined";
  }
  return {};
}

}  // namespace

FieldErrors validate_structure(const Value& schema, const std::string& path) {
  StructureCheck check;
  check.check(schema, path);
  return check.take();
}

std::string unsupported_in_structure(const Value& value) {
  const SchemaView schema(value);
  if (auto text = unsupported_keyword(schema); !text.empty()) return text;
  for (const std::string_view keyword : {"not", "items", "additionalProperties"}) {
    const auto* below = schema.schema(keyword);
    if (below == nullptr) continue;
    if (auto text = unsupported_in_structure(*below); !text.empty()) return text;
  }
  for (const auto junctor : kJunctors) {
    for (const auto& branch : schema.list(junctor)) {
      if (auto text = unsupported_in_structure(branch); !text.empty()) return text;
    }
  }
  for (const auto& [name, property] : schema.members("properties")) {
    if (auto text = unsupported_in_structure(*property); !text.empty()) return text;
  }
  return {};
}

}  // namespace gatefold
