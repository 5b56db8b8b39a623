#include "schema/cel/json_val.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <memory>
#include <optional>

#include <fmt/format.h>

#include "schema/base64.h"
#include "schema/cel/key_order.h"
#include "schema/cel/text.h"
#include "schema/cel/type.h"
#include "schema/cel/val.h"
#include "schema/cel/zoneless_time.h"
#include "schema/time.h"

namespace gatefold::cel {
namespace {

std::string_view view(const boost::json::string& text) {
  return {text.data(), text.size()};
}

// What Go's decoder makes of the value, as its messages name it.
std::string_view go_type_of(const Value& value) {
  switch (value.kind()) {
    case boost::json::kind::object:
      return "map[string]interface {}";
    case boost::json::kind::array:
      return "[]interface {}";
    case boost::json::kind::string:
      return "string";
    case boost::json::kind::int64:
    case boost::json::kind::uint64:
      return "int64";
    case boost::json::kind::double_:
      return "float64";
    case boost::json::kind::bool_:
      return "bool";
    case boost::json::kind::null:
      return "<nil>";
  }
  return "<nil>";
}

Val view_val(const Value& value, const SchemaNode* schema, ValKind kind) {
  Val out;
  out.kind = kind;
  out.is_json = true;
  out.json = {&value, schema};
  return out;
}

Val untyped(const Value& value) {
  switch (value.kind()) {
    case boost::json::kind::object:
      return view_val(value, nullptr, ValKind::kMap);
    case boost::json::kind::array:
      return view_val(value, nullptr, ValKind::kList);
    case boost::json::kind::string:
      return string_val(view(value.get_string()));
    case boost::json::kind::int64:
      return int_val(value.get_int64());
    case boost::json::kind::uint64:
      return uint_val(value.get_uint64());
    case boost::json::kind::double_:
      return double_val(value.get_double());
    case boost::json::kind::bool_:
      return bool_val(value.get_bool());
    case boost::json::kind::null:
      return null_val();
  }
  return null_val();
}

// go-openapi's durations are Go's, and `3 days` besides.
std::optional<std::int64_t> parse_wordy_duration_ns(std::string_view text) {
  struct Unit {
    std::string_view name;  // or what starts with it, where it is the last of its unit
    bool is_prefix;
    std::int64_t ns;
  };
  constexpr std::int64_t kMinute = 60 * kNsPerSecond;
  static constexpr Unit kUnits[] = {{"ns", false, 1},
                                    {"nano", true, 1},
                                    {"us", false, 1000},
                                    {"\u00b5s", false, 1000},
                                    {"micro", true, 1000},
                                    {"ms", false, 1'000'000},
                                    {"milli", true, 1'000'000},
                                    {"s", false, kNsPerSecond},
                                    {"sec", true, kNsPerSecond},
                                    {"m", false, kMinute},
                                    {"min", true, kMinute},
                                    {"h", false, 60 * kMinute},
                                    {"hr", false, 60 * kMinute},
                                    {"hour", true, 60 * kMinute},
                                    {"d", false, 1440 * kMinute},
                                    {"day", true, 1440 * kMinute},
                                    {"w", false, 10080 * kMinute},
                                    {"wk", false, 10080 * kMinute},
                                    {"week", true, 10080 * kMinute}};
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  const auto digits_end = std::ranges::find_if_not(text, is_digit);
  const auto digits = static_cast<std::size_t>(digits_end - text.begin());
  if (digits == 0 || digits > 9) return std::nullopt;
  std::int64_t factor = 0;
  for (const char c : text.substr(0, digits)) factor = factor * 10 + (c - '0');
  auto name = text.substr(digits);
  name.remove_prefix(std::min(name.find_first_not_of(" \t"), name.size()));
  for (const auto& unit : kUnits) {
    if (!(unit.is_prefix ? name.starts_with(unit.name) : name == unit.name)) continue;
    if (factor > std::numeric_limits<std::int64_t>::max() / unit.ns) return std::nullopt;
    return factor * unit.ns;
  }
  return std::nullopt;
}

Val duration_of(Arena& arena, std::string_view text) {
  if (const auto ns = parse_go_duration_ns(text)) return duration_val(*ns);
  if (const auto ns = parse_wordy_duration_ns(text)) return duration_val(*ns);
  return error_val(arena,
                   fmt::format("Invalid duration {0}: unable to parse {0} as duration", text));
}

Val date_of(Arena& arena, std::string_view text) {
  const auto value = parse_date(text);
  if (value) return timestamp_val(*value);
  return error_val(arena, fmt::format("Invalid date formatted string {}: {}", text, value.error()));
}

// strfmt's: with a zone or without, and nothing at all is the start of 1970. It says what the last
// of its layouts, the one without a zone, says.
Val date_time_of(Arena& arena, std::string_view text) {
  if (text.empty()) return timestamp_val({});
  if (const auto value = parse_timestamp(text)) return timestamp_val(*value);
  const auto value = parse_local_time(text);
  if (value) return timestamp_val(*value);
  return error_val(arena,
                   fmt::format("Invalid date-time formatted string {}: {}", text, value.error()));
}

// In the alphabet for URLs, although validation asks for the other one.
Val bytes_of(Arena& arena, std::string_view text) {
  const auto bytes = from_base64url_lines(text);
  if (bytes) return bytes_val(arena.copy(*bytes));
  return error_val(
      arena, fmt::format("Invalid byte formatted string {}: illegal base64 data at input byte {}",
                         text, bytes.error()));
}

Val string_of(Arena& arena, std::string_view text, const SchemaNode& schema) {
  if (schema.format.empty()) return string_val(text);
  if (schema.format == "duration") return duration_of(arena, text);
  if (schema.format == "date") return date_of(arena, text);
  if (schema.format == "date-time") return date_time_of(arena, text);
  if (schema.format == "byte") return bytes_of(arena, text);
  return string_val(text);
}

Val wrong_type(Arena& arena, std::string_view wanted, const Value& value) {
  return error_val(arena, "invalid data, expected " + std::string(wanted) + ", got " +
                              std::string(go_type_of(value)));
}

Val typed_scalar(Arena& arena, const Value& value, const SchemaNode& schema) {
  switch (schema.type) {
    case SchemaType::kString:
      if (const auto* text = value.if_string()) return string_of(arena, view(*text), schema);
      return wrong_type(arena, "string", value);
    case SchemaType::kInteger:
      if (const auto* integer = value.if_int64()) return int_val(*integer);
      return wrong_type(arena, "int", value);
    case SchemaType::kNumber:
      if (const auto* integer = value.if_int64()) {
        return double_val(static_cast<double>(*integer));
      }
      if (const auto* number = value.if_double()) return double_val(*number);
      return wrong_type(arena, "float", value);
    case SchemaType::kBoolean:
      if (const auto* boolean = value.if_bool()) return bool_val(*boolean);
      return wrong_type(arena, "bool", value);
    default:
      return untyped(value);
  }
}

// Of metadata expressions see two members, whatever the schema says.
const SchemaNode& metadata_schema() {
  static const SchemaNode kSchema = [] {
    const auto string = std::make_shared<SchemaNode>();
    string->type = SchemaType::kString;
    SchemaNode metadata;
    metadata.type = SchemaType::kObject;
    metadata.properties = {{"name", string}, {"generateName", string}};
    return metadata;
  }();
  return kSchema;
}

const SchemaNode& string_schema() {
  return *metadata_schema().properties.at("name");
}

}  // namespace

const SchemaNode* schema_of_member(const Val& map, std::string_view name) {
  const auto& schema = *map.json.schema;
  if (map.is_resource) {
    if (name == "metadata") return &metadata_schema();
    if (name == "apiVersion" || name == "kind") return &string_schema();
  }
  const auto property = schema.properties.find(name);
  if (property != schema.properties.end()) return property->second.get();
  return schema.properties.empty() && !map.is_resource ? schema.additional_properties.get()
                                                       : nullptr;
}

bool has_fields(const Val& map) {
  return map.json.schema != nullptr && (map.is_resource || !map.json.schema->properties.empty());
}

namespace {

// Boost.JSON walks small objects too, only with more calls on the way.
const Value* member_of(const JsonObject& object, std::string_view name) {
  constexpr std::size_t kSmallMax = 16;
  if (object.size() > kSmallMax) return object.if_contains(name);
  for (const auto& member : object) {
    const auto key = member.key();
    if (key.size() == name.size() && std::memcmp(key.data(), name.data(), name.size()) == 0) {
      return &member.value();
    }
  }
  return nullptr;
}

// `name` is without escapes.
bool find_member(Arena& arena, const Val& map, std::string_view name, Val& out) {
  const auto* member = member_of(map.json.value->get_object(), name);
  if (member == nullptr) return false;
  if (map.json.schema == nullptr) {
    out = untyped(*member);
    return true;
  }
  if (member->is_null() && has_fields(map)) return false;
  const auto* schema = schema_of_member(map, name);
  if (schema == nullptr) return false;
  out = val_of(arena, *member, schema);
  return true;
}

}  // namespace

Val val_of(Arena& arena, const Value& value, const SchemaNode* schema, bool is_resource) {
  if (schema == nullptr) return untyped(value);
  if (value.is_null()) {
    if (schema->nullable) return null_val();
    return literal_error("invalid data, got null for schema with nullable=false");
  }
  if (schema->int_or_string) {
    if (value.is_string() || value.is_int64()) return untyped(value);
    return literal_error(
        "invalid data, expected XIntOrString value to be either a string or integer");
  }
  if (schema->type == SchemaType::kObject || is_resource || schema->embedded_resource) {
    if (!value.is_object()) {
      return literal_error("invalid data, expected a map for the provided schema with type=object");
    }
    auto out = view_val(value, schema, ValKind::kMap);
    out.is_resource = is_resource || schema->embedded_resource;
    return out;
  }
  if (schema->type == SchemaType::kArray) {
    if (!value.is_array()) {
      return literal_error(
          "invalid data, expected an array for the provided schema with type=array");
    }
    return view_val(value, schema, ValKind::kList);
  }
  return typed_scalar(arena, value, *schema);
}

std::size_t list_size(const Val& list) {
  return list.is_json ? list.json.value->get_array().size() : list.list.items.size();
}

Val list_at(Arena& arena, const Val& list, std::size_t index) {
  if (!list.is_json) return list.list.items[index];
  const auto* schema = list.json.schema == nullptr ? nullptr : list.json.schema->items.get();
  return val_of(arena, list.json.value->get_array()[index], schema);
}

std::size_t map_size(const Val& map) {
  return map.is_json ? map.json.value->get_object().size() : map.map.items.size();
}

Val map_key_at(Arena& arena, const Val& map, std::size_t index) {
  if (!map.is_json) return map.map.items[index].key;
  const auto& object = map.json.value->get_object();
  const auto key = object.begin()[static_cast<std::ptrdiff_t>(index)].key();
  const std::string_view name(key.data(), key.size());
  if (!has_fields(map)) return string_val(name);
  const auto escaped = escape_name(name);
  return escaped && *escaped != name ? string_val(arena.copy(*escaped)) : string_val(name);
}

MapItem map_at(Arena& arena, const Val& map, std::size_t index) {
  if (!map.is_json) return map.map.items[index];
  const auto& object = map.json.value->get_object();
  const auto& member = object.begin()[static_cast<std::ptrdiff_t>(index)];
  const auto* schema = map.json.schema == nullptr
                           ? nullptr
                           : schema_of_member(map, {member.key().data(), member.key().size()});
  return {map_key_at(arena, map, index), val_of(arena, member.value(), schema)};
}

bool find_declared(Arena& arena, const Val& object, std::string_view name, const SchemaNode& schema,
                   Val& out) {
  const auto* member = member_of(object.json.value->get_object(), name);
  if (member == nullptr || member->is_null()) return false;
  out = val_of(arena, *member, &schema);
  return true;
}

bool select_field(Arena& arena, const Val& map, std::string_view field, std::string_view unescaped,
                  Val& out) {
  if (!map.is_json) return map_find(arena, map, string_val(field), out);
  return find_member(arena, map, has_fields(map) ? unescaped : field, out);
}

bool map_find(Arena& arena, const Val& map, const Val& key, Val& out) {
  if (!map.is_json) return native_find(arena, map, key, out);
  if (!key.is(ValKind::kString)) {
    if (map.json.schema == nullptr) return false;
    out = no_such_overload();
    return true;
  }
  if (!has_fields(map)) return find_member(arena, map, key.text, out);
  return find_member(arena, map, unescape_name(key.text), out);
}

}  // namespace gatefold::cel
