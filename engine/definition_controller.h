// What follows from a CustomResourceDefinition without anybody asking: which of its names are its
// own, whether it is served, and the end of its objects when it goes (spec R19.5 to R19.8). Part of
// the reactors: acts through the front door, on their thread.
#pragma once

#include <string>

#include "engine/engine.h"
#include "schema/definition_names.h"

namespace gatefold::engine {

class DefinitionController {
 public:
  explicit DefinitionController(Engine& engine) : engine_(engine) {}

  // Judges all definitions where one changed since the last time; whether it wrote something.
  bool turn();
  // A step towards the end of a definition that is being deleted; whether it changed something.
  bool end(const std::string& name);

 private:
  struct Judged;
  bool judge(const Kind& kind, Judged& judged, std::span<const AcceptedNames> others);
  bool write_status(const Kind& kind, const Value& definition);

  Engine& engine_;
  Revision judged_to_;  // what turn() has seen; 0 where it has to look again
};

}  // namespace gatefold::engine
