#include "engine/watch_hub.h"

#include <algorithm>
#include <utility>

#include "engine/limits.h"
#include "engine/read.h"

namespace gatefold::engine {
namespace {

// What an event holds in memory: its body, and the rendering that nearly every watcher shares.
std::size_t weight(const PublishedEvent& event) {
  return sizeof(PublishedEvent) + 2 * (event.body == nullptr ? 0 : event.body->size());
}

}  // namespace

std::shared_ptr<const std::string> PublishedEvent::object_json(const Kind& kind,
                                                               const KindVersion& version) const {
  const std::scoped_lock lock(mutex_);
  for (const auto& [schema_id, json] : rendered_) {
    if (schema_id == version.schema_id) return json;
  }
  std::string json;
  append_object(json, kind, version, event.schema_id, *body, splice_at, event.revision);
  auto shared = std::make_shared<const std::string>(std::move(json));
  rendered_.emplace_back(version.schema_id, shared);
  return shared;
}

WatchHub::WatchHub(Revision head) : base_(head), head_(head) {}

void WatchHub::publish(std::vector<PublishedPtr> events) {
  const std::scoped_lock lock(mutex_);
  for (auto& event : events) {
    const auto& resource = event->event.key.resource;
    auto& window = windows_.try_emplace(resource, Window{{}, base_}).first->second;
    published_resources_.insert(resource);
    head_ = event->event.revision;
    const auto bytes = weight(*event);
    bytes_ += bytes;
    order_.emplace_back(&window, bytes);
    window.events.push_back(std::move(event));
  }
  while (!order_.empty() && (bytes_ > kWindowBytesMax || order_.size() > kWindowEventsMax)) {
    drop_oldest();
  }
}

void WatchHub::drop_oldest() {
  auto [window, bytes] = order_.front();
  order_.pop_front();
  bytes_ -= bytes;
  window->start = window->events.front()->event.revision;
  window->events.pop_front();
}

std::vector<std::shared_ptr<Bell>> WatchHub::all_bells() const {
  std::vector<std::shared_ptr<Bell>> bells;
  for (const auto& [resource, weak] : bells_) {
    if (auto bell = weak.lock()) bells.push_back(std::move(bell));
  }
  return bells;
}

void WatchHub::ring() {
  // Bells are rung outside of the lock: what they post to has locks of its own.
  std::vector<std::shared_ptr<Bell>> bells;
  bool has_restarted = false;
  {
    const std::scoped_lock lock(mutex_);
    has_restarted = std::exchange(has_restarted_, false);
    if (has_restarted) bells = all_bells();
    auto published = std::exchange(published_resources_, {});
    if (!published.empty()) published.insert("");  // what listens to all
    for (const auto& resource : published) {
      if (has_restarted) break;
      const auto [from, until] = bells_.equal_range(resource);
      for (auto it = from; it != until; ++it) {
        if (auto bell = it->second.lock()) bells.push_back(std::move(bell));
      }
    }
  }
  for (const auto& bell : bells) {
    // One that was rung while there was no View may not have been read since.
    if (!bell->rung.exchange(true) || has_restarted) bell->ring();
  }
}

void WatchHub::ring_all() {
  {
    const std::scoped_lock lock(mutex_);
    has_restarted_ = true;
  }
  ring();
}

bool WatchHub::add(const std::shared_ptr<Bell>& bell) {
  const std::scoped_lock lock(mutex_);
  // Now and then, so that the cost of removing is that of adding.
  if (++bells_added_ > bells_.size() / 2 || bells_.size() >= kWatchersMax) {
    std::erase_if(bells_, [](const auto& entry) { return entry.second.expired(); });
    bells_added_ = 0;
  }
  if (bells_.size() >= kWatchersMax) return false;
  bells_.emplace(bell->resource, bell);
  return true;
}

std::size_t WatchHub::watchers() const {
  const std::scoped_lock lock(mutex_);
  return static_cast<std::size_t>(
      std::ranges::count_if(bells_, [](const auto& entry) { return !entry.second.expired(); }));
}

Revision WatchHub::head() const {
  const std::scoped_lock lock(mutex_);
  return head_;
}

bool WatchHub::read(const std::string& resource, Revision after, std::size_t events_max,
                    std::vector<PublishedPtr>& out, Revision& complete_to) const {
  const std::scoped_lock lock(mutex_);
  const auto found = windows_.find(resource);
  if (found == windows_.end()) {
    complete_to = head_;
    return after >= base_;
  }
  const auto& [events, start] = found->second;
  if (after < start) return false;
  auto event = std::ranges::upper_bound(
      events, after, {}, [](const PublishedPtr& published) { return published->event.revision; });
  complete_to = head_;
  for (; event != events.end(); ++event) {
    if (out.size() == events_max) {
      complete_to = out.back()->event.revision;
      break;
    }
    out.push_back(*event);
  }
  return true;
}

void WatchHub::restart(Revision head) {
  const std::scoped_lock lock(mutex_);
  // What the log has gained may be of any resource.
  has_restarted_ = true;
  windows_.clear();
  order_.clear();
  bytes_ = 0;
  base_ = head;
  head_ = head;
}

void WatchHub::close() {
  closed_ = true;
  std::vector<std::shared_ptr<Bell>> bells;
  {
    const std::scoped_lock lock(mutex_);
    bells = all_bells();
  }
  for (const auto& bell : bells) {
    if (!bell->rung.exchange(true)) bell->ring();
  }
}

}  // namespace gatefold::engine
