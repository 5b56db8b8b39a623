#include "api/discovery.h"

#include <algorithm>
#include <array>

#include <openssl/evp.h>
#include <openssl/sha.h>

#include "schema/json.h"

namespace gatefold::api {
namespace {

constexpr std::array<std::string_view, 8> kResourceVerbs = {
    "delete", "deletecollection", "get", "list", "patch", "create", "update", "watch"};
// Emptying a server of its namespaces in one request is nothing that Kubernetes offers.
constexpr std::array<std::string_view, 7> kNamespaceVerbs = {"create", "delete", "get",  "list",
                                                             "patch",  "update", "watch"};
constexpr std::array<std::string_view, 3> kPartVerbs = {"get", "patch", "update"};
constexpr std::array<std::string_view, 1> kFinalizeVerbs = {"update"};
constexpr std::array<std::string_view, 1> kReviewVerbs = {"create"};
constexpr std::array<std::string_view, 3> kLogVerbs = {"get", "list", "watch"};

template <class Texts>
JsonArray text_array(const Texts& texts) {
  JsonArray array;
  array.reserve(texts.size());
  for (const auto& text : texts) array.emplace_back(std::string_view(text));
  return array;
}

std::string group_version(std::string_view group, std::string_view version) {
  if (group.empty()) return std::string(version);
  return std::string(group) + '/' + std::string(version);
}

struct ServedKind {
  const Kind* kind;
  const KindVersion* version;
};

std::vector<ServedKind> served_kinds(const Catalog& catalog, std::string_view group,
                                     std::string_view version) {
  std::vector<ServedKind> served;
  for (const KindPtr& kind : catalog.kinds()) {
    if (kind->group != group) continue;
    const KindVersion* found = kind->version(version);
    if (found != nullptr && found->served) served.push_back({kind.get(), found});
  }
  std::ranges::sort(served, {},
                    [](const ServedKind& one) -> std::string_view { return one.kind->plural; });
  return served;
}

// Named groups in discovery's order.
std::vector<std::string> named_groups(const Catalog& catalog) {
  std::vector<std::string> groups = catalog.groups();
  std::erase(groups, std::string());
  return groups;
}

JsonObject response_kind(const Kind& kind, const KindVersion& version) {
  return {{"group", kind.group}, {"version", version.name}, {"kind", kind.kind}};
}

JsonObject aggregated_resource(const ServedKind& served) {
  const Kind& kind = *served.kind;
  JsonObject resource{
      {"resource", kind.plural},
      {"responseKind", response_kind(kind, *served.version)},
      {"scope", kind.namespaced() ? "Namespaced" : "Cluster"},
      {"singularResource", kind.singular},
      {"verbs", text_array(verbs_of(kind))},
  };
  if (!kind.short_names.empty()) resource["shortNames"] = text_array(kind.short_names);
  if (!kind.categories.empty()) resource["categories"] = text_array(kind.categories);
  JsonArray subresources;
  for (const Subresource& subresource : subresources_of(kind, *served.version)) {
    subresources.push_back(
        JsonObject{{"subresource", subresource.name},
                   {"responseKind", response_kind(*subresource.kind, *subresource.version)},
                   {"verbs", text_array(subresource.verbs)}});
  }
  if (!subresources.empty()) resource["subresources"] = std::move(subresources);
  return resource;
}

JsonObject aggregated_group(const Catalog& catalog, std::string_view group) {
  JsonArray versions;
  for (const std::string& version : catalog.group_versions(group)) {
    JsonArray resources;
    for (const ServedKind& served : served_kinds(catalog, group, version)) {
      resources.push_back(aggregated_resource(served));
    }
    versions.push_back(JsonObject{
        {"version", version}, {"resources", std::move(resources)}, {"freshness", "Current"}});
  }
  return {{"metadata", JsonObject{{"name", group}, {"creationTimestamp", nullptr}}},
          {"versions", std::move(versions)}};
}

Document aggregated(const Catalog& catalog, const std::vector<std::string>& groups,
                    AggregatedVersion version) {
  JsonArray items;
  for (const std::string& group : groups) items.push_back(aggregated_group(catalog, group));
  const JsonObject list{
      {"kind", "APIGroupDiscoveryList"},
      {"apiVersion", version == AggregatedVersion::kV2 ? "apidiscovery.k8s.io/v2"
                                                       : "apidiscovery.k8s.io/v2beta1"},
      {"metadata", JsonObject{}},
      {"items", std::move(items)},
  };
  return make_document(to_json(list));
}

JsonObject group_members(const Catalog& catalog, std::string_view group) {
  JsonArray versions;
  for (const std::string& version : catalog.group_versions(group)) {
    versions.push_back(
        JsonObject{{"groupVersion", group_version(group, version)}, {"version", version}});
  }
  Value preferred = versions.front();
  return {{"name", group},
          {"versions", std::move(versions)},
          {"preferredVersion", std::move(preferred)}};
}

// Names the stored form of a resource: clients compare it, they don't read it.
std::string storage_version_hash(const Kind& kind) {
  const Kind& stored = kind.stored_kind();
  const std::string text = stored.group + '/' + stored.storage_version().name + '/' + stored.kind;
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  constexpr int kBytes = 8;
  std::array<unsigned char, 13> encoded{};  // 12 characters and a final zero byte
  EVP_EncodeBlock(encoded.data(), digest.data(), kBytes);
  return {encoded.begin(), encoded.end() - 1};
}

void append_rows(JsonArray& rows, const ServedKind& served) {
  const Kind& kind = *served.kind;
  JsonObject row{{"name", kind.plural},
                 {"singularName", kind.singular},
                 {"namespaced", kind.namespaced()},
                 {"kind", kind.kind},
                 {"verbs", text_array(verbs_of(kind))}};
  if (!kind.short_names.empty()) row["shortNames"] = text_array(kind.short_names);
  if (!kind.categories.empty()) row["categories"] = text_array(kind.categories);
  const bool is_stored = !kind.is_review && !kind.shows_log();
  if (is_stored) row["storageVersionHash"] = storage_version_hash(kind);
  rows.push_back(std::move(row));
  for (const Subresource& subresource : subresources_of(kind, *served.version)) {
    JsonObject part{{"name", kind.plural + '/' + std::string(subresource.name)},
                    {"singularName", ""},
                    {"namespaced", kind.namespaced()}};
    if (subresource.kind != &kind) {
      part["group"] = subresource.kind->group;
      part["version"] = subresource.version->name;
    }
    part["kind"] = subresource.kind->kind;
    part["verbs"] = text_array(subresource.verbs);
    rows.push_back(std::move(part));
  }
}

}  // namespace

Verbs verbs_of(const Kind& kind) {
  if (kind.group.empty() && kind.plural == "namespaces") return kNamespaceVerbs;
  if (kind.is_review) return kReviewVerbs;
  if (kind.shows_log()) return kLogVerbs;
  return kResourceVerbs;
}

std::vector<Subresource> subresources_of(const Kind& kind, const KindVersion& version) {
  std::vector<Subresource> subresources;
  if (!kind.finalizers_path.empty())
    subresources.push_back({"finalize", kFinalizeVerbs, &kind, &version});
  if (version.status_subresource) subresources.push_back({"status", kPartVerbs, &kind, &version});
  if (version.scale) {
    const Kind& scale = scale_kind();
    subresources.push_back({"scale", kPartVerbs, &scale, &scale.storage_version()});
  }
  if (kind.has_tokens) {
    const Kind& request = token_request_kind();
    subresources.push_back({"token", kReviewVerbs, &request, &request.storage_version()});
  }
  // Those of custom resources come as they are declared.
  if (kind.core) std::ranges::sort(subresources, {}, &Subresource::name);
  return subresources;
}

Document aggregated_core(const Catalog& catalog, AggregatedVersion version) {
  return aggregated(catalog, {""}, version);
}

Document aggregated_groups(const Catalog& catalog, AggregatedVersion version) {
  return aggregated(catalog, named_groups(catalog), version);
}

std::string legacy_versions(const Catalog& catalog, std::string_view server_address) {
  const JsonObject document{
      {"kind", "APIVersions"},
      {"versions", text_array(catalog.group_versions(""))},
      {"serverAddressByClientCIDRs",
       JsonArray{JsonObject{{"clientCIDR", "0.0.0.0/0"}, {"serverAddress", server_address}}}},
  };
  return to_json(document);
}

std::string legacy_groups(const Catalog& catalog) {
  JsonArray groups;
  for (const std::string& group : named_groups(catalog))
    groups.push_back(group_members(catalog, group));
  return to_json(
      JsonObject{{"kind", "APIGroupList"}, {"apiVersion", "v1"}, {"groups", std::move(groups)}});
}

std::optional<std::string> legacy_group(const Catalog& catalog, std::string_view group) {
  if (group.empty() || catalog.group_versions(group).empty()) return std::nullopt;
  JsonObject document{{"kind", "APIGroup"}, {"apiVersion", "v1"}};
  for (auto& [key, value] : group_members(catalog, group)) document[key] = std::move(value);
  return to_json(document);
}

std::optional<std::string> legacy_resources(const Catalog& catalog, std::string_view group,
                                            std::string_view version) {
  if (!catalog.serves(group, version)) return std::nullopt;
  JsonArray rows;
  for (const ServedKind& served : served_kinds(catalog, group, version)) append_rows(rows, served);
  return to_json(JsonObject{{"kind", "APIResourceList"},
                            {"apiVersion", "v1"},
                            {"groupVersion", group_version(group, version)},
                            {"resources", std::move(rows)}});
}

std::string root_paths(const Catalog& catalog, std::vector<std::string> other_paths) {
  std::vector<std::string> paths = std::move(other_paths);
  for (const char* path : {"/api", "/apis", "/apis/"}) paths.emplace_back(path);
  for (const std::string& group : catalog.groups()) {
    const std::string base = group.empty() ? "/api" : "/apis/" + group;
    if (!group.empty()) paths.push_back(base);
    for (const std::string& version : catalog.group_versions(group))
      paths.push_back(base + '/' + version);
  }
  std::ranges::sort(paths);
  const auto repeated = std::ranges::unique(paths);
  paths.erase(repeated.begin(), repeated.end());
  return to_json(JsonObject{{"paths", text_array(paths)}});
}

}  // namespace gatefold::api
