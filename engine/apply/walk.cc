#include "engine/apply/walk.h"

#include <algorithm>

#include "schema/field_error.h"
#include "schema/go_text.h"

namespace gatefold::engine {
namespace {

std::expected<PathElement, std::string> keyed_element(const FieldType& list, const Value& item) {
  if (item.is_null())
    return std::unexpected("associative list with keys may not have a null element");
  const auto* object = item.if_object();
  if (object == nullptr) {
    return std::unexpected("associative list with keys may not have non-map elements");
  }
  PathElement::Key key;
  key.reserve(list.list_keys().size());
  for (const auto& name : list.list_keys()) {
    const auto* value = object->if_contains(name);
    if (value == nullptr) value = list.key_default(name);
    if (value == nullptr && !list.item().may_be_object()) {
      return std::unexpected("couldn't find default value for " + name +
                             ": associative list may not have non-map types");
    }
    if (value == nullptr) {
      return std::unexpected("associative list with keys has an element that omits key field " +
                             go_quote(name) + " (and doesn't have default value)");
    }
    key.emplace_back(name, *value);
  }
  return PathElement::of_key(std::move(key));
}

}  // namespace

bool is_scalar(const Value& value) {
  return !value.is_object() && !value.is_array() && !value.is_null();
}

Forms::Forms(const FieldType& type, const Value* value)
    : object_(type.may_be_object()), scalar_(type.may_be_scalar()), list_(type.may_be_list()) {
  if (value == nullptr || value->is_null()) return;
  if (value->is_object()) {
    if (object_) scalar_ = list_ = false;
  } else if (value->is_array()) {
    if (list_) object_ = scalar_ = false;
  } else if (scalar_) {
    object_ = list_ = false;
  }
}

Forms::Walk Forms::walk() const {
  if (object_) return Walk::kObject;
  if (scalar_) return Walk::kScalar;
  return list_ ? Walk::kList : Walk::kNone;
}

std::string scalar_error(ScalarType type, const Value* value) {
  if (value == nullptr || value->is_null()) return {};
  switch (type) {
    case ScalarType::kNumber:
      if (value->is_number()) return {};
      return "expected numeric (int or float), got " + std::string(go_type(*value));
    case ScalarType::kString:
      if (value->is_string()) return {};
      return "expected string, got &value.valueUnstructured{Value:" + go_syntax(*value) + "}";
    case ScalarType::kBoolean:
      if (value->is_bool()) return {};
      return "expected boolean, got " + go_boxed(*value);
    case ScalarType::kAny:
      if (is_scalar(*value)) return {};
      return "expected any scalar, got " + go_boxed(*value);
  }
  return {};
}

std::string go_boxed(const Value& value) {
  return "&{" + go_text(value) + "}";
}

std::expected<PathElement, std::string> item_element(const FieldType& list, const Value& item) {
  if (!list.list_keys().empty()) return keyed_element(list, item);
  if (item.is_object()) {
    return std::unexpected("associative list without keys has an element that's a map type");
  }
  if (item.is_array()) {
    return std::unexpected("not supported: associative list with lists as elements");
  }
  if (item.is_null()) {
    return std::unexpected("associative list without keys has an element that's an explicit null");
  }
  return PathElement::of_value(item);
}

void prefix_errors(TypedErrors& errors, std::size_t from, const std::string& prefix) {
  for (; from < errors.size(); ++from) errors[from].path.insert(0, prefix);
}

std::string errors_text(const TypedErrors& errors) {
  const auto text = [](const TypedError& error) {
    return error.path.empty() ? error.message : error.path + ": " + error.message;
  };
  if (errors.size() == 1) return text(errors.front());
  std::string out = "errors:";
  for (const auto& error : errors) out += "\n  " + text(error);
  return out;
}

void FieldLevel::add(const PathElement& element, bool is_member, FieldLevel&& below) {
  if (is_member) members.push_back(element);
  if (!below.empty()) subsets.push_back({element, std::move(below).sealed()});
}

}  // namespace gatefold::engine
