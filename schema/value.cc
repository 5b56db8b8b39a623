#include "schema/value.h"

#include <algorithm>

namespace gatefold {

const Value* find(const Value& value, std::string_view key) {
  const auto* object = value.if_object();
  return object == nullptr ? nullptr : object->if_contains(key);
}

Value* find(Value& value, std::string_view key) {
  auto* object = value.if_object();
  return object == nullptr ? nullptr : object->if_contains(key);
}

const Value* find_path(const Value& value, std::initializer_list<std::string_view> keys) {
  const Value* at = &value;
  for (const auto key : keys) {
    at = find(*at, key);
    if (at == nullptr) return nullptr;
  }
  return at;
}

std::string_view string_at(const Value& value, std::initializer_list<std::string_view> keys) {
  const auto* at = find_path(value, keys);
  const auto* string = at == nullptr ? nullptr : at->if_string();
  return string == nullptr ? std::string_view() : std::string_view(string->data(), string->size());
}

std::int64_t integer_at(const Value& value, std::initializer_list<std::string_view> keys,
                        std::int64_t otherwise) {
  const auto* at = find_path(value, keys);
  const auto* integer = at == nullptr ? nullptr : at->if_int64();
  return integer == nullptr ? otherwise : *integer;
}

const JsonArray& list_at(const Value& value, std::initializer_list<std::string_view> keys) {
  static const JsonArray kNone;
  const auto* list = find_path(value, keys);
  return list != nullptr && list->is_array() ? list->get_array() : kNone;
}

std::vector<std::string> texts_at(const Value& value,
                                  std::initializer_list<std::string_view> keys) {
  std::vector<std::string> texts;
  for (const auto& text : list_at(value, keys)) {
    if (text.is_string()) texts.emplace_back(std::string_view(text.get_string()));
  }
  return texts;
}

JsonObject& object_member(JsonObject& object, std::string_view key) {
  auto& member = object[key];
  return member.is_object() ? member.get_object() : member.emplace_object();
}

bool same(const Value& a, const Value& b) {
  if (a.kind() != b.kind()) return a == b;  // numbers may be
  if (const auto* object = a.if_object()) {
    const auto& other = b.get_object();
    return object->size() == other.size() && std::ranges::all_of(*object, [&](const auto& member) {
             const auto* value = other.if_contains(member.key());
             return value != nullptr && same(member.value(), *value);
           });
  }
  if (const auto* array = a.if_array()) return std::ranges::equal(*array, b.get_array(), same);
  return a == b;
}

std::string_view json_type_name(const Value& value) {
  switch (value.kind()) {
    case boost::json::kind::object:
      return "object";
    case boost::json::kind::array:
      return "array";
    case boost::json::kind::string:
      return "string";
    case boost::json::kind::int64:
    case boost::json::kind::uint64:
      return "integer";
    case boost::json::kind::double_:
      return "number";
    case boost::json::kind::bool_:
      return "boolean";
    case boost::json::kind::null:
      return "null";
  }
  return "null";
}

}  // namespace gatefold
