#include "schema/prune.h"

#include <algorithm>

#include "schema/path.h"

namespace gatefold {
namespace {

bool is_identity(std::string_view key) {
  return key == "apiVersion" || key == "kind" || key == "metadata";
}

class Pruner {
 public:
  void walk(const SchemaNode& schema, Value& value, const Path& path, bool resource) {
    if (auto* array = value.if_array()) {
      if (schema.items == nullptr) return;
      for (std::size_t i = 0; i < array->size(); ++i) {
        walk(*schema.items, (*array)[i], Path(path, i), schema.items->embedded_resource);
      }
    } else if (auto* object = value.if_object()) {
      walk_object(schema, *object, path, resource);
    }
  }

  std::vector<std::string> take() {
    std::ranges::sort(pruned_);
    return std::move(pruned_);
  }

 private:
  void walk_object(const SchemaNode& schema, JsonObject& object, const Path& path, bool resource) {
    std::vector<std::string> unknown;
    for (auto& member : object) {
      const std::string_view key(member.key().data(), member.key().size());
      if (resource && is_identity(key)) continue;
      const Path at(path, key);
      if (const auto* below = schema.member(key)) {
        walk(*below, member.value(), at, below->embedded_resource);
      } else if (!schema.preserve_unknown_fields && !schema.additional_allowed) {
        unknown.emplace_back(key);
        pruned_.push_back(at.text());
      }
    }
    for (const auto& key : unknown) object.erase(key);
  }

  std::vector<std::string> pruned_;
};

}  // namespace

std::vector<std::string> prune_unknown(const SchemaNode& schema, Value& object, bool is_resource) {
  Pruner pruner;
  pruner.walk(schema, object, Path(), is_resource);
  return pruner.take();
}

void drop_nulls(const SchemaNode& schema, Value& value) {
  if (auto* array = value.if_array()) {
    if (schema.items == nullptr) return;
    for (auto& item : *array) drop_nulls(*schema.items, item);
    return;
  }
  auto* object = value.if_object();
  if (object == nullptr) return;
  std::vector<std::string> nulls;
  for (auto& member : *object) {
    const auto* below = schema.member({member.key().data(), member.key().size()});
    if (below == nullptr) continue;
    if (!member.value().is_null()) {
      drop_nulls(*below, member.value());
    } else if (!below->nullable && !below->default_value) {
      nulls.emplace_back(member.key());
    }
  }
  for (const auto& key : nulls) object->erase(key);
}

}  // namespace gatefold
