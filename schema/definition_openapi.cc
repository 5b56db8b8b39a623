// Keywords as OpenAPI knows them: which of them may stand in a definition, alone and together.
#include <algorithm>

#include <fmt/format.h>

#include "schema/definition_go.h"
#include "schema/definition_schema.h"

namespace gatefold {
namespace {

constexpr auto kOrigin = "definition-schema";

// What the ancestors of a node decide.
struct Surroundings {
  std::string no_default_reason;  // "": defaults are fine
  bool is_in_metadata = false;
  std::string uncorrelatable;  // path of the nearest to the root without a past; "": none
  CountMax count = 1;          // of values in one object
};

class KeywordCheck {
 public:
  explicit KeywordCheck(bool is_estimated) : is_estimated_(is_estimated) {}

  // `parsed` is nullptr where rules can't be compiled: without a structure, or below a junctor.
  void walk(const Value& value, const std::string& path, const Surroundings& around,
            const SchemaNode* parsed, bool is_root) {
    const SchemaView schema(value);
    const auto errors_before = errors_.size();
    check_alone(schema, path, around);
    check_additional(schema, path, around, parsed);
    walk_properties(schema, path, around, parsed, is_root);
    walk_junctors(schema, path, around);
    walk_items(schema, path, around, parsed);
    const auto* preserves = schema.get("x-kubernetes-preserve-unknown-fields");
    if (preserves != nullptr && *preserves == Value(false)) {
      add(invalid_value(path + ".x-kubernetes-preserve-unknown-fields", *preserves,
                        "must be true or undefined", kOrigin));
    }
    validate_list_and_map_types(schema, path, errors_);
    if (schema.list("x-kubernetes-validations").empty()) return;
    validate_rule_texts(schema, path, parsed, errors_);
    // What the compiler would say of a broken schema goes away with the schema's own errors.
    if (errors_.size() != errors_before || parsed == nullptr) return;
    const bool is_resource = is_root || parsed->embedded_resource;
    compile_rules(schema, path, {*parsed, is_resource, around.uncorrelatable, around.count},
                  is_estimated_ ? &costs_ : nullptr, rule_errors_);
  }

  FieldErrors take(const std::string& path) {
    append_errors(errors_, std::move(rule_errors_));
    append_errors(errors_, costs_.total(path));
    return std::move(errors_);
  }

 private:
  void add(FieldError error) { errors_.push_back(std::move(error)); }
  void forbid(std::string field, std::string_view detail) {
    add(forbidden_field(std::move(field), detail, kOrigin));
  }

  void check_alone(const SchemaView& schema, const std::string& path, const Surroundings& around) {
    check_type(schema, path);
    if (schema.has("default") && !around.no_default_reason.empty()) {
      forbid(path + ".default", "must not be set " + around.no_default_reason);
    }
    if (!schema.text("id").empty()) forbid(path + ".id", "id is not supported");
    const auto forbid_keyword = [&](std::string_view keyword) {
      forbid(fmt::format("{}.{}", path, keyword), fmt::format("{} is not supported", keyword));
    };
    if (schema.has("additionalItems")) forbid_keyword("additionalItems");
    for (const std::string_view keyword : {"patternProperties", "definitions"}) {
      if (!schema.members(keyword).empty()) forbid_keyword(keyword);
    }
    for (const std::string_view keyword : {"dependencies", "$ref"}) {
      if (schema.has(keyword)) forbid_keyword(keyword);
    }
    if (schema.text("type") == "null") {
      forbid(path + ".type", "type cannot be set to null, use nullable as an alternative");
    }
    if (!schema.list("items").empty()) {
      forbid(path + ".items", "items must be a schema object and not an array");
    }
    if (around.is_in_metadata && schema.flag("x-kubernetes-embedded-resource")) {
      forbid(path + ".x-kubernetes-embedded-resource", "must not be used inside of resource meta");
    }
    if (schema.flag("uniqueItems")) {
      forbid(path + ".uniqueItems",
             "uniqueItems cannot be set to true since the runtime complexity becomes quadratic");
    }
  }

  void check_type(const SchemaView& schema, const std::string& path) {
    static const std::vector<std::string> kTypes = {"array",  "boolean", "integer",
                                                    "number", "object",  "string"};
    const auto type = schema.text("type");
    if (type.empty() || std::ranges::find(kTypes, type) != kTypes.end()) return;
    add(not_supported(path + ".type", Value(type), kTypes, kOrigin));
  }

  void check_additional(const SchemaView& schema, const std::string& path,
                        const Surroundings& around, const SchemaNode* parsed) {
    const auto* additional = schema.get("additionalProperties");
    if (additional == nullptr) return;
    const auto where = path + ".additionalProperties";
    if (!schema.members("properties").empty() && *additional != Value(true)) {
      forbid(where, "additionalProperties and properties are mutual exclusive");
    }
    if (!additional->is_object()) return;
    auto below = around;
    count_more(below, parsed);
    // Which of them a value would be pruned by is not known where there is no value.
    if (around.is_in_metadata) {
      below.no_default_reason = "inside additionalProperties applying to object metadata";
    }
    walk(*additional, where, below,
         parsed == nullptr ? nullptr : parsed->additional_properties.get(), false);
  }

  void walk_properties(const SchemaView& schema, const std::string& path,
                       const Surroundings& around, const SchemaNode* parsed, bool is_root) {
    const bool is_resource = is_root || schema.flag("x-kubernetes-embedded-resource");
    for (const auto& [name, property] : schema.members("properties")) {
      auto below = around;
      count_more(below, parsed);
      if (schema.text("x-kubernetes-map-type") == "atomic") forget_past(below, path);
      if (is_resource && (name == "metadata" || name == "kind" || name == "apiVersion")) {
        below.is_in_metadata = true;
        if (is_root) below.no_default_reason = fmt::format("in top-level {}", name);
      }
      const SchemaNode* node = nullptr;
      if (parsed != nullptr) {
        const auto found = parsed->properties.find(name);
        if (found != parsed->properties.end()) node = found->second.get();
      }
      walk(*property, fmt::format("{}.properties[{}]", path, name), below, node, false);
    }
  }

  void walk_junctors(const SchemaView& schema, const std::string& path,
                     const Surroundings& around) {
    if (const auto* branch = schema.schema("not")) {
      walk(*branch, path + ".not", around, nullptr, false);
    }
    for (const std::string_view junctor : {"allOf", "oneOf", "anyOf"}) {
      const auto& branches = schema.list(junctor);
      for (std::size_t i = 0; i < branches.size(); ++i) {
        walk(branches[i], fmt::format("{}.{}[{}]", path, junctor, i), around, nullptr, false);
      }
    }
    for (const std::string_view keyword : {"definitions", "dependencies"}) {
      for (const auto& [name, below] : schema.members(keyword)) {
        walk(*below, fmt::format("{}.{}[{}]", path, keyword, name), around, nullptr, false);
      }
    }
  }

  void walk_items(const SchemaView& schema, const std::string& path, const Surroundings& around,
                  const SchemaNode* parsed) {
    auto below = around;
    count_more(below, parsed);
    // Items of a set are told apart by what they are: a changed one is another one.
    if (schema.text("x-kubernetes-list-type") != "map") forget_past(below, path);
    const auto where = path + ".items";
    if (const auto* items = schema.schema("items")) {
      walk(*items, where, below, parsed == nullptr ? nullptr : parsed->items.get(), false);
    }
    const auto& many = schema.list("items");
    for (std::size_t i = 0; i < many.size(); ++i) {
      walk(many[i], fmt::format("{}[{}]", where, i), below, nullptr, false);
    }
  }

  static void forget_past(Surroundings& around, const std::string& path) {
    if (around.uncorrelatable.empty()) around.uncorrelatable = path;
  }

  static void count_more(Surroundings& around, const SchemaNode* parent) {
    if (parent != nullptr) around.count = count_below(*parent, around.count);
  }

  bool is_estimated_;
  FieldErrors errors_;
  FieldErrors rule_errors_;
  RuleCosts costs_;
};

// With a status subresource the status is judged by properties[status] alone: whatever the root
// says beyond its members would be lost on it.
void check_root_beside_status(const Value& schema, const std::string& path, FieldErrors& errors) {
  std::string allowed;
  for (const auto& keyword : schema_keywords()) {
    if (!keyword.is_beside_status) continue;
    allowed += allowed.empty() ? "" : " ";
    allowed += keyword.go_name;
  }
  for (const auto& keyword : schema_keywords()) {
    const auto* value = find(schema, keyword.name);
    if (value == nullptr || is_zero(keyword.shape, *value)) continue;
    if (keyword.name == "type") {
      if (*value == Value("object")) continue;
      errors.push_back(invalid_value(path + ".type", *value,
                                     "only \"object\" is allowed as the type at the root of the "
                                     "schema if the status subresource is enabled",
                                     kOrigin));
      return;
    }
    if (keyword.is_beside_status) continue;
    errors.push_back(invalid_rendered(
        path, go_schema(schema),
        fmt::format("only [{}] fields are allowed at the root of the schema if the status "
                    "subresource is enabled",
                    allowed),
        kOrigin));
    return;
  }
}

}  // namespace

FieldErrors validate_keywords(const Value& schema, const std::string& path,
                              const SchemaNode* parsed, bool is_estimated) {
  KeywordCheck check(is_estimated);
  check.walk(schema, path, {}, parsed, true);
  return check.take(path);
}

FieldErrors validate_definition_schema(const Value& schema, const std::string& path,
                                       bool has_status, bool was_admitted) {
  FieldErrors errors;
  if (has_status) check_root_beside_status(schema, path, errors);
  if (SchemaView(schema).flag("nullable")) {
    errors.push_back(
        forbidden_field(path + ".nullable", "nullable cannot be true at the root", kOrigin));
  }
  auto unsupported = unsupported_in_structure(schema);
  SchemaPtr parsed;
  if (unsupported.empty()) {
    auto structural = validate_structure(schema, path);
    if (structural.empty()) {
      if (auto read = parse_schema(schema)) {
        structural = validate_schema_defaults(*read, path);
        if (structural.empty()) parsed = std::move(*read);
      } else {
        unsupported = read.error().message;
      }
    }
    append_errors(errors, std::move(structural));
  }
  append_errors(errors, validate_keywords(schema, path, parsed.get(), !was_admitted));
  if (errors.empty() && !unsupported.empty()) {
    errors.push_back(invalid_value(path, Value(""), unsupported, kOrigin));
  }
  return errors;
}

}  // namespace gatefold
