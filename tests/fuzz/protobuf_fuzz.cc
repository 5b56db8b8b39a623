#include <string>

#include "schema/invariant.h"
#include "schema/json.h"
#include "schema/proto/decode.h"
#include "schema/proto/envelope.h"
#include "schema/utf8.h"
#include "tests/fuzz/target.h"

namespace gatefold::fuzz {
namespace {

constexpr proto::DecodeLimits kLimits = {.nesting_max = 64, .values_max = 20'000};

void examine_object(const JsonObject& object) {
  const std::string canonical = canonical_json(object);
  GATEFOLD_ASSERT(!find_invalid_utf8(canonical));
  const auto again = parse_json(canonical, {.nesting_max = kLimits.nesting_max});
  GATEFOLD_ASSERT(again.has_value());
  GATEFOLD_ASSERT(canonical_json(again->value) == canonical);
}

}  // namespace

void examine(std::string_view bytes) {
  const auto envelope = proto::open_envelope(bytes);
  if (!envelope) {
    GATEFOLD_ASSERT(!envelope.error().empty());
    return;
  }
  GATEFOLD_ASSERT(envelope->object.size() <= bytes.size());
  const auto* message = proto::builtin_messages().of_object(envelope->api_version, envelope->kind);
  if (message == nullptr) return;
  const auto object = proto::decode_message(*message, envelope->object, kLimits);
  if (!object) {
    GATEFOLD_ASSERT(!object.error().empty());
    return;
  }
  examine_object(*object);
  // A field that nobody knows changes nothing.
  const auto more = proto::decode_message(
      *message, std::string(envelope->object) + std::string("\xfa\xff\xff\xff\x0f\0", 6), kLimits);
  GATEFOLD_ASSERT(more.has_value());
  GATEFOLD_ASSERT(canonical_json(*more) == canonical_json(*object));
}

}  // namespace gatefold::fuzz
