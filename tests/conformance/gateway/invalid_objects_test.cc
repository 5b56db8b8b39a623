// Objects that each break one rule or one limit of the Gateway API: refused for that alone, in
// Kubernetes' words and with upstream's messages, by the built-in definitions and by upstream's.
#include <algorithm>

#include "tests/conformance/gateway/both_definitions.h"
#include "tests/conformance/gateway/expected_errors.h"
#include "tests/conformance/gateway/judge.h"
#include "tests/conformance/gateway/sites.h"
#include "tests/conformance/gateway/table.h"
#include "tests/schema/parsed.h"

namespace gatefold::test {
namespace {

const Table& table_of(const std::string& kind) {
  static std::map<std::string, Table> tables;
  const auto known = tables.find(kind);
  return known != tables.end() ? known->second
                               : tables.emplace(kind, read_table(kind)).first->second;
}

const Value& base_of(const Table& table, Channel channel) {
  return channel == Channel::kStandard ? table.base : table.experimental_base;
}

std::string name_of(const Refusal& refusal) {
  std::string name;
  for (const auto& [field, texts] : refusal.says) {
    for (const auto& text : texts) name += field + ": " + text + "\n";
  }
  return name;
}

// Calls `look(definition, version, channel)` for each version of each kind.
template <class Look>
void for_each_version(const Definitions& (*definitions)(Channel), const Look& look) {
  for (const auto channel : kChannels) {
    for (const auto& [name, definition] : definitions(channel)) {
      for (const auto& version : definition.kind->versions) {
        INFO(channel_name(channel) << " " << name << " " << version.name);
        look(definition, version, channel);
      }
    }
  }
}

// A status is judged as a write to it, all else as a create; what compares with the past, as an
// update.
Verdict judge_refusal(const Definition& definition, const KindVersion& version,
                      const Refusal& refusal, Value object, const Value& old_object) {
  const auto& kind = *definition.kind;
  if (is_of_status(refusal)) return judge(kind, version, std::move(object), &old_object, "status");
  const bool looks_back = name_of(refusal).contains("immutable");
  return judge(kind, version, std::move(object), looks_back ? &old_object : nullptr);
}

void check_refusals(const Definition& definition, const KindVersion& version, Channel channel,
                    std::set<const Refusal*>& told) {
  const auto& table = table_of(definition.kind->kind);
  const auto& base = base_of(table, channel);
  const auto& schema = schema_document(definition, version.name);
  const auto sites = sites_of(schema);
  const auto old_object = judge(*definition.kind, version, base).object;
  for (const auto& refusal : table.refusals) {
    INFO(name_of(refusal));
    auto object = changed(base, refusal);
    const auto expected = expected_errors(refusal, schema, sites, object);
    if (!expected) continue;
    told.insert(&refusal);
    const auto verdict = judge_refusal(definition, version, refusal, std::move(object), old_object);
    CHECK(verdict.errors == expected->errors);
  }
}

void check_bases(const Definitions& (*definitions)(Channel)) {
  for_each_version(
      definitions, [](const Definition& definition, const KindVersion& version, Channel channel) {
        const auto& kind = *definition.kind;
        const auto created = judge(kind, version, base_of(table_of(kind.kind), channel));
        CHECK(created.errors == Texts{});
        CHECK(created.warnings == Texts{});
        const auto status = judge(kind, version, created.object, &created.object, "status");
        CHECK(status.errors == Texts{});
        CHECK(status.object == created.object);
      });
}

void check_all(const Definitions& (*definitions)(Channel)) {
  std::set<const Refusal*> told;
  for_each_version(definitions,
                   [&](const Definition& definition, const KindVersion& version, Channel channel) {
                     check_refusals(definition, version, channel, told);
                   });
  for (const auto& [kind, definition] : definitions(Channel::kExperimental)) {
    for (const auto& refusal : table_of(kind).refusals) {
      INFO(kind << " says nowhere:\n" << name_of(refusal));
      CHECK(told.contains(&refusal));
    }
  }
}

TEST_CASE("the object that each table starts from is accepted") {
  check_bases(built_in_definitions);
  check_bases(upstream_definitions);
}

TEST_CASE("each invalid object is refused by the built-in definition for its fault alone") {
  check_all(built_in_definitions);
}

TEST_CASE("each invalid object is refused by upstream's definition for its fault alone") {
  check_all(upstream_definitions);
}

TEST_CASE("there is an invalid object for each rule and each limit of upstream's definitions") {
  for_each_version(upstream_definitions,
                   [](const Definition& definition, const KindVersion& version, Channel channel) {
                     const auto& table = table_of(definition.kind->kind);
                     const auto& schema = schema_document(definition, version.name);
                     const auto sites = sites_of(schema);
                     std::set<Site> told;
                     for (const auto& refusal : table.refusals) {
                       const auto object = changed(base_of(table, channel), refusal);
                       const auto expected = expected_errors(refusal, schema, sites, object);
                       if (expected) told.insert(expected->sites.begin(), expected->sites.end());
                     }
                     Texts missing;
                     for (const auto& site : sites) {
                       if (told.contains(site) == table.unreachable.contains(site)) {
                         missing.push_back(site.first + ": " + site.second);
                       }
                     }
                     CHECK(missing == Texts{});
                   });
}

}  // namespace
}  // namespace gatefold::test
