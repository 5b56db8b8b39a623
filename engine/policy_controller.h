// What a check of their types says of ValidatingAdmissionPolicies, in their status. Part of the
// reactors: acts through the front door, on their thread.
#pragma once

#include "engine/engine.h"

namespace gatefold::engine {

class PolicyController {
 public:
  explicit PolicyController(Engine& engine) : engine_(engine) {}

  // Checks the policies that changed since the last time; whether it wrote something.
  bool turn();

 private:
  bool check(const ObjectKey& key);

  Engine& engine_;
  Revision checked_to_;  // what turn() has seen; 0 where it has to look again
};

}  // namespace gatefold::engine
