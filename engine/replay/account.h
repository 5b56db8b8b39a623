// What a controller under test did in a replay, object by object, against what the history says:
// from the two logs.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/replay/compare.h"
#include "engine/replay/gaps.h"
#include "engine/replay/player.h"
#include "engine/replay/under_test.h"
#include "engine/view.h"
#include "schema/status.h"
#include "storage/snapshot.h"

namespace gatefold::engine {

struct ReplayReport {
  Revision from;  // of the history
  Revision until;
  std::vector<ObjectComparison> objects;  // that either wrote, by key; those that differ and others
  bool is_truncated = false;  // more than kAccountObjectsMax, or kTraceStatusesMax of one
  std::uint64_t refused = 0;  // writes under test that an error answered
  // Of Events and Leases, which no two runs write alike.
  std::uint64_t uncompared_history = 0;
  std::uint64_t uncompared_replay = 0;
  Gaps gaps;  // of the replay, since its state was put
  // Resources that are compared, of which the history no longer has all events since `from`.
  std::vector<std::string> dropped;
  std::string failure;  // why the replay could not go on
  // Nobody under test has written anything, here or in all that the history has: a wrong name, say.
  bool names_nobody = false;
  // Where it led when it was ended, or failed, half way: nothing is compared.
  std::optional<Revision> on_way_to;

  bool is_equal() const;  // everything could be compared, and nothing differs
  // `equal`, `different`, `unknown` where nothing differs that could be compared, or `failed`.
  std::string_view verdict() const;
};

inline constexpr std::size_t kAccountObjectsMax = 10'000;

// The history's events behind `begun_at` up to `at` by the writers under test; in the log of
// `replay` behind `begun_own` all events that restate none, but for those to objects that were put
// later. Final objects as of `at`, and as of `replay`. `refused` and `failure` are left to the
// caller.
Result<ReplayReport> account(const storage::Snapshot& history, const View& replay,
                             const UnderTest& under_test, const ReplayProgress& progress);

JsonObject report_json(const ReplayReport& report);

}  // namespace gatefold::engine
