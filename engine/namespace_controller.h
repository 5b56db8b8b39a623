// Namespaces that always exist, and the end of terminating ones (R21.5): their contents go, then
// the finalizer `kubernetes`. Part of the reactors: acts through the front door, on their thread.
#pragma once

#include <string>
#include <vector>

#include "engine/engine.h"

namespace gatefold::engine {

class NamespaceController {
 public:
  explicit NamespaceController(Engine& engine) : engine_(engine) {}

  // Creates those again that always exist, where one went (R21.2).
  void turn();
  // A step towards the end of a namespace that is being deleted; whether something changed. What
  // keeps it is told by its conditions.
  bool end(const std::string& name);

 private:
  struct Contents;

  bool empty(const Kind& kind, const std::string& name, Contents& contents);
  bool empty_piece(const Kind& kind, const std::vector<ObjectKey>& keys, Contents& contents);
  bool tell(const Kind& kind, const ObjectKey& key, const Contents& contents);
  bool finalize(const Kind& kind, const ObjectKey& key);

  Engine& engine_;
  Revision seeded_to_;  // what happened to namespaces up to here has been looked at
};

}  // namespace gatefold::engine
