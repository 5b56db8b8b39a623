#include "engine/guard/moved.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

namespace gatefold::engine {
namespace {

// A condition's name: its list, its type, and which of several of that type it is. The views last
// as long as the entries.
using Name = std::tuple<std::string_view, std::string_view, int>;

template <class Entry>
std::map<Name, Entry*> by_name(std::vector<Entry>& entries) {
  std::map<Name, Entry*> named;
  std::map<std::pair<std::string_view, std::string_view>, int> counts;
  for (auto& entry : entries) {
    const int number = counts[{entry.path, entry.type}]++;
    named.emplace(Name{entry.path, entry.type, number}, &entry);
  }
  return named;
}

storage::Transition made(const ConditionEntry& entry, std::string_view old_status,
                         std::string_view new_status, Time time) {
  return {.path = entry.path,
          .type = std::string(entry.type),
          .old_status = std::string(old_status),
          .new_status = std::string(new_status),
          .reason = std::string(entry.reason),
          .message = std::string(entry.message),
          .observed_generation = entry.observed_generation.value_or(0),
          .transition_time = time};
}

}  // namespace

bool ConditionPair::is_moved() const {
  if (before == nullptr || now == nullptr) return before != now;
  return before->status != now->status || before->reason != now->reason ||
         before->message != now->message || before->observed_generation != now->observed_generation;
}

bool ConditionPair::status_moved() const {
  const auto old_status = before == nullptr ? std::string_view() : before->status;
  const auto new_status = now == nullptr ? std::string_view() : now->status;
  return old_status != new_status;
}

bool ConditionPair::is_restamped() const {
  if (before == nullptr || now == nullptr || before->written_time.empty()) return false;
  if (before->status != now->status || before->written_time == now->written_time) return false;
  return now->written_time.empty() ||
         cut_to_seconds(before->last_transition_time) != cut_to_seconds(now->last_transition_time);
}

bool ConditionPair::is_touched() const {
  return is_moved() || is_restamped();
}

ConditionPairs::ConditionPairs(std::vector<ConditionEntry> before, std::vector<ConditionEntry> now)
    : before_(std::move(before)), now_(std::move(now)) {
  const auto olds = by_name(before_);
  const auto news = by_name(now_);
  // Both are sorted by path and type; so is what comes out.
  auto old_entry = olds.begin();
  auto entry = news.begin();
  while (old_entry != olds.end() || entry != news.end()) {
    const bool takes_old =
        entry == news.end() || (old_entry != olds.end() && old_entry->first <= entry->first);
    const bool takes_new =
        old_entry == olds.end() || (entry != news.end() && entry->first <= old_entry->first);
    pairs_.push_back({takes_old ? old_entry->second : nullptr, takes_new ? entry->second : nullptr,
                      std::get<2>(takes_new ? entry->first : old_entry->first)});
    if (takes_old) ++old_entry;
    if (takes_new) ++entry;
  }
}

TrueTime true_time(Time previous, Time claimed, Time event_time) {
  if (claimed > previous && claimed.ns <= event_time.ns + kClockSkewNs) return {claimed, true};
  return {std::max(previous, event_time), false};
}

std::optional<storage::Transition> transition_of(const ConditionPair& pair, bool is_create,
                                                 Time event_time) {
  const auto* before = pair.before;
  const auto* now = pair.now;
  if (!pair.status_moved()) return std::nullopt;
  if (now == nullptr) return made(*before, before->status, "", event_time);
  if (before == nullptr) {
    // Nobody has said anything yet. Defaults come back when a status is removed as a whole, and
    // then they know nothing.
    const bool is_default = is_default_condition(*now) && (is_create || now->status == "Unknown");
    if (is_default) return std::nullopt;
  }
  const auto previous = before == nullptr ? Time{} : before->last_transition_time;
  const auto old_status = before == nullptr ? std::string_view() : before->status;
  return made(*now, old_status, now->status,
              true_time(previous, now->last_transition_time, event_time).time);
}

}  // namespace gatefold::engine
