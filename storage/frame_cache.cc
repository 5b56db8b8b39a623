#include "storage/frame_cache.h"

namespace gatefold::storage {
namespace {

// What an entry takes beside its content.
constexpr std::size_t kEntryBytes = 160;

}  // namespace

std::shared_ptr<const std::string> FrameCache::find(Revision revision) {
  const std::scoped_lock lock(mutex_);
  const auto found = places_.find(revision.number);
  if (found == places_.end()) return nullptr;
  entries_.splice(entries_.begin(), entries_, found->second);
  return found->second->second;
}

void FrameCache::put(Revision revision, std::shared_ptr<const std::string> frame) {
  const std::scoped_lock lock(mutex_);
  if (places_.contains(revision.number)) return;
  bytes_ += frame->size() + kEntryBytes;
  entries_.emplace_front(revision, std::move(frame));
  places_.emplace(revision.number, entries_.begin());
  while (bytes_ > bytes_max_) {
    const auto& oldest = entries_.back();
    bytes_ -= oldest.second->size() + kEntryBytes;
    places_.erase(oldest.first.number);
    entries_.pop_back();
  }
}

void FrameCache::clear() {
  const std::scoped_lock lock(mutex_);
  places_.clear();
  entries_.clear();
  bytes_ = 0;
}

}  // namespace gatefold::storage
