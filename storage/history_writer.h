// Writes a history that happened elsewhere into a Store: whole batches, each object's bodies
// against its key frame. The one who calls is the Store's writer.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "storage/store.h"

namespace gatefold::storage {

class HistoryWriter {
 public:
  explicit HistoryWriter(Store& store) : store_(store) {}

  // What is known of the object behind all events that were added, written or not.
  Result<std::optional<StoredObject>> current(const ObjectKey& key) const;
  // The revision that the next event gets.
  Revision next() const { return {store_.head().revision.number + batch_.size() + 1}; }

  // Takes the next event as it is; the Store numbers it next(), and lifts its time to the previous
  // event's where it is before that. Writes a batch where enough is waiting.
  Result<void> add(Event event, Body body);
  // Counts a write that became no event. Writes what is waiting where that is enough; who adds or
  // finishes next is told where it can't be written.
  void count(SightingCount sighting);
  // Rows as Snapshot::scan() has them, without what is waiting.
  Result<void> scan(std::string_view resource, std::string_view name_space,
                    const Snapshot::RowVisitor& visit) const {
    return store_.snapshot()->scan(resource, name_space, std::nullopt, visit);
  }
  // Writes what is waiting.
  Result<void> finish();

 private:
  // An object that an event in the batch touched.
  struct Touched {
    std::optional<StoredObject> object;  // nothing: it was deleted
    Frame frame;
  };
  Result<Frame> frame_of(const ObjectKey& key) const;
  Result<void> finish_if_enough();

  Store& store_;
  std::vector<BatchEntry> batch_;
  std::vector<SightingCount> sightings_;  // with the next batch
  std::size_t bytes_ = 0;
  std::map<ObjectKey, Touched> touched_;
};

}  // namespace gatefold::storage
