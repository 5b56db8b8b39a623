#include "schema/convert.h"

#include <utility>

#include "schema/defaults.h"
#include "schema/prune.h"

namespace gatefold {
namespace {

void rename_member(std::string_view from, std::string_view to, JsonObject& object) {
  auto* member = object.if_contains(from);
  if (member == nullptr) return;
  auto value = std::move(*member);
  object.erase(from);
  object[to] = std::move(value);
}

// Go leaves empty texts out where the field says so; the stored kind may show those that a view
// does not.
void drop_empty_texts(const SchemaNode& schema, JsonObject& object) {
  for (const auto& [name, property] : schema.properties) {
    if (property->default_value) continue;
    const auto* member = object.if_contains(name);
    if (member != nullptr && member->is_string() && member->get_string().empty()) {
      object.erase(name);
    }
  }
}

void fit(const Kind& kind, const KindVersion& version, Value& object) {
  object.as_object()["apiVersion"] = kind.api_version(version.name);
  prune_unknown(*version.schema, object);
  drop_nulls(*version.schema, object);
  apply_defaults(*version.schema, object);
}

}  // namespace

void convert_object(const Kind& kind, const KindVersion& version, Value& object) {
  auto& members = object.as_object();
  for (const auto& [stored, shown] : kind.renamed) rename_member(stored, shown, members);
  if (kind.is_view()) drop_empty_texts(*version.schema, members);
  fit(kind, version, object);
}

void convert_to_stored(const Kind& kind, Value& object) {
  for (const auto& [stored, shown] : kind.renamed) {
    rename_member(shown, stored, object.as_object());
  }
  const auto& stored = kind.stored_kind();
  fit(stored, stored.storage_version(), object);
}

}  // namespace gatefold
