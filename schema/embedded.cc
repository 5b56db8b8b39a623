#include "schema/embedded.h"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>

#include "schema/field_error.h"
#include "schema/meta.h"
#include "schema/path.h"

namespace gatefold {
namespace {

bool is_identity(std::string_view key) {
  return key == "apiVersion" || key == "kind" || key == "metadata";
}

class Decoder {
 public:
  // False as soon as something has a wrong type: error() says what.
  bool walk(const SchemaNode& schema, Value& value, const Path& path, bool is_root) {
    if (auto* array = value.if_array()) {
      if (schema.items == nullptr) return true;
      for (std::size_t i = 0; i < array->size(); ++i) {
        if (!walk(*schema.items, (*array)[i], Path(path, i), false)) return false;
      }
      return true;
    }
    auto* object = value.if_object();
    if (object == nullptr) return true;
    const bool is_resource = is_root || schema.embedded_resource;
    if (schema.embedded_resource && !is_root && !decode(value, path)) return false;
    for (auto& member : *object) {
      const std::string_view key = member.key();
      if (is_resource && is_identity(key)) continue;
      const auto* below = schema.member(key);
      if (below == nullptr) continue;
      if (!walk(*below, member.value(), Path(path, key), false)) return false;
    }
    return true;
  }

  const std::string& error() const { return error_; }

  std::vector<std::string> take_unknown() {
    std::ranges::sort(unknown_);
    return std::move(unknown_);
  }

 private:
  bool decode(Value& resource, const Path& path) {
    for (const std::string_view key : {"apiVersion", "kind"}) {
      const auto* value = find(resource, key);
      if (value == nullptr || value->is_string()) continue;
      return fail(Path(path, key), *value, "must be a string");
    }
    const auto* metadata = find(resource, "metadata");
    // Other than at the root it may be missing.
    if (metadata == nullptr || metadata->is_null()) return true;
    const Value before = *metadata;
    const auto unknown = decode_metadata(resource);
    if (!unknown) return fail(Path(path, "metadata"), before, unknown.error());
    const auto prefix = path.text();
    for (const auto& field : *unknown) unknown_.push_back(fmt::format("{}.{}", prefix, field));
    return true;
  }

  bool fail(const Path& path, const Value& value, std::string_view detail) {
    const auto error = invalid_value(path.text(), value, detail, "embedded");
    error_ = fmt::format("{}: {}", error.field, error.body);
    return false;
  }

  std::string error_;
  std::vector<std::string> unknown_;
};

}  // namespace

std::expected<std::vector<std::string>, std::string> decode_embedded(const SchemaNode& schema,
                                                                     Value& object) {
  Decoder decoder;
  if (!decoder.walk(schema, object, Path(), true)) return std::unexpected(decoder.error());
  return decoder.take_unknown();
}

}  // namespace gatefold
