// What a log is full of: who writes how much, and about what. Pure; its memory does not grow with
// the log.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "schema/time.h"

namespace gatefold::engine {

// An event, as far as it is counted.
struct CountedEvent {
  Time time;
  std::string_view type;    // ADDED, MODIFIED or DELETED
  std::string_view kind;    // `gateways.gateway.networking.k8s.io`
  std::string_view object;  // kind and key
  std::string_view writer;
  std::uint64_t transitions = 0;
  std::uint64_t repairs = 0;
};

struct EventCount {
  std::uint64_t events = 0;
  std::uint64_t added = 0;
  std::uint64_t deleted = 0;
  std::uint64_t transitions = 0;
  std::uint64_t repairs = 0;
  Time first;
  Time last;
};

// Names beyond that are counted together, under kOthers.
inline constexpr std::size_t kStatsNamesMax = 100'000;
inline constexpr std::string_view kOthers = "(others)";
// The rate is kept in so many stretches of equal length; the length doubles as the log grows.
inline constexpr std::size_t kRateStretchesMax = 48;

class Stats {
 public:
  // In the order of the log.
  void add(const CountedEvent& event);

  using Named = std::pair<std::string, EventCount>;
  const EventCount& all() const { return all_; }
  // Those with most events first, at most `count_max`.
  std::vector<Named> kinds(std::size_t count_max) const { return hottest(kinds_, count_max); }
  std::vector<Named> objects(std::size_t count_max) const { return hottest(objects_, count_max); }
  std::vector<Named> writers(std::size_t count_max) const { return hottest(writers_, count_max); }

  struct Rate {
    Time from;
    std::int64_t stretch_ns = kNsPerSecond;
    std::vector<std::uint64_t> events;  // of each stretch from `from` on
  };
  const Rate& rate() const { return rate_; }

 private:
  using Counts = std::unordered_map<std::string, EventCount>;
  static void count(Counts& counts, std::string_view name, const CountedEvent& event);
  static std::vector<Named> hottest(const Counts& counts, std::size_t count_max);
  void count_rate(Time time);

  EventCount all_;
  Counts kinds_;
  Counts objects_;
  Counts writers_;
  Rate rate_;
};

}  // namespace gatefold::engine
