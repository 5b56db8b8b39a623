#include "schema/catalog.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "schema/builtin_kinds.h"
#include "schema/digest.h"
#include "schema/json.h"

namespace gatefold {
namespace {

// A view shares its storage identity with the stored kind, so kinds are known by this.
std::string name_of(const Kind& kind) {
  return kind.resource_name().group_resource();
}

// Everything that discovery and OpenAPI show of a kind.
std::string shown(const Kind& kind) {
  auto text = fmt::format("{} {} {} {} {} {} {}\n", name_of(kind), kind.kind, kind.list_kind,
                          kind.singular, kind.namespaced(), fmt::join(kind.short_names, ","),
                          fmt::join(kind.categories, ","));
  for (const auto& version : kind.versions) {
    text += fmt::format(" {} {} {} {} {} {}\n", version.name, version.served,
                        version.status_subresource, version.scale.has_value(), version.deprecated,
                        version.schema_id);
  }
  return text;
}

[[noreturn]] void broken_document(std::string_view file, std::string_view why) {
  fmt::print(stderr, "gatefold: built-in kind {}: {}\n", file, why);
  std::abort();
}

// What upstream's own definitions say of themselves.
constexpr std::string_view kBundleVersion = "v1.6.1";
constexpr std::string_view kApproval = "https://github.com/kubernetes-sigs/gateway-api/pull/4530";

// A document that serves nothing describes what others show of themselves.
bool serves_objects(const Value& definition) {
  const auto* versions = find_path(definition, {"spec", "versions"});
  return std::ranges::any_of(versions->as_array(), [](const Value& version) {
    const auto* served = find(version, "served");
    return served != nullptr && *served == Value(true);
  });
}

template <typename Wanted>
std::vector<Value> read_definitions(Channel channel, Wanted wanted) {
  std::vector<Value> definitions;
  for (const auto& builtin : builtin_kind_documents()) {
    if (!wanted(builtin)) continue;
    auto document = parse_json(builtin.text);
    if (!document) broken_document(builtin.file, document.error().message);
    // Core kinds are the same in all channels.
    auto definition =
        builtin.core ? std::move(document->value) : for_channel(document->value, channel);
    if (definition.is_null() || !serves_objects(definition)) continue;
    definitions.push_back(std::move(definition));
  }
  return definitions;
}

CatalogPtr catalog_of(const std::vector<Value>& definitions) {
  std::vector<KindPtr> kinds;
  SchemaPool pool;
  for (const auto& definition : definitions) {
    auto kind = parse_kind(definition, pool);
    if (!kind) broken_document(string_at(definition, {"metadata", "name"}), kind.error().message);
    kinds.push_back(std::move(*kind));
  }
  for (auto& kind : kinds) {
    if (kind->view_of.empty()) continue;
    const auto stored = std::ranges::find(kinds, kind->view_of, &Kind::resource);
    if (stored == kinds.end()) broken_document(name_of(*kind), "viewOf names no kind");
    kind = as_view(*kind, *stored);
  }
  return std::make_shared<const Catalog>(std::move(kinds));
}

// A kind that only parts of other kinds' objects are of.
KindPtr unserved_kind(std::string_view name) {
  for (const auto& builtin : builtin_kind_documents()) {
    const auto document = parse_json(builtin.text);
    if (!document || string_at(document->value, {"metadata", "name"}) != name) continue;
    auto kind = parse_kind(document->value);
    if (!kind) broken_document(builtin.file, kind.error().message);
    return *kind;
  }
  broken_document(name, "there is none");
}

}  // namespace

Catalog::Catalog(std::vector<KindPtr> kinds) : kinds_(std::move(kinds)) {
  std::ranges::sort(kinds_, {}, [](const KindPtr& kind) { return name_of(*kind); });
  std::string text;
  for (const auto& kind : kinds_) {
    by_resource_.emplace(name_of(*kind), kind.get());
    text += shown(*kind);
  }
  fingerprint_ = short_digest(text);
}

const Kind* Catalog::find(std::string_view group, std::string_view plural) const {
  if (group.empty()) return find_resource(plural);
  return find_resource(fmt::format("{}.{}", plural, group));
}

const Kind* Catalog::find_resource(std::string_view resource) const {
  const auto found = by_resource_.find(resource);
  return found == by_resource_.end() ? nullptr : found->second;
}

const Kind* Catalog::find_kind(std::string_view group, std::string_view kind) const {
  const auto found = std::ranges::find_if(kinds_, [&](const KindPtr& candidate) {
    return candidate->group == group && candidate->kind == kind;
  });
  return found == kinds_.end() ? nullptr : found->get();
}

std::vector<std::string> Catalog::groups() const {
  std::set<std::string> groups;
  for (const auto& kind : kinds_) groups.insert(kind->group);
  return {groups.begin(), groups.end()};
}

std::vector<std::string> Catalog::group_versions(std::string_view group) const {
  std::vector<std::string> names;
  for (const auto& kind : kinds_) {
    if (kind->group != group) continue;
    for (const auto& version : kind->versions) {
      if (version.served && std::ranges::find(names, version.name) == names.end()) {
        names.push_back(version.name);
      }
    }
  }
  std::ranges::sort(names, version_comes_first);
  return names;
}

bool Catalog::serves(std::string_view group, std::string_view version) const {
  return std::ranges::any_of(kinds_, [&](const KindPtr& kind) {
    const auto* its = kind->group == group ? kind->version(version) : nullptr;
    return its != nullptr && its->served;
  });
}

std::vector<Value> builtin_definitions(Channel channel) {
  return read_definitions(channel, [](const BuiltinKind&) { return true; });
}

std::vector<Value> gateway_definitions(Channel channel) {
  auto definitions = read_definitions(channel, [](const BuiltinKind& kind) { return !kind.core; });
  for (auto& definition : definitions) {
    object_member(object_member(definition.as_object(), "metadata"), "annotations") = {
        {"api-approved.kubernetes.io", kApproval},
        {"gateway.networking.k8s.io/bundle-version", kBundleVersion},
        {"gateway.networking.k8s.io/channel", channel_name(channel)}};
  }
  return definitions;
}

CatalogPtr builtin_catalog(Channel channel) {
  if (channel == Channel::kStandard) {
    static const CatalogPtr kStandard = catalog_of(builtin_definitions(Channel::kStandard));
    return kStandard;
  }
  static const CatalogPtr kExperimental = catalog_of(builtin_definitions(Channel::kExperimental));
  return kExperimental;
}

const Kind& scale_kind() {
  static const KindPtr kScale = unserved_kind("scales.autoscaling");
  return *kScale;
}

const Kind& token_request_kind() {
  static const KindPtr kTokenRequest = unserved_kind("tokenrequests.authentication.k8s.io");
  return *kTokenRequest;
}

CatalogPtr core_catalog() {
  static const CatalogPtr kCatalog =
      catalog_of(read_definitions(Channel::kStandard, std::mem_fn(&BuiltinKind::core)));
  return kCatalog;
}

}  // namespace gatefold
