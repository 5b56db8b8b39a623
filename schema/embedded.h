// Objects within objects (x-kubernetes-embedded-resource): what all objects have is decoded in them
// as at the root (R19.17).
#pragma once

#include <expected>
#include <string>
#include <vector>

#include "schema/schema_node.h"
#include "schema/value.h"

namespace gatefold {

// In place, before prune_unknown(); the root itself is for decode_metadata(). Unknown members of
// metadata are removed and answered with their paths (`spec.template.metadata.zzz`), sorted. Fails
// with the first field of a wrong type: `spec.template.kind: Invalid value: 1: must be a string`.
std::expected<std::vector<std::string>, std::string> decode_embedded(const SchemaNode& schema,
                                                                     Value& object);

}  // namespace gatefold
