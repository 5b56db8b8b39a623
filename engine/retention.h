// How much of the past is kept of each kind: what its document says, what the operator says, and
// the writer's turns at dropping the rest.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "schema/status.h"
#include "schema/time.h"
#include "schema/value.h"
#include "storage/store.h"

namespace gatefold::engine {

// How long the writer leaves the past alone between two rounds. A resource may grow beyond its
// bounds by what is written meanwhile.
inline constexpr std::int64_t kRetentionPauseNs = 10 * kNsPerSecond;

class RetentionSettings {
 public:
  // `RESOURCE=LIMIT[,LIMIT...]`. RESOURCE is as in `leases.coordination.k8s.io`, `secrets`, or `*`
  // for all that are not named and whose documents say nothing. Limits: `age:30d` or `age:1h30m`
  // since a version was replaced, `count:1000` versions of an object, `bytes:2GiB` of the resource;
  // with `bodies` they hold for the content alone, and what happened stays in the log; `all` alone
  // keeps everything. To a resource that is named nothing of `*` applies. kBadRequest says what is
  // wrong. A resource may be named once for records and once for bodies.
  Result<void> add(std::string_view text);
  // The same as a section of a configuration: {RESOURCE: LIMITS, ...}, where LIMITS is a text such
  // as "age:30d,count:1000", or a list of them.
  static Result<RetentionSettings> parse(const Value& section);
  // Of no resource anything goes, whatever its document says.
  static RetentionSettings everything();
  // What the others say of a resource takes the place of what these do.
  void put_over(const RetentionSettings& others);
  // That something is said of, `*` among them.
  std::vector<std::string> resources() const;
  // Definitions and redactions are kept whole: what was deleted once is not seeded again.
  storage::Retention of(std::string_view resource) const;

 private:
  struct Said {
    std::optional<storage::KeepLimits> records;
    std::optional<storage::KeepLimits> bodies;
  };
  std::map<std::string, Said, std::less<>> said_;
  bool is_everything_ = false;
};

// Writer thread only.
class RetentionTurns {
 public:
  RetentionTurns(RetentionSettings settings, std::function<Time()> now)
      : settings_(std::move(settings)), now_(std::move(now)) {}

  // One step of storage::Store::trim() where one is due; true: it was taken, and the store may have
  // another snapshot.
  bool step(storage::Store& store);
  // Whether there is a resource of which something may have to go later.
  bool has_limits(const storage::Store& store) const;

 private:
  RetentionSettings settings_;
  std::function<Time()> now_;
  Time next_;                       // when a round begins
  std::vector<std::string> round_;  // resources that are to be looked at
};

}  // namespace gatefold::engine
