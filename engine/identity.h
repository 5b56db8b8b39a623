// Does the body speak of what the URL speaks of? (R6.7, R6.8, R7.3)
#pragma once

#include <string_view>

#include "engine/command.h"
#include "schema/kind.h"
#include "schema/value.h"

namespace gatefold::engine {

// apiVersion and kind. Where a core kind's body leaves them out they are filled in.
Result<void> check_type_meta(const Kind& kind, const KindVersion& version, Value& object);
// metadata.namespace, filled in from the URL where it is empty; cleared for cluster-scoped kinds.
Result<void> check_namespace(const Kind& kind, std::string_view name_space, Value& object);
// metadata.name against the URL's, for updates and patches.
Result<void> check_name(std::string_view name, const Value& object);

}  // namespace gatefold::engine
