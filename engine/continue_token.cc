#include "engine/continue_token.h"

#include <fmt/format.h>

#include "schema/base64.h"
#include "schema/json.h"

namespace gatefold::engine {
namespace {

constexpr std::size_t kTokenBytesMax = 4096;

}  // namespace

std::string encode_token(const ContinueToken& token) {
  return to_base64url(to_json(JsonObject{{"in", token.incarnation},
                                         {"rv", to_string(token.revision)},
                                         {"ns", token.name_space},
                                         {"name", token.name}}));
}

Result<ContinueToken> decode_token(std::string_view text) {
  const auto wrong = [](std::string_view why) {
    return bad_request(fmt::format("invalid continue token: continue key is not valid: {}", why));
  };
  if (text.size() > kTokenBytesMax) return wrong("too long");
  const auto bytes = from_base64url(text);
  if (!bytes) return wrong("illegal base64 data");
  const auto parsed = parse_json(*bytes);
  if (!parsed) return wrong(parsed.error().message);
  const auto revision = parse_revision(string_at(parsed->value, {"rv"}));
  const auto name = string_at(parsed->value, {"name"});
  if (!revision || name.empty()) return wrong("incomplete");
  return ContinueToken{.incarnation = std::string(string_at(parsed->value, {"in"})),
                       .revision = *revision,
                       .name_space = std::string(string_at(parsed->value, {"ns"})),
                       .name = std::string(name)};
}

}  // namespace gatefold::engine
