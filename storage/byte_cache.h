// Values that were read last and cost more to read again than to keep, within a bound of bytes.
#pragma once

#include <cstddef>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <utility>

namespace gatefold::storage {

// Any thread. Of one opening of a database, in which what was read never becomes untrue.
template <class Key, class Value, class Hash = std::hash<Key>>
class ByteCache {
 public:
  using Pointer = std::shared_ptr<const Value>;

  explicit ByteCache(std::size_t bytes_max) : bytes_max_(bytes_max) {}

  // Null where it is not there.
  Pointer find(const Key& key) {
    const std::scoped_lock lock(mutex_);
    const auto found = places_.find(key);
    if (found == places_.end()) return nullptr;
    entries_.splice(entries_.begin(), entries_, found->second);
    return found->second->value;
  }

  // In place of what is there. `bytes` are what key and value take.
  void put(const Key& key, Pointer value, std::size_t bytes) {
    const std::scoped_lock lock(mutex_);
    if (const auto found = places_.find(key); found != places_.end()) forget(found->second);
    bytes += kEntryBytes;
    bytes_ += bytes;
    entries_.push_front({key, std::move(value), bytes});
    places_.emplace(key, entries_.begin());
    while (bytes_ > bytes_max_) forget(std::prev(entries_.end()));
  }

  // Of content that has to go.
  void clear() {
    const std::scoped_lock lock(mutex_);
    places_.clear();
    entries_.clear();
    bytes_ = 0;
  }

 private:
  struct Entry {
    Key key;
    Pointer value;
    std::size_t bytes;
  };
  using Place = typename std::list<Entry>::iterator;

  // What an entry takes beside key and value.
  static constexpr std::size_t kEntryBytes = 160;

  void forget(Place entry) {
    bytes_ -= entry->bytes;
    places_.erase(entry->key);
    entries_.erase(entry);
  }

  const std::size_t bytes_max_;
  std::mutex mutex_;
  std::list<Entry> entries_;  // the one that was used last comes first
  std::unordered_map<Key, Place, Hash> places_;
  std::size_t bytes_ = 0;
};

}  // namespace gatefold::storage
