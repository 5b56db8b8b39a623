// Discovery: which groups, versions and resources there are (spec section 2). Pure: a catalog in,
// texts out.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "api/document.h"
#include "schema/catalog.h"

namespace gatefold::api {

using Verbs = std::span<const std::string_view>;

struct Subresource {
  std::string_view name;
  Verbs verbs;
  // What it shows: the object itself, a Scale or a TokenRequest.
  const Kind* kind;
  const KindVersion* version;
};

// What clients may do with objects of a kind, and with which parts of them. The router serves
// exactly these.
Verbs verbs_of(const Kind& kind);
// Those of kind and version live as long as these.
std::vector<Subresource> subresources_of(const Kind& kind, const KindVersion& version);

// The aggregated form, `as=APIGroupDiscoveryList`, in the two versions that clients ask for (R2.2).
enum class AggregatedVersion { kV2beta1, kV2 };
// GET /api and GET /apis.
Document aggregated_core(const Catalog& catalog, AggregatedVersion version);
Document aggregated_groups(const Catalog& catalog, AggregatedVersion version);

// The legacy form. GET /api, with the address (`host:port`) at which the client reached the server.
std::string legacy_versions(const Catalog& catalog, std::string_view server_address);
// GET /apis.
std::string legacy_groups(const Catalog& catalog);
// GET /apis/<group>, GET /apis/<group>/<version> and, for the empty group, GET /api/<version>;
// nothing where the catalog does not serve it.
std::optional<std::string> legacy_group(const Catalog& catalog, std::string_view group);
std::optional<std::string> legacy_resources(const Catalog& catalog, std::string_view group,
                                            std::string_view version);

// GET /: the paths of the catalog and `other_paths`, sorted (R1.10).
std::string root_paths(const Catalog& catalog, std::vector<std::string> other_paths);

}  // namespace gatefold::api
