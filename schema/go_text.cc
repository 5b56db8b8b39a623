#include "schema/go_text.h"

#include <fmt/format.h>

#include "schema/field_error.h"
#include "schema/json.h"

namespace gatefold {

std::string_view go_type(const Value& value) {
  if (value.is_object()) return "map[string]interface {}";
  if (value.is_array()) return "[]interface {}";
  if (value.is_string()) return "string";
  if (value.is_bool()) return "bool";
  if (value.is_null()) return "<nil>";
  return value.is_int64() ? "int64" : "float64";
}

std::string go_text(const Value& value) {
  if (value.is_null()) return "<nil>";
  if (value.is_string()) return std::string(value.get_string());
  if (const auto* object = value.if_object()) {
    Value sorted(*object);
    sort_members(sorted);
    std::string out = "map[";
    for (const auto& [key, member] : sorted.get_object()) {
      if (out.back() != '[') out += ' ';
      out += fmt::format("{}:{}", std::string_view(key), go_text(member));
    }
    return out + "]";
  }
  if (const auto* array = value.if_array()) {
    std::string out = "[";
    for (std::size_t i = 0; i < array->size(); ++i) {
      out += fmt::format("{}{}", i == 0 ? "" : " ", go_text((*array)[i]));
    }
    return out + "]";
  }
  return go_syntax(value);
}

std::string go_json(const Value& value) {
  std::string out;
  for (const char c : canonical_json(value)) {
    if (c == '<' || c == '>' || c == '&') {
      out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace gatefold
