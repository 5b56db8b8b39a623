// What moved between two versions of an object: its conditions side by side, and the transitions
// among them. Pure.
#pragma once

#include <vector>

#include "engine/guard/conditions.h"
#include "storage/event.h"

namespace gatefold::engine {

// One condition before and after; one of them may be missing.
struct ConditionPair {
  const ConditionEntry* before = nullptr;
  ConditionEntry* now = nullptr;
  int twin = 0;  // which of several of one type in its list

  const ConditionEntry& any() const { return now != nullptr ? *now : *before; }
  // Whether anything was said anew, be it the time alone.
  bool is_touched() const;
  // Whether anything but the time differs.
  bool is_moved() const;
  bool status_moved() const;
  // The time alone moved, by seconds as people read them, or went away.
  bool is_restamped() const;
};

// The conditions of two versions by list, type and place among their twins.
class ConditionPairs {
 public:
  // `before` is empty for a new object.
  ConditionPairs(std::vector<ConditionEntry> before, std::vector<ConditionEntry> now);
  ConditionPairs(const ConditionPairs&) = delete;  // pairs point into it
  ConditionPairs& operator=(const ConditionPairs&) = delete;

  // By path, then type.
  const std::vector<ConditionPair>& all() const { return pairs_; }

 private:
  std::vector<ConditionEntry> before_;
  std::vector<ConditionEntry> now_;
  std::vector<ConditionPair> pairs_;
};

// What a status that moved became, and when it truly did.
struct TrueTime {
  Time time;
  bool is_claimed = false;  // the client's own time is true
};
// The client's time where it is later than the previous one and at most a second after the event,
// else max(previous, event time).
TrueTime true_time(Time previous, Time claimed, Time event_time);
// A client's clock may be ahead of ours by so much.
inline constexpr std::int64_t kClockSkewNs = kNsPerSecond;

// The transition that a pair is, with its true time; nothing where it is none. Conditions that come
// from the schema's defaults are none.
std::optional<storage::Transition> transition_of(const ConditionPair& pair, bool is_create,
                                                 Time event_time);

}  // namespace gatefold::engine
