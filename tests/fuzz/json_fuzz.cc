#include <string>

#include "schema/invariant.h"
#include "schema/json.h"
#include "schema/utf8.h"
#include "schema/yaml.h"
#include "tests/fuzz/target.h"

namespace gatefold::fuzz {
namespace {

void examine_text(const std::string& text, const std::string& canonical) {
  const auto again = parse_json(text);
  GATEFOLD_ASSERT(again.has_value());
  GATEFOLD_ASSERT(again->duplicates.empty());
  GATEFOLD_ASSERT(canonical_json(again->value) == canonical);
}

}  // namespace

void examine(std::string_view bytes) {
  const auto parsed = parse_json(bytes);
  // Two grammars, one verdict; but a number that no double reaches is good grammar.
  const auto error = find_json_error(bytes);
  if (!parsed) {
    GATEFOLD_ASSERT(error || parsed.error().message.starts_with("json: cannot unmarshal number"));
    GATEFOLD_ASSERT(parsed.error().offset <= bytes.size());
    return;
  }
  GATEFOLD_ASSERT(!error);
  const std::string canonical = canonical_json(parsed->value);
  GATEFOLD_ASSERT(!find_invalid_utf8(canonical));
  examine_text(canonical, canonical);
  examine_text(to_json(parsed->value), canonical);
  examine_text(pretty_json(parsed->value), canonical);
  const auto from_yaml = parse_yaml(to_yaml(parsed->value));
  GATEFOLD_ASSERT(from_yaml.has_value());
  GATEFOLD_ASSERT(canonical_json(*from_yaml) == canonical);
}

}  // namespace gatefold::fuzz
