#include "engine/tell/stats.h"

#include <algorithm>

namespace gatefold::engine {
namespace {

void count_in(EventCount& count, const CountedEvent& event) {
  if (count.events++ == 0) count.first = event.time;
  count.last = event.time;
  if (event.type == "ADDED") ++count.added;
  if (event.type == "DELETED") ++count.deleted;
  count.transitions += event.transitions;
  count.repairs += event.repairs;
}

}  // namespace

void Stats::count(Counts& counts, std::string_view name, const CountedEvent& event) {
  auto found = counts.find(std::string(name));
  if (found == counts.end()) {
    const auto known = counts.size() < kStatsNamesMax ? name : kOthers;
    found = counts.try_emplace(std::string(known)).first;
  }
  count_in(found->second, event);
}

void Stats::add(const CountedEvent& event) {
  count_in(all_, event);
  count(kinds_, event.kind, event);
  count(objects_, event.object, event);
  count(writers_, event.writer, event);
  count_rate(event.time);
}

void Stats::count_rate(Time time) {
  if (rate_.events.empty()) rate_.from = cut_to_seconds(time);
  const auto place = [&] {
    return static_cast<std::size_t>(std::max<std::int64_t>(time.ns - rate_.from.ns, 0) /
                                    rate_.stretch_ns);
  };
  while (place() >= kRateStretchesMax) {
    auto& events = rate_.events;
    for (std::size_t i = 0; i < events.size(); ++i) {
      if (i % 2 == 0) {
        events[i / 2] = events[i];
      } else {
        events[i / 2] += events[i];
      }
    }
    events.resize((events.size() + 1) / 2);
    rate_.stretch_ns *= 2;
  }
  if (rate_.events.size() <= place()) rate_.events.resize(place() + 1, 0);
  ++rate_.events[place()];
}

std::vector<Stats::Named> Stats::hottest(const Counts& counts, std::size_t count_max) {
  std::vector<Named> named(counts.begin(), counts.end());
  std::ranges::sort(named, [](const Named& a, const Named& b) {
    return a.second.events != b.second.events ? a.second.events > b.second.events
                                              : a.first < b.first;
  });
  if (named.size() > count_max) named.resize(count_max);
  return named;
}

}  // namespace gatefold::engine
