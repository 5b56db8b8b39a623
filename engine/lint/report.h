// What a linter found in a history, gathered so that people can read it. Pure.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "engine/guard/rules.h"
#include "engine/lint/linted_version.h"
#include "storage/snapshot.h"

namespace gatefold::engine {

struct LintFinding {
  GuardRule rule = GuardRule::kRestamped;
  ObjectKey key;
  std::string kind;
  std::string uid;
  std::string path;                  // of the list or field, by identity; "" of the whole object
  std::string type;                  // of the condition
  std::vector<std::string> writers;  // who is named, sorted
  Revision first, last;              // 0: only sightings tell of it
  Time first_time, last_time;
  std::uint64_t count = 0;
  std::uint64_t repaired = 0;  // of these, put right by the guard
  // A sentence; of several that say different numbers the last one.
  std::string text;
  bool is_varied = false;  // they do
};

// Versions whose objects or records are no longer kept, so that nothing could be said of them.
struct LintGap {
  ObjectKey key;               // of several objects their resource alone
  std::uint64_t objects = 1;   // of which all is judged behind `last`
  std::uint64_t versions = 0;  // 0: their records are gone, and nobody knows how many there were
  Revision first, last;
  std::string why;
};

struct LintWriter {
  std::string writer;
  std::map<GuardRule, std::uint64_t> counts;
  std::uint64_t objects = 0;
};

struct LintReport {
  std::vector<LintFinding> findings;  // by object, first revision, rule
  std::vector<LintWriter> writers;    // of the findings, most of them first
  std::vector<LintGap> gaps;          // by object and first revision
  std::uint64_t versions = 0;         // that were looked at
  std::uint64_t objects = 0;
};

// What is said of one write, before it is gathered with others like it.
struct LintNote {
  GuardRule rule;
  std::string path;
  std::string type;
  std::string detail;                // a part of a sentence
  std::vector<std::string> writers;  // empty: the version's
  std::string form;                  // notes of different forms are not gathered
  Revision first;                    // 0: the version's
  Time first_time;
  std::uint64_t count = 1;
  bool is_repaired = false;
  bool joins_writers = false;  // gathered with notes of other writers
};

class LintGathering {
 public:
  void add(const LintedVersion& version, LintNote note);
  // What a writer's writes that became nothing tell: no revision has them. Either they changed
  // nothing, or the guard put right what they did.
  void add_sighting(const storage::Sighting& sighting, GuardRule rule, const std::string& kind,
                    const std::string& writer);
  void add_gap(const LintedVersion& version);
  // Of an object the log has no records between two revisions, both included. Told once for all
  // objects of a resource.
  void add_lost(const ObjectKey& key, Revision first, Revision last);
  // Sorted and summed; what was gathered is gone.
  LintReport take();

 private:
  using Name = std::tuple<ObjectKey, std::string, GuardRule, std::string, std::string,
                          std::vector<std::string>, std::string>;
  std::map<Name, LintFinding> findings_;
  std::map<ObjectKey, LintGap> gaps_;
  std::map<ObjectKey, LintGap> lost_;
};

// `leases.coordination.k8s.io/prod/lock`, `12 leases.coordination.k8s.io`.
std::string gap_text(const LintGap& gap);
// `Gateway prod/web`.
std::string object_text(const LintFinding& finding);
Value report_json(const LintReport& report);

}  // namespace gatefold::engine
