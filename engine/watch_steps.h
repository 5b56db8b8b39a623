// Steps that watches of all sorts take.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/view.h"
#include "engine/watch.h"
#include "engine/watch_hub.h"

namespace gatefold::engine {

// A new bell at the hub, for news of `resource`, or of all where that is empty. kTooManyRequests
// where there are too many watches.
inline Result<std::shared_ptr<Bell>> hang_bell(WatchHub& hub, std::function<void()> ring,
                                               std::string resource) {
  auto bell = std::make_shared<Bell>();
  bell->ring = std::move(ring);
  bell->resource = std::move(resource);
  if (hub.add(bell)) return bell;
  return failure(Reason::kTooManyRequests, "too many watches are open");
}

// Its watch has more to read. Nothing where it was rung since the last reading.
inline void ring_again(Bell& bell) {
  if (!bell.rung.exchange(true)) bell.ring();
}

// A piece of the objects that a watch begins with, ADDED, from a lister that there is; it goes with
// the last one.
template <class AnyLister>
Result<void> next_initial(std::optional<AnyLister>& lister, const View& view, std::size_t bytes_max,
                          Bell& bell, std::vector<WatchEvent>& out) {
  auto more = lister->next(view, bytes_max, [&](std::string_view json) {
    out.push_back(
        {WatchEventType::kAdded, std::make_shared<const std::string>(json), std::nullopt});
  });
  if (!more) return std::unexpected(std::move(more.error()));
  if (!*more) {
    lister.reset();
  } else if (out.empty()) {
    ring_again(bell);  // nothing of this piece matched: its turn comes again, after others'
  }
  return {};
}

}  // namespace gatefold::engine
