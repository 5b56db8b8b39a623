// The built-in definitions and upstream's take and refuse the same objects, in the same words, and
// make the same of them: over objects that are drawn from the schema and spoilt.
#include <algorithm>

#include <fmt/format.h>

#include "schema/json.h"
#include "tests/conformance/gateway/both_definitions.h"
#include "tests/conformance/gateway/judge.h"
#include "tests/conformance/gateway/object_path.h"
#include "tests/conformance/gateway/random_objects.h"
#include "tests/conformance/gateway/table.h"
#include "tests/schema/parsed.h"

namespace gatefold::test {
namespace {

constexpr std::uint64_t kSeed = 20260101;
constexpr std::size_t kObjectsPerVersion = 40;

// How often a thing happened: a property of objects that are all refused is none.
struct Seen {
  std::size_t accepted = 0, refused = 0, updated = 0, not_updated = 0, forgiven = 0;
  std::size_t broken_rules = 0;
};

struct Pair {
  const Kind& ours;
  const Kind& theirs;
  std::string version;

  // What both say, which has to be the same.
  Verdict judge_by_both(const Value& object, const Value* old_object = nullptr,
                        std::string_view subresource = "") const {
    INFO(canonical_json(object));
    INFO("old: " << (old_object == nullptr ? "none" : canonical_json(*old_object)) << " "
                 << subresource);
    auto verdict = judge(ours, *ours.version(version), object, old_object, subresource);
    const auto other = judge(theirs, *theirs.version(version), object, old_object, subresource);
    CHECK(verdict.errors == other.errors);
    CHECK(verdict.warnings == other.warnings);
    CHECK(canonical_json(verdict.object) == canonical_json(other.object));
    return verdict;
  }
};

// Rules show the type of what they judge, and speak of no "body".
bool has_broken_rule(const Texts& errors) {
  return std::ranges::any_of(errors, [](const auto& error) {
    return error.contains(": Invalid value: \"") && !error.contains(" in body ") &&
           !error.starts_with("<nil>") && !error.starts_with("status: Invalid value: \"\"");
  });
}

// A new object, and an update of what came of it: of all and of the status.
void check_object(const Pair& pair, RandomObjects& random, const Value& base, Seen& seen) {
  auto object = random.below(2) == 0 ? random.object() : base;
  for (auto changes = random.below(3); changes > 0; --changes) random.vary(object);
  for (auto faults = random.below(3); faults > 0; --faults) random.spoil(object);
  const auto created = pair.judge_by_both(object);
  ++(created.errors.empty() ? seen.accepted : seen.refused);

  // What is stored may be invalid by now: the definition can have changed meanwhile.
  const auto& old_object = created.object;
  auto changed = old_object;
  random.below(2) == 0 ? random.vary(changed) : random.spoil(changed);
  const auto updated = pair.judge_by_both(changed, &old_object);
  ++(updated.errors.empty() ? seen.updated : seen.not_updated);
  if (!created.errors.empty() && updated.errors.empty()) ++seen.forgiven;
  if (has_broken_rule(created.errors) || has_broken_rule(updated.errors)) ++seen.broken_rules;
  (void)pair.judge_by_both(changed, &old_object, "status");
}

TEST_CASE("built-in definitions and upstream's say the same of any object") {
  std::map<std::string, Seen> seen;
  auto seed = kSeed;
  for (const auto channel : kChannels) {
    for (const auto& [name, definition] : upstream_definitions(channel)) {
      const auto table = read_table(name);
      const auto& base = channel == Channel::kStandard ? table.base : table.experimental_base;
      const auto& built_in = *built_in_definitions(channel).at(name).kind;
      for (const auto& version : definition.kind->versions) {
        const Pair pair{built_in, *definition.kind, version.name};
        RandomObjects random(version.schema, ++seed);
        INFO(channel_name(channel) << " " << name << " " << version.name << ", seed " << seed);
        for (std::size_t i = 0; i < kObjectsPerVersion; ++i) {
          check_object(pair, random, base, seen[name]);
        }
      }
    }
  }
  for (const auto& [name, counts] : seen) {
    INFO(fmt::format("{}: {} accepted, {} refused, {} updated, {} not, {} forgiven, {} by rules",
                     name, counts.accepted, counts.refused, counts.updated, counts.not_updated,
                     counts.forgiven, counts.broken_rules));
    const auto total = counts.accepted + counts.refused;
    CHECK(counts.accepted * 10 >= total);
    CHECK(counts.refused * 10 >= total);
    CHECK(counts.updated * 10 >= total);
    CHECK(counts.not_updated * 10 >= total);
    CHECK(counts.forgiven > 0);
    CHECK((counts.broken_rules > 0) == (name != "ReferenceGrant"));
  }
}

// Where the two can differ, the comparison notices: each of these edits of a definition.
TEST_CASE("the comparison finds a definition that differs") {
  const std::string listener = "properties.spec.properties.listeners.items.properties.";
  const std::pair<std::string, Value> edits[] = {
      {listener + "port.maximum", Value(65534)},
      {listener + "name.maxLength", Value(252)},
      {listener + "protocol.pattern", Value("^HTTP")},
      {listener + "tls.properties.mode.default", Value("Passthrough")},
      {listener + "hostname.type", Value("integer")},
      {"properties.spec.properties.listeners.items.required", Value(JsonArray{"name", "port"})},
      {"properties.spec.properties.listeners.x-kubernetes-validations", Value(JsonArray{})},
      {"properties.status.properties.conditions.x-kubernetes-list-type", Value("atomic")},
      {"properties.spec.properties.infrastructure.properties", Value(JsonObject{})},
  };
  const auto& definition = built_in_definitions(Channel::kStandard).at("Gateway");
  const auto base = read_table("Gateway").base;
  const auto& version = *definition.kind->version("v1");
  for (const auto& [place, value] : edits) {
    INFO(place);
    auto schema = schema_document(definition, "v1");
    REQUIRE(value_at(schema, place) != nullptr);
    set_at(schema, place, value);
    auto edited = version;
    const auto parsed = parse_schema(schema);
    REQUIRE(parsed.has_value());
    edited.schema = *parsed;
    edited.rules = Rules::compile(edited.schema);
    RandomObjects random(version.schema, kSeed);
    bool differs = false;
    for (std::size_t i = 0; i < 1000 && !differs; ++i) {
      auto object = base;
      random.vary(object);
      random.spoil(object);
      differs = judge(*definition.kind, version, object) != judge(*definition.kind, edited, object);
    }
    CHECK(differs);
  }
}

}  // namespace
}  // namespace gatefold::test
