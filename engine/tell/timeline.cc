#include "engine/tell/timeline.h"

#include <algorithm>
#include <iterator>
#include <tuple>
#include <utility>

namespace gatefold::engine {
namespace {

ConditionSpan span_of(const ConditionMove& move) {
  return {.status = move.transition.new_status,
          .reason = move.transition.reason,
          .message = move.transition.message,
          .observed_generation = move.transition.observed_generation,
          .actor = move.actor,
          .revision = move.revision,
          .claimed = move.transition.transition_time,
          .from = move.time,
          .until = move.time,
          .is_open = true};
}

void close(ConditionSpan& span, Time until) {
  span.until = std::max(span.from, until);
  span.is_open = false;
}

// Each in the last span that began up to it.
void cut_at_gaps(std::span<const ObjectGap> gaps, ConditionTimeline& line) {
  for (const auto& gap : gaps) {
    if (gap.uid != line.uid) continue;
    const auto after =
        std::ranges::upper_bound(line.spans, gap.revision, {}, &ConditionSpan::revision);
    if (after != line.spans.begin()) std::prev(after)->is_cut = true;
  }
}

}  // namespace

const std::string& ConditionTimeline::current() const {
  static const std::string kGone;
  return end ? kGone : spans.back().status;
}

std::map<std::string, std::int64_t> ConditionTimeline::time_in_state_ns() const {
  std::map<std::string, std::int64_t> times;
  for (const auto& span : spans) {
    times[span.is_cut ? std::string(kNotKnown) : span.status] += span.duration_ns();
  }
  return times;
}

std::size_t ConditionTimeline::flaps() const {
  std::size_t count = 0;
  for (std::size_t i = 2; i < spans.size(); ++i) {
    if (spans[i].status == spans[i - 2].status) ++count;
  }
  return count;
}

std::vector<ConditionTimeline> timelines(std::span<const ConditionMove> moves,
                                         std::span<const ObjectEnd> ends, Time until,
                                         std::span<const ObjectGap> gaps) {
  std::map<Uid, std::size_t> lives;  // in the order in which they begin
  std::map<std::tuple<std::size_t, std::string, std::string>, ConditionTimeline> found;
  for (const auto& move : moves) {
    const auto life = lives.emplace(move.uid, lives.size()).first->second;
    auto& line = found[{life, move.transition.path, move.transition.type}];
    if (line.spans.empty()) {
      if (move.transition.new_status.empty()) continue;
      line.uid = move.uid;
      line.path = move.transition.path;
      line.type = move.transition.type;
    } else {
      auto& last = line.spans.back();
      last.is_cut = last.status != move.transition.old_status;
      if (!last.is_cut && last.status == move.transition.new_status) continue;
      close(last, move.time);
    }
    line.spans.push_back(span_of(move));
  }
  std::vector<ConditionTimeline> lines;
  for (auto& [place, line] : found) {
    if (line.spans.empty()) continue;
    const auto end = std::ranges::find(ends, line.uid, &ObjectEnd::uid);
    if (end != ends.end()) {
      close(line.spans.back(), end->time);
      line.end = *end;
    } else {
      auto& last = line.spans.back();
      last.until = std::max(last.from, until);
    }
    cut_at_gaps(gaps, line);
    lines.push_back(std::move(line));
  }
  return lines;
}

}  // namespace gatefold::engine
