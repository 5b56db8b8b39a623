#include "engine/tell/bisect.h"

#include <algorithm>
#include <map>
#include <vector>

namespace gatefold::engine {
namespace {

// Looks at each version once.
class Looks {
 public:
  explicit Looks(const Judge& judge) : judge_(judge) {}

  Result<Verdict> at(std::size_t version) {
    const auto known = verdicts_.find(version);
    if (known != verdicts_.end()) return known->second;
    auto verdict = judge_(version);
    if (!verdict) return verdict;
    ++found_.looked_at;
    if (verdict->is_gap) ++found_.gaps;
    if (!verdict->error.empty()) {
      if (found_.errors++ == 0) found_.first_error = verdict->error;
    }
    verdicts_.emplace(version, *verdict);
    return verdict;
  }

  void note_sample() { ++found_.samples; }

  // What was found, with what is known of the versions before it.
  Bisection finish(Bisection::Method method, std::optional<std::size_t> first_true) {
    found_.method = method;
    found_.first_true = first_true;
    const auto end = first_true ? verdicts_.find(*first_true) : verdicts_.end();
    const auto is_gap = [](const auto& looked) { return looked.second.is_gap; };
    found_.is_certain =
        method == Bisection::Method::kScan && std::none_of(verdicts_.begin(), end, is_gap);
    if (!first_true) return found_;
    for (auto at = verdicts_.find(*first_true); at != verdicts_.begin();) {
      --at;
      if (!at->second.is_gap) {
        found_.last_false = at->first;
        break;
      }
      ++found_.gaps_before;
    }
    return found_;
  }

 private:
  const Judge& judge_;
  std::map<std::size_t, Verdict> verdicts_;
  Bisection found_;
};

std::vector<std::size_t> sample_places(std::size_t count) {
  std::vector<std::size_t> places;
  const auto last = count - 1;
  for (std::size_t i = 0; i < kBisectSamples; ++i) {
    // Without overflow: a history is shorter than 2^59 versions.
    places.push_back(last * i / (kBisectSamples - 1));
  }
  const auto repeated = std::ranges::unique(places);
  places.erase(repeated.begin(), repeated.end());
  return places;
}

struct Sampled {
  std::optional<std::size_t> first_true;    // a version
  std::optional<std::size_t> false_before;  // the sample before it
  bool is_monotonic = true;
};

Result<Sampled> sample(Looks& looks, std::size_t count) {
  Sampled sampled;
  for (const auto place : sample_places(count)) {
    const auto verdict = looks.at(place);
    if (!verdict) return std::unexpected(verdict.error());
    looks.note_sample();
    if (verdict->is_gap || (sampled.first_true && !verdict->is_true)) sampled.is_monotonic = false;
    if (verdict->is_true && !sampled.first_true) sampled.first_true = place;
    if (!sampled.first_true) sampled.false_before = place;
  }
  return sampled;
}

// The first true one in [0, end).
Result<std::optional<std::size_t>> scan(Looks& looks, std::size_t end) {
  for (std::size_t i = 0; i < end; ++i) {
    const auto verdict = looks.at(i);
    if (!verdict) return std::unexpected(verdict.error());
    if (verdict->is_true) return i;
  }
  return std::nullopt;
}

// `low` is false, `high` true. A gap in the middle ends the halving: it can't be told which half.
Result<std::optional<std::size_t>> halve(Looks& looks, std::size_t low, std::size_t high) {
  while (high - low > 1) {
    const auto middle = low + (high - low) / 2;
    const auto verdict = looks.at(middle);
    if (!verdict) return std::unexpected(verdict.error());
    if (verdict->is_gap) return std::nullopt;
    (verdict->is_true ? high : low) = middle;
  }
  return high;
}

}  // namespace

Result<Bisection> bisect(std::size_t count, bool scans, const Judge& judge) {
  Looks looks(judge);
  const auto by_scan = [&]() -> Result<Bisection> {
    const auto found = scan(looks, count);
    if (!found) return std::unexpected(found.error());
    return looks.finish(Bisection::Method::kScan, *found);
  };
  if (scans || count <= kBisectSamples) return by_scan();
  const auto oldest = looks.at(0);
  if (!oldest) return std::unexpected(oldest.error());
  if (oldest->is_true) return looks.finish(Bisection::Method::kScan, 0);
  const auto sampled = sample(looks, count);
  if (!sampled) return std::unexpected(sampled.error());
  if (sampled->is_monotonic && sampled->first_true) {
    const auto found = halve(looks, *sampled->false_before, *sampled->first_true);
    if (!found) return std::unexpected(found.error());
    if (*found) return looks.finish(Bisection::Method::kBinary, *found);
  }
  return by_scan();
}

}  // namespace gatefold::engine
