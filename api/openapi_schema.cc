#include "api/openapi_schema.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "api/openapi_meta.h"

namespace gatefold::api {
namespace {

constexpr std::string_view kApiVersionDescription =
    "Group and version of this form of the object, such as gateway.networking.k8s.io/v1.";
constexpr std::string_view kKindDescription = "Kind of the object, in CamelCase.";
constexpr std::string_view kMetadataDescription =
    "Name, labels and what else every object carries.";

// 1 rather than 1.0: generators read a bound of an integer as an integer.
Value number(double bound) {
  constexpr double kExact = 9007199254740992.0;  // 2^53
  if (std::trunc(bound) == bound && std::abs(bound) <= kExact)
    return static_cast<std::int64_t>(bound);
  return bound;
}

JsonArray texts(const std::vector<std::string>& items) {
  JsonArray array;
  array.reserve(items.size());
  for (const std::string& item : items) array.emplace_back(item);
  return array;
}

JsonObject described_string(std::string_view description) {
  return {{"description", description}, {"type", "string"}};
}

JsonObject described_reference(std::string_view name, std::string_view description,
                               OpenApiDialect dialect) {
  JsonObject reference = reference_to(name, dialect);
  reference["description"] = description;
  return reference;
}

void add_validation(JsonObject& out, const SchemaNode& schema) {
  if (!schema.format.empty()) out["format"] = schema.format;
  if (!schema.pattern_text.empty()) out["pattern"] = schema.pattern_text;
  if (!schema.enumeration.empty()) {
    out["enum"] = JsonArray(schema.enumeration.begin(), schema.enumeration.end());
  }
  if (schema.minimum) out["minimum"] = number(*schema.minimum);
  if (schema.maximum) out["maximum"] = number(*schema.maximum);
  if (schema.multiple_of) out["multipleOf"] = number(*schema.multiple_of);
  if (schema.exclusive_minimum) out["exclusiveMinimum"] = true;
  if (schema.exclusive_maximum) out["exclusiveMaximum"] = true;
  if (schema.length_min) out["minLength"] = *schema.length_min;
  if (schema.length_max) out["maxLength"] = *schema.length_max;
  if (schema.items_min) out["minItems"] = *schema.items_min;
  if (schema.items_max) out["maxItems"] = *schema.items_max;
  if (schema.properties_min) out["minProperties"] = *schema.properties_min;
  if (schema.properties_max) out["maxProperties"] = *schema.properties_max;
  if (schema.unique_items) out["uniqueItems"] = true;
}

void add_extensions(JsonObject& out, const SchemaNode& schema) {
  if (schema.preserve_unknown_fields) out["x-kubernetes-preserve-unknown-fields"] = true;
  if (schema.int_or_string) out["x-kubernetes-int-or-string"] = true;
  if (schema.embedded_resource) out["x-kubernetes-embedded-resource"] = true;
  if (schema.map_type == MapType::kAtomic) out["x-kubernetes-map-type"] = "atomic";
  if (schema.type == SchemaType::kArray) {
    if (schema.list_type == ListType::kMap) {
      out["x-kubernetes-list-map-keys"] = texts(schema.list_map_keys);
      out["x-kubernetes-list-type"] = "map";
    } else if (schema.list_type == ListType::kSet) {
      out["x-kubernetes-list-type"] = "set";
    } else if (!schema.patch_merge) {
      out["x-kubernetes-list-type"] = "atomic";
    }
  }
  if (!schema.patch_merge_key.empty()) out["x-kubernetes-patch-merge-key"] = schema.patch_merge_key;
  if (schema.patch_merge || schema.patch_retain_keys || schema.patch_replace) {
    std::string strategy = schema.patch_merge ? "merge" : schema.patch_replace ? "replace" : "";
    if (schema.patch_retain_keys) strategy += strategy.empty() ? "retainKeys" : ",retainKeys";
    out["x-kubernetes-patch-strategy"] = strategy;
  }
}

void add_rules(JsonObject& out, const std::vector<ValidationRule>& rules) {
  if (rules.empty()) return;
  JsonArray rendered;
  for (const ValidationRule& rule : rules) {
    JsonObject one;
    const auto add = [&one](std::string_view key, const std::string& text) {
      if (!text.empty()) one[key] = text;
    };
    add("rule", rule.rule);
    add("message", rule.message);
    add("messageExpression", rule.message_expression);
    add("reason", rule.reason);
    add("fieldPath", rule.field_path);
    if (rule.optional_old_self) one["optionalOldSelf"] = true;
    rendered.push_back(std::move(one));
  }
  out["x-kubernetes-validations"] = std::move(rendered);
}

void add_combinations(JsonObject& out, const SchemaNode& schema, OpenApiDialect dialect) {
  const auto add = [&](std::string_view key, const std::vector<SchemaPtr>& schemas) {
    if (schemas.empty()) return;
    JsonArray rendered;
    for (const SchemaPtr& one : schemas) rendered.push_back(render_schema(*one, dialect));
    out[key] = std::move(rendered);
  };
  add("allOf", schema.all_of);
  add("anyOf", schema.any_of);
  add("oneOf", schema.one_of);
  if (schema.not_schema) out["not"] = render_schema(*schema.not_schema, dialect);
}

// Clients of version 2 don't know null: a field that may be null is neither typed nor required
// there.
bool is_required(const SchemaNode& schema, const std::string& name, OpenApiDialect dialect) {
  if (dialect == OpenApiDialect::kV3) return true;
  const auto property = schema.properties.find(name);
  return property == schema.properties.end() || !property->second->nullable;
}

// kubectl's validation by version 2 takes listed properties for all there are.
bool hides_properties(const SchemaNode& schema, OpenApiDialect dialect) {
  return dialect == OpenApiDialect::kV2 && schema.preserve_unknown_fields;
}

void add_children(JsonObject& out, const SchemaNode& schema, OpenApiDialect dialect) {
  JsonArray required;
  for (const std::string& name : schema.required) {
    if (is_required(schema, name, dialect)) required.emplace_back(name);
  }
  if (!required.empty()) out["required"] = std::move(required);

  const bool hidden = hides_properties(schema, dialect);
  if (!schema.properties.empty() && !hidden) {
    JsonObject properties;
    properties.reserve(schema.properties.size() + 3);
    for (const auto& [name, property] : schema.properties) {
      properties[name] = render_schema(*property, dialect);
    }
    out["properties"] = std::move(properties);
  }
  if (schema.additional_properties) {
    out["additionalProperties"] = render_schema(*schema.additional_properties, dialect);
  } else if (schema.additional_allowed) {
    out["additionalProperties"] = true;
  }
  if (schema.items && !hidden) {
    out["items"] = render_schema(*schema.items, dialect);
  } else if (schema.type == SchemaType::kArray) {
    out["items"] = JsonObject{};  // an array without it is malformed for both dialects
  }
}

void add_type_meta(JsonObject& schema, OpenApiDialect dialect) {
  JsonObject& properties = object_member(schema, "properties");
  const auto describe = [&properties](std::string_view key, std::string_view description) {
    const auto present = properties.if_contains(key);
    if (present == nullptr || find(*present, "description") == nullptr) {
      properties[key] = described_string(description);
    }
  };
  describe("apiVersion", kApiVersionDescription);
  describe("kind", kKindDescription);
  properties["metadata"] = described_reference(kObjectMetaSchema, kMetadataDescription, dialect);
}

JsonArray kinds_of(std::string_view group, std::string_view version, std::string_view kind) {
  JsonArray kinds;
  kinds.push_back(group_version_kind(group, version, kind));
  return kinds;
}

// The house name of a group's package: what Kubernetes calls it for its own kinds, the labels in
// reverse order for others.
std::string package_of(const Kind& kind) {
  if (kind.group.empty()) return "io.k8s.api.core";
  if (kind.group == "apiextensions.k8s.io") {
    return "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions";
  }
  if (kind.core && !kind.shows_log())
    return "io.k8s.api." + kind.group.substr(0, kind.group.find('.'));
  std::string reversed;
  std::string_view rest = kind.group;
  while (true) {
    const std::size_t dot = rest.rfind('.');
    reversed += rest.substr(dot == std::string_view::npos ? 0 : dot + 1);
    if (dot == std::string_view::npos) return reversed;
    reversed += '.';
    rest = rest.substr(0, dot);
  }
}

}  // namespace

std::string schema_name(const Kind& kind, const KindVersion& version) {
  return package_of(kind) + '.' + version.name + '.' + kind.kind;
}

std::string list_schema_name(const Kind& kind, const KindVersion& version) {
  return package_of(kind) + '.' + version.name + '.' + kind.list_kind;
}

JsonObject reference_to(std::string_view name, OpenApiDialect dialect) {
  std::string target = dialect == OpenApiDialect::kV2 ? "#/definitions/" : "#/components/schemas/";
  target += name;
  return {{"$ref", target}};
}

JsonObject group_version_kind(std::string_view group, std::string_view version,
                              std::string_view kind) {
  return {{"group", group}, {"kind", kind}, {"version", version}};
}

JsonObject render_schema(const SchemaNode& schema, OpenApiDialect dialect) {
  JsonObject out;
  if (!schema.description.empty()) out["description"] = schema.description;
  const bool untyped = dialect == OpenApiDialect::kV2 && schema.nullable;
  if (!untyped) {
    if (const std::string_view type = type_name(schema.type); !type.empty()) out["type"] = type;
    add_children(out, schema, dialect);
    add_validation(out, schema);
  }
  if (schema.default_value) out["default"] = *schema.default_value;
  if (dialect == OpenApiDialect::kV3) {
    if (schema.nullable) out["nullable"] = true;
    add_combinations(out, schema, dialect);
  }
  add_extensions(out, schema);
  add_rules(out, schema.rules);
  if (schema.embedded_resource && !untyped && !hides_properties(schema, dialect))
    add_type_meta(out, dialect);
  return out;
}

JsonObject render_kind_schema(const Kind& kind, const KindVersion& version,
                              OpenApiDialect dialect) {
  JsonObject out = render_schema(*version.schema, dialect);
  if (!hides_properties(*version.schema, dialect)) add_type_meta(out, dialect);
  out["x-kubernetes-group-version-kind"] = kinds_of(kind.group, version.name, kind.kind);
  return out;
}

JsonObject render_list_schema(const Kind& kind, const KindVersion& version,
                              OpenApiDialect dialect) {
  const JsonObject item = reference_to(schema_name(kind, version), dialect);
  JsonObject properties{
      {"apiVersion", described_string(kApiVersionDescription)},
      {"items",
       JsonObject{
           {"description", "The objects of this page."}, {"type", "array"}, {"items", item}}},
      {"kind", described_string(kKindDescription)},
      {"metadata", described_reference(kListMetaSchema, "Revision and rest of the list.", dialect)},
  };
  return {{"description", "A list of " + kind.kind + "."},
          {"type", "object"},
          {"required", JsonArray{"items"}},
          {"properties", std::move(properties)},
          {"x-kubernetes-group-version-kind", kinds_of(kind.group, version.name, kind.list_kind)}};
}

}  // namespace gatefold::api
