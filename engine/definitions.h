// CustomResourceDefinitions as kinds: what the catalog has beside the kinds that are compiled in
// (spec section 19).
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "schema/catalog.h"
#include "storage/event.h"
#include "storage/snapshot.h"

namespace gatefold::engine {

inline constexpr std::string_view kDefinitions = "customresourcedefinitions.apiextensions.k8s.io";

// The kind that a stored definition serves: nullptr while it is not established (R2.9). One that is
// terminating is served still, but takes no new objects.
KindPtr served_kind(const Value& definition);

// The catalog of one moment after the other. The writer's thread only.
class Definitions {
 public:
  // Compiled-in kinds keep their names whatever a definition says.
  explicit Definitions(CatalogPtr compiled_in);

  // Forgets all and reads the definitions that are stored.
  Result<void> load(const storage::Snapshot& snapshot);
  // Takes an event of any kind into account; `body` is the object's JSON. Whether the catalog is
  // another one now.
  bool note(const storage::Event& event, std::string_view body);

  const CatalogPtr& catalog() const { return catalog_; }
  // The last revision that changed a definition: the catalog holds since then.
  Revision since() const { return since_; }

 private:
  bool put(const std::string& name, std::string_view body);
  void compose();

  const CatalogPtr compiled_in_;
  std::map<std::string, KindPtr, std::less<>> served_;  // by the definition's name
  CatalogPtr catalog_;
  Revision since_;
};

}  // namespace gatefold::engine
