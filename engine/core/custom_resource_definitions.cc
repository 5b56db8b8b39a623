#include "engine/core/custom_resource_definitions.h"

#include <algorithm>

#include "schema/definition.h"
#include "schema/definition_names.h"
#include "schema/meta.h"
#include "schema/time.h"

namespace gatefold::engine {

void complete_definition(std::string_view subresource, const Value* old_object, Value& object) {
  if (subresource.empty()) prepare_definition(object, old_object);
}

void begin_definition_removal(const Stamp& stamp, Value& object) {
  const auto finalizers = finalizers_of(object);
  if (std::ranges::find(finalizers, kCleanupFinalizer) == finalizers.end()) {
    auto& metadata = object_member(object.as_object(), "metadata");
    auto& list = metadata["finalizers"];
    if (!list.is_array()) list = JsonArray();
    list.as_array().emplace_back(kCleanupFinalizer);
  }
  set_condition(object, terminating(Cleanup::kPending), format_seconds(stamp.now));
}

}  // namespace gatefold::engine
