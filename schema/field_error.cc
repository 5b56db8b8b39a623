#include "schema/field_error.h"

#include <algorithm>
#include <cstdint>

#include <fmt/format.h>

#include "schema/json.h"
#include "schema/utf8.h"

namespace gatefold {
namespace {

std::string_view text_of(const boost::json::string& string) {
  return {string.data(), string.size()};
}

// How an offending value stands in an error: Go's %v for scalars, %#v for the rest.
std::string rendered(const Value& value) {
  if (value.is_null()) return "\"null\"";
  return go_syntax(value);
}

FieldError error_of(FieldErrorType type, std::string field, std::string body, std::string origin) {
  return {type, std::move(field), std::move(body), std::move(origin)};
}

std::string with_detail(std::string body, std::string_view detail) {
  if (!detail.empty()) body.append(": ").append(detail);
  return body;
}

// What Go's unicode.IsPrint refuses, in blocks: controls, spaces but the ASCII one, format
// characters, private use and non-characters. Code points that Unicode has not assigned pass.
bool is_printable(std::uint32_t c) {
  struct Block {
    std::uint32_t first, last;
  };
  static constexpr Block kUnprintable[] = {
      {0x00, 0x1f},       {0x7f, 0xa0},       {0xad, 0xad},       {0x600, 0x605},
      {0x61c, 0x61c},     {0x6dd, 0x6dd},     {0x70f, 0x70f},     {0x1680, 0x1680},
      {0x180e, 0x180e},   {0x2000, 0x200f},   {0x2028, 0x202f},   {0x205f, 0x206f},
      {0x3000, 0x3000},   {0xe000, 0xf8ff},   {0xfdd0, 0xfdef},   {0xfeff, 0xfeff},
      {0xfff0, 0xfffb},   {0xfffe, 0xffff},   {0x110bd, 0x110bd}, {0x1d173, 0x1d17a},
      {0xe0000, 0xe00ff}, {0xe01f0, 0x10ffff}};
  return std::ranges::none_of(
      kUnprintable, [c](const Block& block) { return c >= block.first && c <= block.last; });
}

void append_quoted(std::string& out, CodePoint point, std::string_view bytes) {
  switch (point.number) {
    case '\a':
      out += "\\a";
      return;
    case '\b':
      out += "\\b";
      return;
    case '\f':
      out += "\\f";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    case '\v':
      out += "\\v";
      return;
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    default:
      break;
  }
  if (is_printable(point.number)) {
    out += bytes;
  } else if (point.number < 0x20 || point.number == 0x7f) {
    out += fmt::format("\\x{:02x}", point.number);
  } else if (point.number < 0x10000) {
    out += fmt::format("\\u{:04x}", point.number);
  } else {
    out += fmt::format("\\U{:08x}", point.number);
  }
}

void append_go_syntax(std::string& out, const Value& value);

void append_go_object(std::string& out, const JsonObject& object) {
  std::vector<const boost::json::key_value_pair*> members;
  members.reserve(object.size());
  for (const auto& member : object) members.push_back(&member);
  std::ranges::sort(members, {}, [](const auto* member) {
    return std::string_view(member->key().data(), member->key().size());
  });
  out += "map[string]interface {}{";
  bool first = true;
  for (const auto* member : members) {
    if (!first) out += ", ";
    first = false;
    out += go_quote({member->key().data(), member->key().size()});
    out += ':';
    append_go_syntax(out, member->value());
  }
  out += '}';
}

void append_go_array(std::string& out, const JsonArray& array) {
  out += "[]interface {}{";
  bool first = true;
  for (const auto& item : array) {
    if (!first) out += ", ";
    first = false;
    append_go_syntax(out, item);
  }
  out += '}';
}

void append_go_syntax(std::string& out, const Value& value) {
  switch (value.kind()) {
    case boost::json::kind::object:
      append_go_object(out, value.get_object());
      return;
    case boost::json::kind::array:
      append_go_array(out, value.get_array());
      return;
    case boost::json::kind::string:
      out += go_quote(text_of(value.get_string()));
      return;
    case boost::json::kind::int64:
      out += std::to_string(value.get_int64());
      return;
    case boost::json::kind::uint64:
      out += std::to_string(value.get_uint64());
      return;
    case boost::json::kind::double_:
      append_double(out, value.get_double(), DoubleStyle::kGo);
      return;
    case boost::json::kind::bool_:
      out += value.get_bool() ? "true" : "false";
      return;
    case boost::json::kind::null:
      out += "interface {}(nil)";
      return;
  }
}

}  // namespace

void append_errors(FieldErrors& errors, FieldErrors&& more) {
  for (auto& error : more) errors.push_back(std::move(error));
}

std::string_view field_error_reason(FieldErrorType type) {
  switch (type) {
    case FieldErrorType::kRequired:
      return "FieldValueRequired";
    case FieldErrorType::kInvalid:
      return "FieldValueInvalid";
    case FieldErrorType::kTypeInvalid:
      return "FieldValueTypeInvalid";
    case FieldErrorType::kNotSupported:
      return "FieldValueNotSupported";
    case FieldErrorType::kDuplicate:
      return "FieldValueDuplicate";
    case FieldErrorType::kForbidden:
      return "FieldValueForbidden";
    case FieldErrorType::kTooLong:
      return "FieldValueTooLong";
    case FieldErrorType::kTooMany:
      return "FieldValueTooMany";
    case FieldErrorType::kNotFound:
      return "FieldValueNotFound";
    case FieldErrorType::kInternal:
      return "InternalError";
  }
  return "";
}

FieldError required(std::string field, std::string_view detail, std::string origin) {
  return error_of(FieldErrorType::kRequired, std::move(field),
                  with_detail("Required value", detail), std::move(origin));
}

FieldError invalid_value(std::string field, const Value& value, std::string_view detail,
                         std::string origin) {
  return invalid_rendered(std::move(field), rendered(value), detail, std::move(origin));
}

FieldError invalid_rendered(std::string field, std::string_view rendered, std::string_view detail,
                            std::string origin) {
  return error_of(FieldErrorType::kInvalid, std::move(field),
                  with_detail(fmt::format("Invalid value: {}", rendered), detail),
                  std::move(origin));
}

FieldError invalid_type(std::string field, const Value& value, std::string_view detail,
                        std::string origin) {
  return error_of(FieldErrorType::kTypeInvalid, std::move(field),
                  with_detail("Invalid value: " + rendered(value), detail), std::move(origin));
}

FieldError not_supported(std::string field, const Value& value,
                         const std::vector<std::string>& supported, std::string origin) {
  std::string detail;
  for (const auto& choice : supported) {
    detail += detail.empty() ? "supported values: " : ", ";
    detail += go_quote(choice);
  }
  return error_of(FieldErrorType::kNotSupported, std::move(field),
                  with_detail("Unsupported value: " + rendered(value), detail), std::move(origin));
}

FieldError duplicate(std::string field, const Value& value, std::string origin) {
  return error_of(FieldErrorType::kDuplicate, std::move(field),
                  "Duplicate value: " + rendered(value), std::move(origin));
}

FieldError forbidden_field(std::string field, std::string_view detail, std::string origin) {
  return error_of(FieldErrorType::kForbidden, std::move(field), with_detail("Forbidden", detail),
                  std::move(origin));
}

FieldError too_long(std::string field, std::size_t bytes_max, std::string origin) {
  return error_of(FieldErrorType::kTooLong, std::move(field),
                  fmt::format("Too long: may not be more than {} bytes", bytes_max),
                  std::move(origin));
}

FieldError too_many(std::string field, std::size_t actual, std::size_t items_max,
                    std::string origin) {
  return error_of(FieldErrorType::kTooMany, std::move(field),
                  fmt::format("Too many: {}: must have at most {} items", actual, items_max),
                  std::move(origin));
}

std::string go_quote(std::string_view text) {
  std::string out = "\"";
  out.reserve(text.size() + 2);
  std::size_t at = 0;
  while (at < text.size()) {
    const auto point = first_code_point(text.substr(at));
    if (point.bytes == 0) {
      out += fmt::format("\\x{:02x}", static_cast<std::uint8_t>(text[at]));
      ++at;
      continue;
    }
    append_quoted(out, point, text.substr(at, point.bytes));
    at += point.bytes;
  }
  out += '"';
  return out;
}

std::string go_syntax(const Value& value) {
  if (value.is_null()) return "<nil>";
  std::string out;
  append_go_syntax(out, value);
  return out;
}

}  // namespace gatefold
