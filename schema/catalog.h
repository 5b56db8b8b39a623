// All kinds that are known at one moment: an immutable value, part of every View.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "schema/channel.h"
#include "schema/kind.h"

namespace gatefold {

class Catalog {
 public:
  Catalog() = default;
  explicit Catalog(std::vector<KindPtr> kinds);

  // nullptr where it is unknown.
  const Kind* find(std::string_view group, std::string_view plural) const;
  // By `<plural>.<group>`: a storage identity leads to the stored kind, never to a view of it.
  const Kind* find_resource(std::string_view resource) const;
  const Kind* find_kind(std::string_view group, std::string_view kind) const;

  // Sorted by `<plural>.<group>`. Views are among them: who goes through what is stored leaves them
  // out.
  const std::vector<KindPtr>& kinds() const { return kinds_; }
  // Groups in discovery's order, the core group ("") first.
  std::vector<std::string> groups() const;
  // Served versions of a group, the preferred one first (R2.8).
  std::vector<std::string> group_versions(std::string_view group) const;
  bool serves(std::string_view group, std::string_view version) const;

  // Changes when and only when what discovery shows changes.
  const std::string& fingerprint() const { return fingerprint_; }

 private:
  std::vector<KindPtr> kinds_;
  std::map<std::string, const Kind*, std::less<>> by_resource_;
  std::string fingerprint_;
};

using CatalogPtr = std::shared_ptr<const Catalog>;

// The documents of schema/kinds; a broken one is a defect of the build and aborts. Definitions are
// read anew by each call, a catalog by the first.
// All of them as they are in a channel.
std::vector<Value> builtin_definitions(Channel channel);
CatalogPtr builtin_catalog(Channel channel = Channel::kStandard);
// The kinds that are known without a definition in the log.
CatalogPtr core_catalog();
// The others, to be seeded.
std::vector<Value> gateway_definitions(Channel channel);
// Scale of autoscaling/v1, which the subresource of that name shows of objects. It is in no
// catalog, as it has no objects of its own. One version; lives as long as the process.
const Kind& scale_kind();
// TokenRequest of authentication.k8s.io/v1, which /token takes and gives, in the same way.
const Kind& token_request_kind();

}  // namespace gatefold
