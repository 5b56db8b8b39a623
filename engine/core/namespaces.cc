#include "engine/core/namespaces.h"

#include <algorithm>
#include <string>

#include <fmt/format.h>

#include "schema/meta.h"
#include "schema/names.h"

namespace gatefold::engine {
namespace {

constexpr std::string_view kOwn = "kubernetes";
// Finalizers that need no domain.
constexpr std::string_view kStandard[] = {kOwn, "orphan", "foregroundDeletion"};

// Whether `key` may be filled in; what has another type is for the schema to complain about.
bool can_hold(const Value& object, std::string_view key) {
  const auto* value = find(object, key);
  return value == nullptr || value->is_null() || value->is_object();
}

// The contents go before the namespace does: a new one waits for that beside what it asks for.
void need_own_finalizer(JsonObject& spec) {
  auto& member = spec["finalizers"];
  if (member.is_null()) member = JsonArray();
  auto* finalizers = member.if_array();
  if (finalizers != nullptr && std::ranges::find(*finalizers, Value(kOwn)) == finalizers->end()) {
    finalizers->emplace_back(kOwn);
  }
}

void check_finalizer(const std::string& name, const std::string& field, FieldErrors& errors) {
  const auto complain = [&](std::string_view what) {
    errors.push_back(invalid_value(field, Value(name), what, "finalizer"));
  };
  for (const auto& complaint : check_qualified_name(name)) complain(complaint);
  if (!name.contains('/') && std::ranges::find(kStandard, name) == std::end(kStandard)) {
    complain("name is neither a standard finalizer name nor is it fully qualified");
  }
}

void check_phase(const Value& object, FieldErrors& errors) {
  const auto phase = string_at(object, {"status", "phase"});
  const std::string_view wanted = is_deleting(object) ? "Terminating" : "Active";
  if (phase == wanted) return;
  errors.push_back(invalid_value("status.Phase", Value(phase),
                                 fmt::format("may only be '{}' if `deletionTimestamp` is {}empty",
                                             wanted, is_deleting(object) ? "not " : ""),
                                 "namespace"));
}

}  // namespace

void default_namespace(Value& object) {
  // Copied: adding the member moves what the name's view looks at.
  const std::string name(name_of(object));
  if (name.empty()) return;
  auto& metadata = object_member(object.as_object(), "metadata");
  object_member(metadata, "labels")["kubernetes.io/metadata.name"] = name;
}

void complete_namespace(std::string_view subresource, const Value* old_object, Value& object) {
  auto& members = object.as_object();
  // Once more: the name may have been generated meanwhile.
  default_namespace(object);
  if (old_object == nullptr) {
    if (can_hold(object, "spec")) {
      need_own_finalizer(object_member(members, "spec"));
    }
  } else if (subresource != "finalize") {
    const auto* spec = find(*old_object, "spec");
    members["spec"] = spec == nullptr ? Value(JsonObject()) : *spec;
  }
  if (!can_hold(object, "status")) return;
  auto& status = object_member(members, "status");
  if (subresource == "status") {
    if (status["phase"].is_null()) status["phase"] = "Active";
  } else {
    status["phase"] = is_deleting(object) ? "Terminating" : "Active";
  }
}

void validate_namespace(std::string_view subresource, const Value& object, const Value* old_object,
                        FieldErrors& errors) {
  if (subresource == "status") check_phase(object, errors);
  // Other writes keep the finalizers.
  if (old_object != nullptr && subresource != "finalize") return;
  const auto* value = find_path(object, {"spec", "finalizers"});
  const auto* finalizers = value == nullptr ? nullptr : value->if_array();
  if (finalizers == nullptr) return;
  for (std::size_t i = 0; i < finalizers->size(); ++i) {
    const auto* name = (*finalizers)[i].if_string();
    if (name == nullptr) continue;
    check_finalizer(std::string(*name),
                    subresource.empty() ? std::string("spec.finalizers")
                                        : fmt::format("spec.finalizers[{}]", i),
                    errors);
  }
}

}  // namespace gatefold::engine
