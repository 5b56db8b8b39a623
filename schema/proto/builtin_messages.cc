#include "schema/builtin_kinds.h"
#include "schema/invariant.h"
#include "schema/proto/messages.h"

namespace gatefold::proto {

const Messages& builtin_messages() {
  static const Messages kMessages = [] {
    auto parsed = Messages::parse(builtin_message_table());
    GATEFOLD_ASSERT(parsed.has_value());
    return std::move(*parsed);
  }();
  return kMessages;
}

}  // namespace gatefold::proto
