// The Gateway API's kinds twice: as they are built in, and as upstream's definitions make them.
#pragma once

#include <map>
#include <string>

#include "schema/channel.h"
#include "schema/kind.h"
#include "schema/value.h"

namespace gatefold::test {

struct Definition {
  Value document;  // the CustomResourceDefinition
  KindPtr kind;
};

using Definitions = std::map<std::string, Definition>;  // by the names of the kinds

const Definitions& built_in_definitions(Channel channel);

// From ../shared/gateway-api/crds, taken in as if a client had brought them. Empty where they are
// not there, which is said once.
const Definitions& upstream_definitions(Channel channel);

// The openAPIV3Schema of a version.
const Value& schema_document(const Definition& definition, std::string_view version);

inline constexpr Channel kChannels[] = {Channel::kStandard, Channel::kExperimental};

}  // namespace gatefold::test
