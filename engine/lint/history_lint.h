// The guard's rules over a history: who restamps, who fights, who loops without saying anything
// new, whose conditions lag behind. Works on the log's lines alone, so that a server, a directory
// and an imported history are judged alike: conditions are found by their form, without a schema.
// Pure.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>

#include "engine/lint/linted_version.h"
#include "engine/lint/report.h"

namespace gatefold::engine {

// Fewer writes of one writer that changed nothing are no loop: clients can't always know what
// stands there.
inline constexpr std::uint64_t kLoopWrites = 3;

// What is told. Versions before the range are judged too, so that those in it have a past.
struct LintRange {
  Revision after;
  Revision until;   // 0: all
  Time since;       // 0: all
  Time until_time;  // 0: all
  // When `after` and `until` were, or what is kept before them: sightings have no revisions. 0: not
  // known, and not asked.
  Time after_time;
  Time until_revision_time;
  std::set<GuardRule> rules;  // empty: all
};

// Holds the last version of each object that is there: memory grows with those, not with history.
class HistoryLint {
 public:
  explicit HistoryLint(LintRange range);
  ~HistoryLint();
  HistoryLint(const HistoryLint&) = delete;
  HistoryLint& operator=(const HistoryLint&) = delete;

  // In the log's order.
  void add(const LintedVersion& version);
  // Once all versions are there: those of an object that none was of are passed over.
  void add_sighting(const storage::Sighting& sighting);
  // Once, at the end. What lags still does so up to `until`, or to where the range ends before it;
  // lines that lie behind `until` move it to theirs.
  LintReport finish(Time until);

 private:
  struct Object;
  void judge(const LintedVersion& version, Object& object);
  void compare(const LintedVersion& version, Object& object);
  void note_lost(const LintedVersion& version, Revision before);
  void note_repairs(const LintedVersion& version);
  void note(const LintedVersion& version, LintNote note);
  bool is_in_range(const LintedVersion& version) const;
  bool is_asked(GuardRule rule) const;
  void note_open_lags(Time until);

  LintRange range_;
  LintGathering gathering_;
  std::map<ObjectKey, std::unique_ptr<Object>> objects_;
  struct LastLine {
    Revision revision;
    std::string kind;
  };
  std::map<ObjectKey, LastLine> last_lines_;
  std::uint64_t versions_ = 0;
  Time last_time_;
};

}  // namespace gatefold::engine
