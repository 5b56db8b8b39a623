#include "schema/scale.h"

#include <expected>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "schema/go_text.h"
#include "schema/json.h"
#include "schema/meta.h"
#include "schema/selector.h"

namespace gatefold {
namespace {

constexpr auto kOrigin = "scale";
// Says of a Scale that its object has no replicas yet.
constexpr std::int64_t kNoReplicas = std::numeric_limits<std::int32_t>::min();

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

// The number at `path`, cut to 32 bits as Go does; nothing where there is none.
Result<std::optional<std::int64_t>> replicas_at(const Value& object, const std::string& path) {
  const auto found = follow(object, path);
  if (!found) return internal_error(found.error());
  if (*found == nullptr) return std::nullopt;
  if (!(*found)->is_int64()) return internal_error(misfit(path, **found, "int64"));
  return static_cast<std::int32_t>((*found)->get_int64());
}

// Custom resources hold the text, core kinds a selector that it is made of.
Result<std::string> selector_at(const Kind& kind, const Value& object, const std::string& path) {
  if (path.empty()) return std::string();
  const auto found = follow(object, path);
  if (!found) return internal_error(found.error());
  if (*found == nullptr) return std::string();
  if (kind.core) {
    auto text = label_selector_text(**found);
    if (!text) return bad_request(std::move(text.error()));
    return std::move(*text);
  }
  if (!(*found)->is_string()) return internal_error(misfit(path, **found, "string"));
  return std::string((*found)->get_string());
}

JsonObject metadata_of_scale(const Value& object) {
  JsonObject metadata;
  for (const auto* key : {"name", "namespace", "uid", "resourceVersion", "creationTimestamp"}) {
    if (const auto* value = find_path(object, {"metadata", key})) metadata[key] = *value;
  }
  return metadata;
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

Result<Value> scale_to_change(const Kind& kind, const KindVersion& version, const Value& object) {
  const auto& paths = *version.scale;
  const auto wanted = replicas_at(object, paths.spec_replicas);
  if (!wanted) return std::unexpected(wanted.error());
  const auto there = replicas_at(object, paths.status_replicas);
  if (!there) return std::unexpected(there.error());
  const auto selector = selector_at(kind, object, paths.label_selector);
  if (!selector) return std::unexpected(selector.error());
  JsonObject spec;
  if (*wanted != 0) spec["replicas"] = wanted->value_or(kNoReplicas);
  JsonObject status{{"replicas", there->value_or(0)}};
  if (!selector->empty()) status["selector"] = *selector;
  return JsonObject{{"apiVersion", "autoscaling/v1"},
                    {"kind", "Scale"},
                    {"metadata", metadata_of_scale(object)},
                    {"spec", std::move(spec)},
                    {"status", std::move(status)}};
}

Result<Value> scale_of(const Kind& kind, const KindVersion& version, const Value& object) {
  auto scale = scale_to_change(kind, version, object);
  if (scale && integer_at(*scale, {"spec", "replicas"}, 0) == kNoReplicas) {
    return internal_error(fmt::format("the spec replicas field {} does not exist",
                                      go_quote(version.scale->spec_replicas)));
  }
  return scale;
}

Result<void> put_scale(const KindVersion& version, const Value& scale, Value& object) {
  const auto& path = version.scale->spec_replicas;
  const auto replicas = integer_at(scale, {"spec", "replicas"}, 0);
  if (replicas == kNoReplicas) {
    return bad_request(fmt::format("the spec replicas field {} cannot be empty", go_quote(path)));
  }
  const auto members = members_of(path);
  auto* at = &object.as_object();
  std::string here;
  for (std::size_t i = 0; i + 1 < members.size(); ++i) {
    here += fmt::format(".{}", members[i]);
    auto& member = at->emplace(members[i], JsonObject()).first->value();
    if (!member.is_object()) {
      return internal_error(
          fmt::format("value cannot be set because {} is not a map[string]interface{{}}", here));
    }
    at = &member.get_object();
  }
  (*at)[members.back()] = replicas;
  return {};
}

}  // namespace gatefold
