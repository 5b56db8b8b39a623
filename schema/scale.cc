#include "schema/scale.h"

#include <expected>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "schema/json.h"

namespace gatefold {
namespace {

constexpr auto kOrigin = "scale";

std::vector<std::string_view> members_of(std::string_view path) {
  std::vector<std::string_view> out;
  if (path.starts_with('.')) path.remove_prefix(1);
  while (true) {
    const auto dot = path.find('.');
    out.push_back(path.substr(0, dot));
    if (dot == std::string_view::npos) return out;
    path.remove_prefix(dot + 1);
  }
}

std::string_view go_type(const Value& value) {
  if (value.is_object()) return "map[string]interface {}";
  if (value.is_array()) return "[]interface {}";
  if (value.is_string()) return "string";
  if (value.is_bool()) return "bool";
  if (value.is_null()) return "<nil>";
  return value.is_int64() ? "int64" : "float64";
}

// Go's %v.
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

std::string misfit(std::string_view path, const Value& value, std::string_view wanted) {
  return fmt::format("{} accessor error: {} is of the type {}, expected {}", path, go_text(value),
                     go_type(value), wanted);
}

// What is at `path`; nullptr where nothing is. The error is Go's.
std::expected<const Value*, std::string> follow(const Value& object, std::string_view path) {
  const auto* at = &object;
  std::string here;
  for (const auto name : members_of(path)) {
    here += fmt::format(".{}", name);
    if (at->is_null()) return nullptr;
    if (!at->is_object()) return std::unexpected(misfit(here, *at, "map[string]interface{}"));
    at = find(*at, name);
    if (at == nullptr) return nullptr;
  }
  return at;
}

void check_replicas(const std::string& path, const Value& object, FieldErrors& errors) {
  constexpr std::int64_t kMax = std::numeric_limits<std::int32_t>::max();
  const auto found = follow(object, path);
  const auto* value = found ? *found : nullptr;
  if (found && value == nullptr) return;
  if (!found || !value->is_int64()) {
    errors.push_back(invalid_value(path, Value(0),
                                   found ? misfit(path, *value, "int64") : found.error(), kOrigin));
  } else if (value->get_int64() < 0) {
    errors.push_back(invalid_value(path, *value, "should be a non-negative integer", kOrigin));
  } else if (value->get_int64() > kMax) {
    errors.push_back(invalid_value(
        path, *value, fmt::format("should be less than or equal to {}", kMax), kOrigin));
  }
}

}  // namespace

FieldErrors validate_scale_spec(const ScalePaths& scale, const Value& object) {
  FieldErrors errors;
  check_replicas(scale.spec_replicas, object, errors);
  return errors;
}

FieldErrors validate_scale_status(const ScalePaths& scale, const Value& object) {
  FieldErrors errors;
  check_replicas(scale.status_replicas, object, errors);
  if (scale.label_selector.empty()) return errors;
  const auto found = follow(object, scale.label_selector);
  const auto* value = found ? *found : nullptr;
  if (found && (value == nullptr || value->is_string())) return errors;
  errors.push_back(invalid_value(
      scale.label_selector, Value(""),
      found ? misfit(scale.label_selector, *value, "string") : found.error(), kOrigin));
  return errors;
}

}  // namespace gatefold
