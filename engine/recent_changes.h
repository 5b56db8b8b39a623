// What changed lately, so that the writer can judge a decision's reads without touching the disk.
// Writer thread only.
#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine/facts.h"
#include "storage/event.h"

namespace gatefold::engine {

class RecentChanges {
 public:
  explicit RecentChanges(Revision head) : start_(head) {}

  void note(const storage::Event& event);
  // Whether everything in `reads`, read at `revision`, is still as it was. False also where that is
  // too long ago to know.
  bool hold(const std::vector<Read>& reads, Revision revision) const;
  // Forgets all; decisions before `head` no longer hold.
  void restart(Revision head);

 private:
  struct Change {
    std::string key;
    Revision revision;
  };
  void put(std::string key, Revision revision);

  Revision start_;  // changes after this one are all known
  std::unordered_map<std::string, Revision> last_;
  std::deque<Change> order_;
};

}  // namespace gatefold::engine
