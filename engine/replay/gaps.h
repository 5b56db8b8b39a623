// What a replay can't say, since the history no longer has it. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "schema/ids.h"
#include "schema/value.h"

namespace gatefold::engine {

// Runs of revisions, and objects, that are named; the rest is counted.
inline constexpr std::size_t kGapsNamedMax = 100;

struct Gaps {
  struct Run {
    Revision first;
    Revision last;
  };

  std::uint64_t events = 0;        // that were passed over
  std::vector<Run> revisions;      // theirs, as they were come by
  std::vector<ObjectKey> objects;  // of which a content is missing
  // Resources of whose state at first something was dropped: objects may be lacking or old.
  std::vector<std::string> lacking;
  bool is_truncated = false;  // there are more than are named

  bool empty() const { return events == 0 && lacking.empty(); }
  // Events that are no longer there.
  void add(Revision first, Revision last);
  // One whose content is no longer there.
  void add(Revision revision, const ObjectKey& key);
};

// {"events": 6, "revisions": [[26, 30], [39, 39]], "objects": [...], "lacking": [...]}
JsonObject gaps_json(const Gaps& gaps);

}  // namespace gatefold::engine
