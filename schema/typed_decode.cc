#include "schema/typed_decode.h"

#include <limits>

#include <fmt/format.h>

#include "schema/base64.h"
#include "schema/json.h"

namespace gatefold {
namespace {

std::string go_type_of(const SchemaNode& schema) {
  const bool is_bytes = schema.format == "byte";
  switch (schema.type) {
    case SchemaType::kArray:
      return schema.items == nullptr ? "slice" : "[]" + go_type_of(*schema.items);
    case SchemaType::kObject:
      if (schema.additional_properties != nullptr) {
        return "map[string]" + go_type_of(*schema.additional_properties);
      }
      return "struct";
    case SchemaType::kString:
      return is_bytes ? "[]uint8" : "string";
    case SchemaType::kInteger:
      return schema.format.empty() ? "int64" : schema.format;
    case SchemaType::kNumber:
      return "float64";
    case SchemaType::kBoolean:
      return "bool";
    case SchemaType::kAny:
      return schema.int_or_string ? "int32" : "interface {}";
  }
  return {};
}

bool fits_integer(const SchemaNode& schema, const Value& value) {
  const auto* number = value.if_int64();
  if (number == nullptr) return false;
  const bool is_short = schema.int_or_string || schema.format == "int32";
  return !is_short || (*number >= std::numeric_limits<std::int32_t>::min() &&
                       *number <= std::numeric_limits<std::int32_t>::max());
}

bool fits(const SchemaNode& schema, const Value& value) {
  switch (schema.type) {
    case SchemaType::kArray:
      return value.is_array();
    case SchemaType::kObject:
      return value.is_object();
    case SchemaType::kString:
      return value.is_string();
    case SchemaType::kInteger:
      return fits_integer(schema, value);
    case SchemaType::kNumber:
      return value.is_number();
    case SchemaType::kBoolean:
      return value.is_bool();
    case SchemaType::kAny:
      return !schema.int_or_string || value.is_string() || fits_integer(schema, value);
  }
  return true;
}

using Decoded = std::expected<void, std::string>;

class Decoder {
 public:
  explicit Decoder(std::string_view kind) : kind_(kind) {}

  // `path` as Go prints it: without indices and keys of maps.
  Decoded decode(const SchemaNode& schema, const std::string& path, Value& value) const {
    if (value.is_null()) return {};
    if (!fits(schema, value)) return misfit(schema, path, value);
    if (auto* object = value.if_object()) return decode_object(schema, path, *object);
    if (auto* array = value.if_array(); array != nullptr && schema.items != nullptr) {
      for (auto& item : *array) {
        if (auto done = decode(*schema.items, path, item); !done) return done;
      }
    }
    if (schema.format == "byte") return decode_bytes(value);
    return {};
  }

 private:
  Decoded decode_object(const SchemaNode& schema, const std::string& path,
                        JsonObject& object) const {
    for (auto& member : object) {
      const std::string_view key = member.key();
      if (path.empty() && key == "metadata") continue;
      const auto* below = schema.member(key);
      if (below == nullptr) continue;
      const bool is_entry = schema.additional_properties != nullptr;
      if (is_entry && member.value().is_null() && below->type == SchemaType::kString) {
        member.value() = "";
      }
      const auto here = is_entry       ? path
                        : path.empty() ? std::string(key)
                                       : fmt::format("{}.{}", path, key);
      if (auto done = decode(*below, here, member.value()); !done) return done;
    }
    return {};
  }

  static Decoded decode_bytes(Value& value) {
    const auto bytes = from_base64_lines(value.get_string());
    if (!bytes) {
      return std::unexpected(fmt::format("illegal base64 data at input byte {}", bytes.error()));
    }
    value = to_base64(*bytes);
    return {};
  }

  Decoded misfit(const SchemaNode& schema, const std::string& path, const Value& value) const {
    std::string found(go_json_word(value));
    // A number of the wrong make is shown.
    if (value.is_number() && go_type_of(schema).starts_with("int")) found += " " + to_json(value);
    if (schema.int_or_string) {
      return std::unexpected(
          fmt::format("json: cannot unmarshal {} into Go value of type int32", found));
    }
    return std::unexpected(
        fmt::format("json: cannot unmarshal {} into Go struct field {}.{} of type {}", found, kind_,
                    path, go_type_of(schema)));
  }

  std::string_view kind_;
};

}  // namespace

std::string_view go_json_word(const Value& value) {
  if (value.is_bool()) return "bool";
  return value.is_number() ? "number" : json_type_name(value);
}

std::expected<void, std::string> decode_typed(std::string_view kind, const SchemaNode& schema,
                                              Value& object) {
  return Decoder(kind).decode(schema, "", object);
}

}  // namespace gatefold
