// How lists and watches say which version they want: resourceVersionMatch and what goes with it.
#pragma once

#include <optional>
#include <string_view>

#include "schema/field_error.h"

namespace gatefold::engine {

enum class VersionMatch { kUnset, kExact, kNotOlderThan };

// "" for kUnset.
std::string_view match_text(VersionMatch match);

struct VersionAsk {
  bool is_watch = false;
  std::string_view match;  // as the client wrote it
  std::string_view resource_version;
  bool continues = false;  // with a token
  std::optional<bool> send_initial_events;
};

// All that is wrong with the combination: R14.7 of a list, R16.5 and R16.10 of a watch.
FieldErrors check_version_ask(const VersionAsk& ask);

}  // namespace gatefold::engine
