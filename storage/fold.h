// The fold: what one event does to the derived rows. A pure function; commit, refold and verify all
// use it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "storage/event.h"
#include "storage/keyspace.h"
#include "storage/records.h"

namespace gatefold::storage {

struct RowChange {
  Family family;
  std::string key;
  std::optional<std::string> value;  // absent: the row goes away
};

struct FoldInput {
  const Event& event;  // numbered
  std::string_view body;
  std::uint32_t splice_at = 0;
  Revision frame_revision;  // that the object's next version can be stored against
};

// `prior` is the object's current row before the event; nullptr where it has none.
std::vector<RowChange> fold(const FoldInput& input, const PriorRow* prior);

// The rows of these that later events do not replace; none of them holds the body.
std::vector<RowChange> lasting_rows(const Event& event);

// What goes with the current row of an object, other than by an event.
std::vector<RowChange> fold_away(std::string_view object, const PriorRow& row);

// The object's current row after the event, as the next fold sees it; nothing after a deletion.
std::optional<PriorRow> prior_after(const Event& event);

// Values of small rows, shared with the readers.
// versions: type, schema id
std::string encode_version(EventType type, std::string_view schema_id);
struct VersionValue {
  EventType type = EventType::kAdded;
  std::string_view schema_id;
};
std::optional<VersionValue> parse_version(std::string_view value);
// index, changes: type, object without its resource
std::string encode_change(EventType type, std::string_view object, std::size_t resource_size);
struct ChangeValue {
  EventType type = EventType::kAdded;
  std::string_view object;  // namespace '/' name
};
std::optional<ChangeValue> parse_change(std::string_view value);

}  // namespace gatefold::storage
