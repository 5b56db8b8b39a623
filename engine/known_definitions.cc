#include "engine/known_definitions.h"

#include <algorithm>
#include <string>

#include "engine/admit.h"
#include "engine/core_kinds.h"
#include "engine/definitions.h"
#include "schema/catalog.h"
#include "schema/digest.h"
#include "schema/invariant.h"
#include "schema/json.h"
#include "schema/meta.h"

namespace gatefold::engine {
namespace {

Value admitted(const Kind& definitions, Value document) {
  std::vector<std::string> warnings;
  const auto decoded =
      decode_object(definitions, definitions.storage_version(), {}, {}, document, warnings);
  GATEFOLD_ASSERT(decoded.has_value());
  default_core(definitions, document);
  complete_core(definitions, "", nullptr, {}, {}, document);
  return document;
}

std::string digest_of_spec(const Value& definition) {
  return short_digest(canonical_json(*find(definition, "spec")));
}

std::vector<KnownDefinition> admit_all(Channel channel) {
  const auto catalog = core_catalog();
  const auto* definitions = catalog->find_resource(kDefinitions);
  GATEFOLD_ASSERT(definitions != nullptr);
  auto documents = gateway_definitions(channel);
  for (auto& document : documents) document = admitted(*definitions, std::move(document));
  std::vector<KnownDefinition> out;
  SchemaPool pool;
  for (const auto& document : documents) {
    auto kind = parse_kind(document, pool);
    GATEFOLD_ASSERT(kind.has_value());
    auto text = canonical_json(document);
    auto digest = short_digest(text);
    out.push_back({std::move(text), std::move(digest), digest_of_spec(document), std::move(*kind)});
  }
  return out;
}

}  // namespace

const std::vector<KnownDefinition>& known_definitions(Channel channel) {
  if (channel == Channel::kStandard) {
    static const auto kStandard = admit_all(Channel::kStandard);
    return kStandard;
  }
  static const auto kExperimental = admit_all(Channel::kExperimental);
  return kExperimental;
}

KindPtr known_kind(const Value& definition) {
  const auto channel = parse_channel(
      string_at(definition, {"metadata", "annotations", "gateway.networking.k8s.io/channel"}));
  const auto* spec = find(definition, "spec");
  if (!channel || spec == nullptr) return nullptr;
  const auto& known = known_definitions(*channel);
  const auto found = std::ranges::find_if(known, [&](const KnownDefinition& candidate) {
    return candidate.kind->resource == name_of(definition);
  });
  if (found == known.end() || found->spec_digest != digest_of_spec(definition)) return nullptr;
  return found->kind;
}

}  // namespace gatefold::engine
