#include "tests/conformance/gateway/object_path.h"

#include <charconv>

namespace gatefold::test {

std::vector<Step> steps_of(std::string_view path) {
  std::vector<Step> steps;
  while (!path.empty()) {
    if (path.front() == '[') {
      std::size_t index = 0;
      const auto end = path.find(']');
      std::from_chars(path.data() + 1, path.data() + end, index);
      steps.emplace_back(index);
      path.remove_prefix(end + 1);
    } else {
      if (path.front() == '.') path.remove_prefix(1);
      const auto end = std::min(path.find_first_of(".["), path.size());
      steps.emplace_back(std::string(path.substr(0, end)));
      path.remove_prefix(end);
    }
  }
  return steps;
}

std::string joined(std::string_view place, std::string_view below) {
  std::string out(place);
  if (!place.empty() && !below.empty() && below.front() != '[') out += '.';
  return out.append(below);
}

const Value* value_at(const Value& object, std::string_view path) {
  const auto* at = &object;
  for (const auto& step : steps_of(path)) {
    if (const auto* name = std::get_if<std::string>(&step)) {
      at = find(*at, *name);
    } else {
      const auto* array = at->if_array();
      const auto index = std::get<std::size_t>(step);
      at = array != nullptr && index < array->size() ? &(*array)[index] : nullptr;
    }
    if (at == nullptr) return nullptr;
  }
  return at;
}

void set_at(Value& object, std::string_view path, Value value) {
  const auto steps = steps_of(path);
  auto* at = &object;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const bool is_removed = i + 1 == steps.size() && value.is_null();
    if (const auto* name = std::get_if<std::string>(&steps[i])) {
      if (!at->is_object()) *at = JsonObject{};
      if (is_removed) {
        at->as_object().erase(*name);
        return;
      }
      at = &at->as_object()[*name];
    } else {
      if (!at->is_array()) *at = JsonArray{};
      auto& array = at->as_array();
      const auto index = std::get<std::size_t>(steps[i]);
      if (is_removed) {
        array.erase(array.begin() + static_cast<std::ptrdiff_t>(index));
        return;
      }
      if (index == array.size()) array.emplace_back(nullptr);
      at = &array.at(index);
    }
  }
  *at = std::move(value);
}

SchemaPlace schema_at(const Value& schema, std::string_view path) {
  SchemaPlace place{&schema, ""};
  for (const auto& step : steps_of(path)) {
    const auto* name = std::get_if<std::string>(&step);
    const auto* property =
        name == nullptr ? nullptr : find_path(*place.node, {"properties", *name});
    if (name == nullptr) {
      place.node = find(*place.node, "items");
      place.path += "[]";
    } else if (property != nullptr) {
      place.node = property;
      place.path = joined(place.path, *name);
    } else {
      place.node = find(*place.node, "additionalProperties");
      place.path += "{}";
    }
    if (place.node == nullptr) return {};
  }
  return place;
}

}  // namespace gatefold::test
