#include "engine/lint/lag.h"

#include <fmt/format.h>

#include "engine/guard/memory.h"

namespace gatefold::engine {
namespace {

// Who wrote a condition before the first version that could be judged.
constexpr std::string_view kUnknownWriter = "a writer that is not known";

bool lags(const ConditionEntry& entry, std::int64_t generation) {
  return is_verdict(entry) && entry.observed_generation && *entry.observed_generation < generation;
}

}  // namespace

bool GenerationLag::is_worth_telling(const Open& lag, Time until) {
  return lag.written > 0 || until.ns - lag.since.ns > kLagMaxNs;
}

LintNote GenerationLag::note_of(const Name& name, const Open& lag, Time until, bool is_over) {
  auto detail = fmt::format(
      "observedGeneration stayed at {} while metadata.generation was {}, for {} from revision {}{}",
      lag.observed, lag.generation, human_duration(until.ns - lag.since.ns), lag.first.number,
      is_over ? "" : " to the end");
  if (lag.written > 0) {
    detail += fmt::format("; the condition was written {} meanwhile",
                          lag.written == 1 ? "once" : fmt::format("{} times", lag.written));
  }
  return {.rule = GuardRule::kObservedGeneration,
          .path = name.first,
          .type = name.second,
          .detail = std::move(detail),
          .writers = {lag.writers.begin(), lag.writers.end()},
          .form = "lag",
          .first = lag.first,
          .first_time = lag.since};
}

std::vector<LintNote> GenerationLag::judge(const LintedVersion& version,
                                           const std::vector<ConditionPair>& pairs) {
  std::vector<LintNote> notes;
  const auto generation = integer_at(version.body, {"metadata", "generation"}, 0);
  for (const auto& pair : pairs) {
    const Name name{pair.any().path, std::string(pair.any().type)};
    const auto writer = writer_text(version.writer);
    const auto open = open_.find(name);
    const bool is_behind = pair.now != nullptr && lags(*pair.now, generation);
    if (is_behind && open == open_.end()) {
      // Whoever writes it for an older generation from the start makes it lag.
      const bool is_written = pair.is_touched();
      const auto last_writer = last_writers_.try_emplace(name, kUnknownWriter).first;
      open_.emplace(name, Open{.first = version.revision,
                               .since = version.time,
                               .observed = *pair.now->observed_generation,
                               .generation = generation,
                               .written = is_written ? 1u : 0u,
                               .writers = {is_written ? writer : last_writer->second}});
    } else if (is_behind) {
      auto& lag = open->second;
      lag.generation = generation;
      if (pair.is_touched()) {
        if (lag.written++ == 0) lag.writers.clear();
        lag.writers.insert(writer);
      }
    } else if (open != open_.end()) {
      if (is_worth_telling(open->second, version.time))
        notes.push_back(note_of(name, open->second, version.time, true));
      open_.erase(open);
    }
    if (pair.is_touched()) last_writers_[name] = writer;
  }
  return notes;
}

std::vector<LintNote> GenerationLag::end(const LintedVersion& version, Time until) {
  std::vector<LintNote> notes;
  for (const auto& [name, lag] : open_) {
    const auto to = std::max(until, version.time);
    if (is_worth_telling(lag, to)) notes.push_back(note_of(name, lag, to, false));
  }
  open_.clear();
  return notes;
}

}  // namespace gatefold::engine
