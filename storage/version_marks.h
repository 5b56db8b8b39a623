// What is known of the versions of one object: which one was the newest, as of which revisions. A
// value, gathered from what was read of `versions`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "schema/ids.h"
#include "storage/event.h"

namespace gatefold::storage {

struct Version {
  Revision revision;
  EventType type = EventType::kAdded;
  std::string schema_id;

  bool operator==(const Version&) const = default;
};

class VersionMarks {
 public:
  // The newest version at or before a revision; nothing where there is none.
  using Newest = std::optional<Version>;

  // Nothing where it is not known.
  std::optional<Newest> find(Revision revision) const;

  // With what was read: the versions at or before `revision`, newest first, as far as that went.
  // `none_since`: from there until the last of them there was none.
  VersionMarks with(Revision revision, std::span<const Version> newest_first,
                    std::optional<Revision> none_since) const;

  // That this takes in memory.
  std::size_t bytes() const;

 private:
  // What holds from a revision on, until that of the next mark.
  struct Mark {
    std::uint64_t number : 52;  // numbers that were passed over come as microseconds since 1970
    std::uint64_t state : 4;    // an EventType, or one of those below
    std::uint64_t schema : 8;   // in schema_ids_; with more of them nothing is learnt any more
  };
  static_assert(sizeof(Mark) == 8);
  static constexpr std::uint64_t kUnknown = 0;
  static constexpr std::uint64_t kNone = 15;

  // The one that holds at the revision; the end where that comes before all.
  std::vector<Mark>::const_iterator at(Revision revision) const;
  bool knows(Revision revision) const;
  std::optional<std::uint64_t> schema_of(const std::string& id);

  std::vector<Mark> marks_;  // ascending
  std::vector<std::string> schema_ids_;
};

}  // namespace gatefold::storage
