// One line of the log, with its object, as the linter reads it. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "schema/ids.h"
#include "schema/time.h"
#include "schema/value.h"
#include "storage/event.h"

namespace gatefold::engine {

struct LintedVersion {
  Revision revision;
  Revision previous;  // of the version before it in the same life; 0: it is the first one
  Time time;
  bool is_addition = false;  // nothing came before it
  bool is_deletion = false;
  ObjectKey key;
  std::string kind;
  std::string uid;
  storage::Actor writer;
  std::vector<storage::Transition> transitions;
  std::vector<storage::Repair> repairs;
  Value body;                // null: it is not there, or another one stands in for it
  std::string gap;           // why not
  bool is_stand_in = false;  // then transitions are not what happened
};

// A line of the log (engine/history.h) as JSON; nothing where it is none.
std::optional<LintedVersion> read_linted_version(const Value& line);

}  // namespace gatefold::engine
