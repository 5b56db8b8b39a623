#include <string>

#include "schema/invariant.h"
#include "schema/json.h"
#include "schema/utf8.h"
#include "schema/yaml.h"
#include "tests/fuzz/target.h"

namespace gatefold::fuzz {
namespace {

// A bomb of aliases shall not cost the fuzzer its time.
constexpr YamlLimits kLimits = {.nesting_max = 512, .nodes_max = 20'000};

}  // namespace

void examine(std::string_view bytes) {
  const auto documents = parse_yaml_documents(bytes, kLimits);
  GATEFOLD_ASSERT(documents.has_value() || !documents.error().message.empty());
  const auto value = parse_yaml(bytes, kLimits);
  const auto parsed = parse_yaml_with_duplicates(bytes, kLimits);
  GATEFOLD_ASSERT(value.has_value() == parsed.has_value());
  if (!value) {
    GATEFOLD_ASSERT(!value.error().message.empty());
    GATEFOLD_ASSERT(!value.error().message.contains('\n'));
    return;
  }
  const std::string canonical = canonical_json(*value);
  GATEFOLD_ASSERT(!find_invalid_utf8(canonical));
  GATEFOLD_ASSERT(canonical_json(parsed->value) == canonical);
  const auto from_json = parse_json(canonical);
  GATEFOLD_ASSERT(from_json.has_value());
  GATEFOLD_ASSERT(canonical_json(from_json->value) == canonical);
  const auto from_yaml = parse_yaml(to_yaml(*value));
  GATEFOLD_ASSERT(from_yaml.has_value());
  GATEFOLD_ASSERT(canonical_json(*from_yaml) == canonical);
}

}  // namespace gatefold::fuzz
