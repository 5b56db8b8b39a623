// One moment of the world that everything reads through: the newest, or one of the past.
#pragma once

#include <memory>
#include <string>

#include "engine/core/service_pool.h"
#include "engine/guard/settings.h"
#include "engine/policies.h"
#include "schema/catalog.h"
#include "storage/snapshot.h"

namespace gatefold::engine {

class Tokens;

// Immutable; published by the writer by swapping a shared_ptr. Kept shorter than one request and
// never across a wait on a socket.
struct View {
  storage::Head head;  // of the past the revision alone, as Snapshot::head()
  std::shared_ptr<const storage::Snapshot> snapshot;
  CatalogPtr catalog;
  Revision catalog_since;  // the last revision that changed a definition
  PolicySetPtr policies;
  ServiceAllocationsPtr services;
  std::shared_ptr<const Tokens> tokens;        // the same in every View
  std::shared_ptr<const GuardSettings> guard;  // the same in every View; nullptr: the initial ones
  std::string incarnation;

  Revision revision() const { return head.revision; }
};

using ViewPtr = std::shared_ptr<const View>;

}  // namespace gatefold::engine
