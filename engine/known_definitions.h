// The definitions of the Gateway API that are compiled in, as they are stored once admitted. Each
// is read, judged by the tests and compiled once for the process, however many directories are
// opened.
#pragma once

#include <string>
#include <vector>

#include "schema/channel.h"
#include "schema/kind.h"
#include "schema/value.h"

namespace gatefold::engine {

struct KnownDefinition {
  std::string text;         // the definition as canonical JSON: a tenth of what its values take
  std::string digest;       // of `text`
  std::string spec_digest;  // of the canonical JSON of its spec
  KindPtr kind;
};

const std::vector<KnownDefinition>& known_definitions(Channel channel);

// The kind of a definition whose spec is that of a known one; nullptr for all others. A known spec
// is valid.
KindPtr known_kind(const Value& definition);

}  // namespace gatefold::engine
