#include "engine/core/namespaces.h"

#include <string>

#include "schema/meta.h"

namespace gatefold::engine {
namespace {

// Whether `key` may be filled in; what has another type is for the schema to complain about.
bool can_hold(const Value& object, std::string_view key) {
  const auto* value = find(object, key);
  return value == nullptr || value->is_null() || value->is_object();
}

}  // namespace

void complete_namespace(std::string_view subresource, const Value* old_object, Value& object) {
  auto& members = object.as_object();
  auto& metadata = object_member(members, "metadata");
  // Copied: adding the member moves what the name's view looks at.
  const std::string name(name_of(object));
  object_member(metadata, "labels")["kubernetes.io/metadata.name"] = name;
  if (old_object == nullptr) {
    if (can_hold(object, "spec")) {
      object_member(members, "spec")["finalizers"] = JsonArray{"kubernetes"};
    }
  } else if (subresource != "finalize") {
    const auto* spec = find(*old_object, "spec");
    members["spec"] = spec == nullptr ? Value(JsonObject()) : *spec;
  }
  if (can_hold(object, "status")) {
    object_member(members, "status")["phase"] = is_deleting(object) ? "Terminating" : "Active";
  }
}

}  // namespace gatefold::engine
