// One watch (spec section 16): from a start revision, through the initial objects, on to news,
// never losing an event.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/page.h"
#include "engine/view.h"
#include "engine/watch.h"
#include "engine/watch_hub.h"

namespace gatefold::engine {

// Three states: initial (the objects of a list), behind (reads the log by the index), live (reads
// the hub's window).
class Watcher final : public Watch {
 public:
  // Fails as R16.5 and R16.10 say. A revision that is no longer kept is no failure: next()
  // hands out an ERROR event (R16.4).
  static Result<std::unique_ptr<Watcher>> start(WatchQuery query, const View& view, WatchHub& hub,
                                                std::function<void()> ring);

  // It ends with the hub, and with its version in the View's catalog or the definition that it
  // began with, whatever came after (R16.17).
  Result<std::vector<WatchEvent>> next(const View& view, std::size_t bytes_max) override;
  std::optional<WatchEvent> bookmark() const override;
  bool bookmarks() const override { return query_.bookmarks; }
  bool ended() const override { return ended_; }

 private:
  // What one call of next() fills.
  struct Gathering {
    const View& view;
    const Kind& kind;
    const KindVersion& version;
    Revision head;  // nothing after it is told
    std::size_t bytes_max;
    std::vector<WatchEvent>& out;
    std::size_t bytes = 0;
    std::size_t looked_at = 0;
    bool is_done = false;  // nothing is left to look at
  };

  Watcher(WatchQuery query, WatchHub& hub);
  Result<void> note_catalog(const View& view);
  Result<void> next_news(Gathering& gathering);
  Result<void> read_log(Gathering& gathering);
  Result<void> add(Gathering& gathering, const storage::Event& event,
                   const PublishedEvent* published);
  bool matches(const storage::Event& event, const Labels& labels,
               const SelectableValues& fields) const;
  Result<std::shared_ptr<const std::string>> event_json(const Gathering& gathering,
                                                        const storage::Event& event,
                                                        const PublishedEvent* published) const;
  Result<std::shared_ptr<const std::string>> previous_json(const Gathering& gathering,
                                                           const storage::Event& event) const;
  WatchQuery query_;
  WatchHub& hub_;
  std::string kind_;
  std::string api_version_;
  std::string resource_;
  CatalogPtr catalog_;            // the last one that served the version
  Revision looked_at_;            // the last View
  std::optional<Revision> last_;  // where the watched version or its definition went
  std::shared_ptr<Bell> bell_;
  std::optional<Lister> initial_;
  Revision seen_;  // everything up to here has been handed out
  bool ended_ = false;
};

}  // namespace gatefold::engine
