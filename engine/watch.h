// What a watch is asked for and what it tells, whatever the objects are made of (spec section 16).
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/page.h"
#include "engine/view.h"

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
  LedgerRange range;  // of kinds that show the log
};

enum class WatchEventType { kAdded, kModified, kDeleted, kBookmark, kError };

struct WatchEvent {
  WatchEventType type = WatchEventType::kAdded;
  // The object; shared by all watchers of the version where possible. Of kBookmark: the bookmark
  // object. Of kError: empty, see `error`.
  std::shared_ptr<const std::string> object;
  std::optional<Status> error;
};

// One connection's thread.
class Watch {
 public:
  virtual ~Watch() = default;

  // The next events, about `bytes_max` of them. Empty: there is no news, the bell will ring. After
  // an ERROR event or when ended() the watch is over.
  virtual Result<std::vector<WatchEvent>> next(const View& view, std::size_t bytes_max) = 0;
  // A bookmark of everything seen so far (R16.8); nothing before the initial objects are out.
  virtual std::optional<WatchEvent> bookmark() const = 0;
  virtual bool bookmarks() const = 0;
  virtual bool ended() const = 0;
};

// What every watch is made of.

// R16.5 and R16.10; kInvalid.
Result<void> check_watch(const WatchQuery& query);
// Whether it starts with the objects that are there (R16.4, R16.10), and the list of those.
bool wants_initial(const WatchQuery& query);
ListQuery initial_query(const WatchQuery& query, Revision wanted);
// Of everything up to `seen`; the one that `ends_initial` objects carries the empty list.
WatchEvent bookmark_event(const WatchQuery& query, std::string_view kind,
                          std::string_view api_version, Revision seen, bool ends_initial);
// The ERROR event of a watch that wants what is no longer kept (R16.4).
WatchEvent expired_event(Revision seen, Revision horizon);

}  // namespace gatefold::engine
