// Key frames that were read last, decompressed: most versions of an object need the same one.
#pragma once

#include <cstddef>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <utility>

#include "schema/ids.h"

namespace gatefold::storage {

// Any thread. Of one opening of a database, in which a revision's content never becomes another.
class FrameCache {
 public:
  explicit FrameCache(std::size_t bytes_max) : bytes_max_(bytes_max) {}

  // Null where it is not there.
  std::shared_ptr<const std::string> find(Revision revision);
  void put(Revision revision, std::shared_ptr<const std::string> frame);
  // Of content that has to go.
  void clear();

 private:
  using Entry = std::pair<Revision, std::shared_ptr<const std::string>>;

  const std::size_t bytes_max_;
  std::mutex mutex_;
  std::list<Entry> entries_;  // the one that was used last comes first
  std::unordered_map<std::uint64_t, std::list<Entry>::iterator> places_;
  std::size_t bytes_ = 0;
};

}  // namespace gatefold::storage
