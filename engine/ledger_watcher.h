// WATCH of a kind that shows the log.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/ledger.h"
#include "engine/ledger_list.h"
#include "engine/watch.h"
#include "engine/watch_hub.h"

namespace gatefold::engine {

// Every entry is ADDED once; none changes or goes. The hub only rings: entries are read from the
// log, whose last events are in memory, and those of one event are handed out together. A range may
// begin the watch and does not end it.
class LedgerWatcher final : public Watch {
 public:
  // Fails as Watcher::start() does; kBadRequest where the range has an end.
  static Result<std::unique_ptr<Watch>> start(WatchQuery query, const View& view, WatchHub& hub,
                                              std::function<void()> ring);

  Result<std::vector<WatchEvent>> next(const View& view, std::size_t bytes_max) override;
  std::optional<WatchEvent> bookmark() const override;
  bool bookmarks() const override { return query_.bookmarks; }
  bool ended() const override { return ended_; }

 private:
  LedgerWatcher(WatchQuery query, WatchHub& hub) : query_(std::move(query)), hub_(hub) {}
  Result<void> begin(const View& view);
  Result<bool> next_news(const View& view, std::size_t bytes_max, std::vector<WatchEvent>& out);

  WatchQuery query_;
  WatchHub& hub_;
  std::string kind_;
  std::string api_version_;
  std::shared_ptr<Bell> bell_;
  std::optional<LedgerLister> initial_;
  Revision seen_;          // everything up to here has been handed out
  bool is_given_ = false;  // seen_ is known to be a number of this history
  bool ended_ = false;
};

}  // namespace gatefold::engine
