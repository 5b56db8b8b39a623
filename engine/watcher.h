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
#include "engine/watch_hub.h"
#include "schema/selector.h"

namespace gatefold::engine {

struct WatchQuery {
  std::string group;
  std::string version;
  std::string plural;
  std::string name_space;
  LabelSelector labels;
  FieldSelector fields;
  std::string resource_version;
  bool bookmarks = false;
  std::optional<bool> send_initial_events;
  VersionMatch match = VersionMatch::kUnset;
  // What a client that asks for a list in this way (R16.10) makes its list of, as it is encoded for
  // it; empty for others. Goes with the bookmark that ends the initial objects.
  std::string empty_list;
};

enum class WatchEventType { kAdded, kModified, kDeleted, kBookmark, kError };

struct WatchEvent {
  WatchEventType type = WatchEventType::kAdded;
  // The object; shared by all watchers of the version where possible. Of kBookmark: the bookmark
  // object. Of kError: empty, see `error`.
  std::shared_ptr<const std::string> object;
  std::optional<Status> error;
};

// One connection's thread. Three states: initial (the objects of a list), behind (reads the log by
// the index), live (reads the hub's window).
class Watcher {
 public:
  // Fails as R16.5 and R16.10 say. A revision that is no longer kept is no failure: next()
  // hands out an ERROR event (R16.4).
  static Result<std::unique_ptr<Watcher>> start(WatchQuery query, const View& view, WatchHub& hub,
                                                std::function<void()> ring);

  // The next events, about `bytes_max` of them. Empty: there is no news, the bell will ring. After
  // an ERROR event or when ended() the watch is over. It ends with the hub, and with its version in
  // the View's catalog or the definition that it began with, whatever came after (R16.17).
  Result<std::vector<WatchEvent>> next(const View& view, std::size_t bytes_max);

  // A bookmark of everything seen so far (R16.8); nothing before the initial objects are out.
  std::optional<WatchEvent> bookmark() const;
  bool bookmarks() const { return query_.bookmarks; }
  bool ended() const { return ended_; }

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
  Result<void> next_initial(const View& view, std::size_t bytes_max, std::vector<WatchEvent>& out);
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
  WatchEvent bookmark_event(bool ends_initial) const;

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
