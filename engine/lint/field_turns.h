// Who sets which field to what in turn: fights over anything but a condition's status. Pure.
#pragma once

#include <deque>
#include <map>
#include <string>
#include <vector>

#include "engine/lint/report.h"

namespace gatefold::engine {

// The fields of one object that changed, with their last turns. Bounded: fields beyond the first
// kFieldsMax are not followed.
class FieldTurns {
 public:
  // A list may have any number of items with names of their own.
  static constexpr std::size_t kFieldsMax = 512;

  // What changed between two versions, by whom; a fight is noted at each turn that goes on with it.
  // `has_transitions`: statuses moved, so that what conditions say beside them is no news.
  std::vector<LintNote> judge(const LintedVersion& version, const Value& before,
                              bool has_transitions);

 private:
  struct FieldTurn {
    std::string value;
    storage::Actor writer;
    Time time;
    Revision revision;
  };
  std::map<std::string, std::deque<FieldTurn>> fields_;  // newest first
  std::set<std::string> fights_;                         // that were noted
};

}  // namespace gatefold::engine
