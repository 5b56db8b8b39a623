#include "engine/replay/gaps.h"

#include <algorithm>

namespace gatefold::engine {

void Gaps::add(Revision first, Revision last) {
  events += last.number - first.number + 1;
  if (!revisions.empty() && revisions.back().last.next() == first) {
    revisions.back().last = last;
  } else if (revisions.size() < kGapsNamedMax) {
    revisions.push_back({first, last});
  } else {
    is_truncated = true;
  }
}

void Gaps::add(Revision revision, const ObjectKey& key) {
  add(revision, revision);
  if (std::ranges::find(objects, key) != objects.end()) return;
  if (objects.size() < kGapsNamedMax) {
    objects.push_back(key);
  } else {
    is_truncated = true;
  }
}

JsonObject gaps_json(const Gaps& gaps) {
  JsonArray revisions;
  for (const auto& run : gaps.revisions) {
    revisions.emplace_back(JsonArray{run.first.number, run.last.number});
  }
  JsonArray objects;
  for (const auto& key : gaps.objects) objects.emplace_back(to_string(key));
  return {{"events", gaps.events},
          {"revisions", std::move(revisions)},
          {"objects", std::move(objects)},
          {"lacking", JsonArray(gaps.lacking.begin(), gaps.lacking.end())},
          {"truncated", gaps.is_truncated}};
}

}  // namespace gatefold::engine
