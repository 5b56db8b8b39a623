// Reading one object, and rendering stored bytes for the version that was asked for.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/view.h"
#include "schema/kind.h"

namespace gatefold::engine {

// Appends the object as `version` shows it, resourceVersion in place (none for revision 0). Stored
// bytes go out as they are when they were admitted under that version's schema; otherwise they are
// converted.
void append_object(std::string& out, const Kind& kind, const KindVersion& version,
                   std::string_view schema_id, std::string_view body, std::uint32_t splice_at,
                   Revision revision);

struct ReadObject {
  std::string json;
  Revision revision;
};

// The object as of the View; nothing where there is none. kExpired where it is no longer kept.
Result<std::optional<ReadObject>> read_object(const View& view, const Kind& kind,
                                              const KindVersion& version, const ObjectKey& key);

}  // namespace gatefold::engine
