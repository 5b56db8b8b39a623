#include "engine/short_lived.h"

#include "schema/catalog.h"

namespace gatefold::engine {

bool is_short_lived(std::string_view resource) {
  const auto* kind = core_catalog()->find_resource(resource);
  return kind != nullptr && kind->history_window_ns != 0;
}

}  // namespace gatefold::engine
