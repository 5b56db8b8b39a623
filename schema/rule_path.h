// fieldPath of a validation rule: which field its error is about (R19.25).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "schema/schema_node.h"

namespace gatefold {

// `.a.b` or `['a'].b`: fields and map keys that `schema` declares, as error texts show them:
// `a.b`, `labels[key]`. Nothing where the path is none or leads nowhere.
std::optional<std::string> rule_field_path(std::string_view json_path, const SchemaNode& schema);

}  // namespace gatefold
