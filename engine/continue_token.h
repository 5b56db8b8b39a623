// Where a list goes on (R14.5): opaque to clients.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "schema/ids.h"
#include "schema/status.h"

namespace gatefold::engine {

struct ContinueToken {
  std::string incarnation;  // of the directory that gave it
  Revision revision;        // of the first page; 0: whatever is current
  std::string name_space;   // the last object that was handed out
  std::string name;
};

std::string encode_token(const ContinueToken& token);
// kBadRequest where it is none of ours.
Result<ContinueToken> decode_token(std::string_view text);

}  // namespace gatefold::engine
