#include "api/openapi_proto.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <span>
#include <string_view>

#include "schema/json.h"

namespace gatefold::api {
namespace {

// Protobuf's wire format, as far as this message needs it.
class Message {
 public:
  void text(std::uint32_t field, std::string_view value) {
    tag(field, 2);
    varint(value.size());
    bytes_ += value;
  }
  void message(std::uint32_t field, const Message& value) { text(field, value.bytes_); }
  void flag(std::uint32_t field, bool value) {
    tag(field, 0);
    varint(value ? 1 : 0);
  }
  void integer(std::uint32_t field, std::int64_t value) {
    tag(field, 0);
    varint(static_cast<std::uint64_t>(value));
  }
  void number(std::uint32_t field, double value) {
    tag(field, 1);
    auto bits = std::bit_cast<std::uint64_t>(value);
    for (int i = 0; i < 8; ++i, bits >>= 8U) bytes_ += static_cast<char>(bits & 0xFFU);
  }
  std::string take() { return std::move(bytes_); }

 private:
  void tag(std::uint32_t field, std::uint32_t wire_type) { varint((field << 3U) | wire_type); }
  void varint(std::uint64_t value) {
    for (; value >= 0x80U; value >>= 7U) bytes_ += static_cast<char>((value & 0x7FU) | 0x80U);
    bytes_ += static_cast<char>(value);
  }

  std::string bytes_;
};

enum class Form { kText, kFlag, kInteger, kNumber, kTexts, kAny, kAnys };

// How a scalar member is written: its field number and form.
struct Field {
  std::string_view key;
  std::uint32_t number;
  Form form;
};

constexpr Field kSchemaFields[] = {
    {"$ref", 1, Form::kText},
    {"format", 2, Form::kText},
    {"title", 3, Form::kText},
    {"description", 4, Form::kText},
    {"default", 5, Form::kAny},
    {"multipleOf", 6, Form::kNumber},
    {"maximum", 7, Form::kNumber},
    {"exclusiveMaximum", 8, Form::kFlag},
    {"minimum", 9, Form::kNumber},
    {"exclusiveMinimum", 10, Form::kFlag},
    {"maxLength", 11, Form::kInteger},
    {"minLength", 12, Form::kInteger},
    {"pattern", 13, Form::kText},
    {"maxItems", 14, Form::kInteger},
    {"minItems", 15, Form::kInteger},
    {"uniqueItems", 16, Form::kFlag},
    {"maxProperties", 17, Form::kInteger},
    {"minProperties", 18, Form::kInteger},
    {"required", 19, Form::kTexts},
    {"enum", 20, Form::kAnys},
};

constexpr Field kInfoFields[] = {{"title", 1, Form::kText}, {"version", 2, Form::kText}};

constexpr Field kOperationFields[] = {
    {"tags", 1, Form::kTexts},     {"description", 3, Form::kText}, {"operationId", 5, Form::kText},
    {"produces", 6, Form::kTexts}, {"consumes", 7, Form::kTexts},   {"schemes", 10, Form::kTexts},
};

constexpr Field kBodyFields[] = {
    {"description", 1, Form::kText},
    {"name", 2, Form::kText},
    {"in", 3, Form::kText},
    {"required", 4, Form::kFlag},
};

// Query and path parameters number what they share alike up to `name`.
constexpr Field kQueryFields[] = {
    {"required", 1, Form::kFlag}, {"in", 2, Form::kText},   {"description", 3, Form::kText},
    {"name", 4, Form::kText},     {"type", 6, Form::kText}, {"uniqueItems", 20, Form::kFlag},
};
constexpr Field kPathFields[] = {
    {"required", 1, Form::kFlag}, {"in", 2, Form::kText},   {"description", 3, Form::kText},
    {"name", 4, Form::kText},     {"type", 5, Form::kText}, {"uniqueItems", 19, Form::kFlag},
};

std::string_view view(const Value& value) {
  return value.get_string();
}

Message any(const Value& value) {
  Message out;
  out.text(2, to_json(value));  // the field is called yaml: JSON is YAML
  return out;
}

void add_scalar(Message& out, const Field& field, const Value& value) {
  switch (field.form) {
    case Form::kText:
      if (value.is_string()) out.text(field.number, view(value));
      break;
    case Form::kFlag:
      if (value.is_bool()) out.flag(field.number, value.get_bool());
      break;
    case Form::kInteger:
      if (value.is_number()) out.integer(field.number, value.to_number<std::int64_t>());
      break;
    case Form::kNumber:
      if (value.is_number()) out.number(field.number, value.to_number<double>());
      break;
    case Form::kTexts:
      if (!value.is_array()) break;
      for (const Value& item : value.get_array()) {
        if (item.is_string()) out.text(field.number, view(item));
      }
      break;
    case Form::kAny:
      out.message(field.number, any(value));
      break;
    case Form::kAnys:
      if (!value.is_array()) break;
      for (const Value& item : value.get_array()) out.message(field.number, any(item));
      break;
  }
}

void add_scalars(Message& out, std::span<const Field> fields, const JsonObject& object) {
  for (const auto& [key, value] : object) {
    const auto field = std::ranges::find(fields, std::string_view(key), &Field::key);
    if (field != fields.end()) add_scalar(out, *field, value);
  }
}

void add_named(Message& out, std::uint32_t field, std::string_view name, const Message& value) {
  Message named;
  named.text(1, name);
  named.message(2, value);
  out.message(field, named);
}

void add_extensions(Message& out, std::uint32_t field, const JsonObject& object) {
  for (const auto& [key, value] : object) {
    if (key.starts_with("x-")) add_named(out, field, key, any(value));
  }
}

Message encode_schema(const JsonObject& schema);

// A map of schemas: Definitions and Properties.
Message encode_schemas(const JsonObject& schemas) {
  Message out;
  for (const auto& [name, schema] : schemas) {
    if (schema.is_object()) add_named(out, 1, name, encode_schema(schema.get_object()));
  }
  return out;
}

Message encode_schema(const JsonObject& schema) {
  Message out;
  add_scalars(out, kSchemaFields, schema);
  if (const Value* additional = schema.if_contains("additionalProperties")) {
    Message item;
    if (additional->is_object()) item.message(1, encode_schema(additional->get_object()));
    if (additional->is_bool()) item.flag(2, additional->get_bool());
    out.message(21, item);
  }
  if (const Value* type = schema.if_contains("type"); type != nullptr && type->is_string()) {
    Message item;
    item.text(1, view(*type));
    out.message(22, item);
  }
  if (const Value* items = schema.if_contains("items"); items != nullptr && items->is_object()) {
    Message item;
    item.message(1, encode_schema(items->get_object()));
    out.message(23, item);
  }
  if (const Value* properties = schema.if_contains("properties");
      properties != nullptr && properties->is_object()) {
    out.message(25, encode_schemas(properties->get_object()));
  }
  add_extensions(out, 31, schema);
  return out;
}

// ParametersItem{Parameter{BodyParameter | NonBodyParameter{query | path}}}.
Message encode_parameter(const JsonObject& parameter) {
  const Value* place = parameter.if_contains("in");
  const std::string_view in = place != nullptr && place->is_string() ? view(*place) : "";
  Message inner;
  if (in == "body") {
    Message body;
    add_scalars(body, kBodyFields, parameter);
    if (const Value* schema = parameter.if_contains("schema");
        schema != nullptr && schema->is_object()) {
      body.message(5, encode_schema(schema->get_object()));
    }
    inner.message(1, body);
  } else {
    Message fields;
    add_scalars(fields, in == "path" ? std::span<const Field>(kPathFields) : kQueryFields,
                parameter);
    Message plain;
    plain.message(in == "path" ? 4 : 3, fields);
    inner.message(2, plain);
  }
  Message out;
  out.message(1, inner);
  return out;
}

void add_parameters(Message& out, std::uint32_t field, const JsonObject& holder) {
  const Value* parameters = holder.if_contains("parameters");
  if (parameters == nullptr || !parameters->is_array()) return;
  for (const Value& parameter : parameters->get_array()) {
    if (parameter.is_object()) out.message(field, encode_parameter(parameter.get_object()));
  }
}

Message encode_responses(const JsonObject& responses) {
  Message out;
  for (const auto& [code, response] : responses) {
    if (!response.is_object()) continue;
    Message fields;
    fields.text(1, string_at(response, {"description"}));
    if (const Value* schema = find(response, "schema"); schema != nullptr && schema->is_object()) {
      Message item;
      item.message(1, encode_schema(schema->get_object()));
      fields.message(2, item);
    }
    Message value;
    value.message(1, fields);
    add_named(out, 1, code, value);
  }
  return out;
}

Message encode_operation(const JsonObject& operation) {
  Message out;
  add_scalars(out, kOperationFields, operation);
  add_parameters(out, 8, operation);
  if (const Value* responses = operation.if_contains("responses");
      responses != nullptr && responses->is_object()) {
    out.message(9, encode_responses(responses->get_object()));
  }
  add_extensions(out, 13, operation);
  return out;
}

Message encode_path(const JsonObject& item) {
  static constexpr std::string_view kMethods[] = {"get",     "put",  "post", "delete",
                                                  "options", "head", "patch"};
  Message out;
  std::uint32_t field = 2;
  for (const std::string_view method : kMethods) {
    if (const Value* operation = item.if_contains(method);
        operation != nullptr && operation->is_object()) {
      out.message(field, encode_operation(operation->get_object()));
    }
    ++field;
  }
  add_parameters(out, 9, item);
  return out;
}

}  // namespace

std::string encode_gnostic(const Value& document) {
  Message out;
  out.text(1, string_at(document, {"swagger"}));
  if (const Value* info = find(document, "info"); info != nullptr && info->is_object()) {
    Message fields;
    add_scalars(fields, kInfoFields, info->get_object());
    out.message(2, fields);
  }
  if (const Value* paths = find(document, "paths"); paths != nullptr && paths->is_object()) {
    Message all;
    for (const auto& [path, item] : paths->get_object()) {
      if (item.is_object()) add_named(all, 2, path, encode_path(item.get_object()));
    }
    out.message(8, all);
  }
  if (const Value* definitions = find(document, "definitions");
      definitions != nullptr && definitions->is_object()) {
    out.message(9, encode_schemas(definitions->get_object()));
  }
  return out.take();
}

}  // namespace gatefold::api
