// Events that get new numbers in an empty store: a part of a history, or one that another server
// wrote. Objects appear and go in an order that the fold can follow, whatever the source left out;
// what was left out is said in an annotation of the event.
#pragma once

#include <optional>

#include "engine/definitions.h"
#include "engine/gap.h"
#include "schema/kind.h"
#include "storage/history_writer.h"

namespace gatefold::engine {

class ForeignHistory {
 public:
  explicit ForeignHistory(storage::HistoryWriter& writer);

  // The object as the history has it so far.
  Result<std::optional<storage::StoredObject>> current(const ObjectKey& key) const {
    return writer_.current(key);
  }
  // The kind of the event's object. Where nothing defines it, a stand-in is added in front.
  Result<KindPtr> kind_of(const storage::Event& event);

  // Adds the event with what depends on the object's previous version: `previous`, its labels and
  // fields, and the type. An object that is not there appears first (with a gap), one that is there
  // under another uid is deleted first (with a gap). An object that stands in is marked. The time
  // is lifted where it goes back.
  Result<void> add(storage::Event event, storage::Body body);
  Result<void> finish() { return writer_.finish(); }

 private:
  Result<void> put(storage::Event event, storage::Body body,
                   const std::optional<storage::StoredObject>& before);

  storage::HistoryWriter& writer_;
  Definitions definitions_;
};

}  // namespace gatefold::engine
