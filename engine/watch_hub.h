// News of what happened, for watchers: an in-memory window of the last events, bounded in bytes,
// shared by all.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "engine/command.h"
#include "engine/view.h"
#include "storage/event.h"

namespace gatefold::engine {

// A committed event as watchers share it.
struct PublishedEvent {
  storage::Event event;
  Body body;  // of a delete: the last content
  std::uint32_t splice_at = 0;

  // The object's JSON as `version` shows it, rendered once for all watchers. Any thread.
  std::shared_ptr<const std::string> object_json(const Kind& kind,
                                                 const KindVersion& version) const;

 private:
  mutable std::mutex mutex_;
  mutable std::vector<std::pair<std::string, std::shared_ptr<const std::string>>> rendered_;
};

using PublishedPtr = std::shared_ptr<const PublishedEvent>;

// A watcher's bell. `ring` is called from the writer's thread, at most once between two reads (once
// more when all are), or from within Watcher::next(); it must only post.
struct Bell {
  std::function<void()> ring;
  std::atomic<bool> rung{false};
  std::string resource;  // empty: all
};

// Thread-safe.
class WatchHub {
 public:
  explicit WatchHub(Revision head);

  // Writer thread, before the View with these events is published. `events` in revision order.
  void publish(std::vector<PublishedPtr> events);
  // Rings all bells of the resources in the last publish; after a restart, all there are. Writer
  // thread, after the View is published.
  void ring();

  // Rings every bell. Writer thread.
  void ring_all();

  // Adds a bell; false when there are too many watchers. It stays until its last owner lets go.
  bool add(const std::shared_ptr<Bell>& bell);
  std::size_t watchers() const;
  // The last revision that was published; ahead of the View for a moment.
  Revision head() const;

  // Events of `resource` after `after`, at most `events_max`, from the window. `complete_to` is the
  // revision up to which nothing is missing in the answer. False: the window no longer reaches back
  // to `after`; read on from the log.
  bool read(const std::string& resource, Revision after, std::size_t events_max,
            std::vector<PublishedPtr>& out, Revision& complete_to) const;

  // Forgets the window: everything at or before `head` is read from the log. Writer thread, where
  // the window may have what the log has not: after a broken store was opened again, or a
  // redaction.
  void restart(Revision head);

  // Ends: every bell rings and closed() is true.
  void close();
  bool closed() const { return closed_; }

 private:
  struct Window {
    std::deque<PublishedPtr> events;
    Revision start;  // events after this one are all in `events`
  };
  void drop_oldest();
  std::vector<std::shared_ptr<Bell>> all_bells() const;  // under mutex_

  mutable std::mutex mutex_;
  std::map<std::string, Window, std::less<>> windows_;
  std::deque<std::pair<Window*, std::size_t>> order_;  // oldest first, with bytes
  std::size_t bytes_ = 0;
  Revision base_;  // where windows start that have seen nothing
  Revision head_;
  std::multimap<std::string, std::weak_ptr<Bell>, std::less<>> bells_;
  std::size_t bells_added_ = 0;  // since those of gone watchers were last removed
  std::set<std::string> published_resources_;
  bool has_restarted_ = false;  // since bells were last rung
  std::atomic<bool> closed_{false};
};

}  // namespace gatefold::engine
