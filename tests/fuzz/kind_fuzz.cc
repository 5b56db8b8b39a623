#include <algorithm>
#include <string>

#include "schema/defaults.h"
#include "schema/invariant.h"
#include "schema/json.h"
#include "schema/kind.h"
#include "schema/old_items.h"
#include "schema/prune.h"
#include "schema/structural.h"
#include "schema/yaml.h"
#include "tests/fuzz/target.h"

namespace gatefold::fuzz {
namespace {

constexpr YamlLimits kLimits = {.nesting_max = 512, .nodes_max = 20'000};

// What admission does to an object, here to the definition itself: done once, it is done.
void examine_schema(const SchemaNode& schema, const Rules* rules, Value value) {
  prune_unknown(schema, value);
  GATEFOLD_ASSERT(prune_unknown(schema, value).empty());
  drop_nulls(schema, value);
  apply_defaults(schema, value);
  FieldErrors errors = validate_structural(schema, value);
  for (const FieldError& error : validate_list_types(schema, value)) errors.push_back(error);
  if (rules != nullptr && rules_may_run(errors)) rules->check(value, nullptr);
  // A value that is as it was is not looked at.
  GATEFOLD_ASSERT(!is_unchanged(schema, value, value) ||
                  validate_structural(schema, value, &value).empty());
}

void examine_kind(const Kind& kind, const Kind& again) {
  GATEFOLD_ASSERT(!kind.versions.empty());
  GATEFOLD_ASSERT(kind.versions.size() == again.versions.size());
  GATEFOLD_ASSERT(std::ranges::count(kind.versions, true, &KindVersion::storage) == 1);
  GATEFOLD_ASSERT(kind.storage_version().storage);
  for (std::size_t i = 0; i < kind.versions.size(); ++i) {
    const KindVersion& version = kind.versions[i];
    GATEFOLD_ASSERT(kind.version(version.name) != nullptr);
    GATEFOLD_ASSERT(version.schema_id == again.versions[i].schema_id);
  }
}

}  // namespace

void examine(std::string_view bytes) {
  const auto definition = parse_yaml(bytes, kLimits);
  if (!definition) return;
  const auto kind = parse_kind(*definition);
  if (!kind) {
    GATEFOLD_ASSERT(!kind.error().message.empty());
    return;
  }
  // The order of a definition's members and the text that it came in don't matter.
  const auto reread = parse_json(canonical_json(*definition));
  GATEFOLD_ASSERT(reread.has_value());
  const auto again = parse_kind(reread->value);
  GATEFOLD_ASSERT(again.has_value());
  examine_kind(**kind, **again);
  for (const KindVersion& version : (*kind)->versions) {
    if (version.schema != nullptr)
      examine_schema(*version.schema, version.rules.get(), *definition);
  }
}

}  // namespace gatefold::fuzz
