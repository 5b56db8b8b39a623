// How long conditions spoke of an older generation than the object had. Pure.
#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "engine/guard/moved.h"
#include "engine/lint/report.h"

namespace gatefold::engine {

// Controllers answer within seconds; whoever takes longer than this lags, even if nothing was
// written meanwhile.
inline constexpr std::int64_t kLagMaxNs = 60 * kNsPerSecond;

// The conditions of one object that lag behind its generation.
class GenerationLag {
 public:
  // Lags that ended with this version, where they are worth telling: longer than kLagMaxNs, or the
  // condition was written meanwhile without being brought forward.
  std::vector<LintNote> judge(const LintedVersion& version,
                              const std::vector<ConditionPair>& pairs);
  // Lags that were still open at the last version: of the object, or of the history.
  std::vector<LintNote> end(const LintedVersion& version, Time until);

 private:
  struct Open {
    Revision first;
    Time since;
    std::int64_t observed = 0;
    std::int64_t generation = 0;
    std::uint64_t written = 0;      // meanwhile, without being brought forward
    std::set<std::string> writers;  // who did so; else who wrote the condition last
  };
  using Name = std::pair<std::string, std::string>;  // path, type
  static bool is_worth_telling(const Open& lag, Time until);
  static LintNote note_of(const Name& name, const Open& lag, Time until, bool is_over);

  std::map<Name, Open> open_;
  std::map<Name, std::string> last_writers_;
};

}  // namespace gatefold::engine
