#include "schema/prune.h"

#include <algorithm>

#include "schema/path.h"

namespace gatefold {
namespace {

bool is_identity(std::string_view key) {
  return key == "apiVersion" || key == "kind" || key == "metadata";
}

// Whether members that are no properties stay, whatever their value is pruned by.
bool keeps_members(const SchemaNode& schema) {
  return schema.additional_properties != nullptr || schema.additional_allowed ||
         schema.additional_forbidden;
}

class Pruner {
 public:
  // Without a schema nothing is known: objects lose all members, also those in lists.
  void walk(const SchemaNode* schema, Value& value, const Path& path, bool resource) {
    if (schema != nullptr && schema->preserve_unknown_fields) {
      walk_preserved(*schema, value, path, resource);
    } else if (auto* array = value.if_array()) {
      const auto* items = schema == nullptr ? nullptr : schema->items.get();
      for (std::size_t i = 0; i < array->size(); ++i) {
        walk(items, (*array)[i], Path(path, i), items != nullptr && items->embedded_resource);
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
  void walk_object(const SchemaNode* schema, JsonObject& object, const Path& path, bool resource) {
    std::vector<std::string> unknown;
    for (auto& member : object) {
      const std::string_view key = member.key();
      if (resource && is_identity(key)) continue;
      const Path at(path, key);
      if (schema != nullptr && (schema->member(key) != nullptr || keeps_members(*schema))) {
        walk_member(*schema, key, member.value(), at);
      } else {
        unknown.emplace_back(key);
        pruned_.push_back(at.text());
      }
    }
    for (const auto& key : unknown) object.erase(key);
  }

  // What is specified among what is preserved is pruned; lists hand preservation down.
  void walk_preserved(const SchemaNode& schema, Value& value, const Path& path, bool resource) {
    if (auto* array = value.if_array()) {
      if (schema.items == nullptr) return;
      for (std::size_t i = 0; i < array->size(); ++i) {
        walk_preserved(*schema.items, (*array)[i], Path(path, i), schema.items->embedded_resource);
      }
    } else if (auto* object = value.if_object()) {
      for (auto& member : *object) {
        const std::string_view key = member.key();
        if (resource && is_identity(key)) continue;
        if (schema.member(key) == nullptr && !keeps_members(schema)) continue;
        walk_member(schema, key, member.value(), Path(path, key));
      }
    }
  }

  void walk_member(const SchemaNode& schema, std::string_view key, Value& value, const Path& at) {
    const auto* below = schema.member(key);
    walk(below, value, at, below != nullptr && below->embedded_resource);
  }

  std::vector<std::string> pruned_;
};

}  // namespace

std::vector<std::string> prune_unknown(const SchemaNode& schema, Value& object, bool is_resource) {
  Pruner pruner;
  pruner.walk(&schema, object, Path(), is_resource);
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
