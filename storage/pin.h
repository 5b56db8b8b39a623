// RocksDB's side of a Snapshot, and the reads that several queries share. Included by .cc files
// only.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "storage/database.h"
#include "storage/frames.h"
#include "storage/kept.h"
#include "storage/records.h"
#include "storage/snapshot.h"
#include "storage/version_marks.h"

namespace gatefold::storage {

// The rows of `current` that a list asks for.
struct KeyRange {
  std::string from;
  std::string until;
};
KeyRange current_range(std::string_view resource, std::string_view name_space,
                       const std::optional<ObjectKey>& after);

class Snapshot::Pin {
 public:
  explicit Pin(std::shared_ptr<const Database> database, HorizonsPtr horizons = nullptr)
      : database_(std::move(database)),
        horizons_(std::move(horizons)),
        snapshot_(database_->db().GetSnapshot()) {}
  ~Pin() { database_->db().ReleaseSnapshot(snapshot_); }
  Pin(const Pin&) = delete;
  Pin& operator=(const Pin&) = delete;

  const Database& database() const { return *database_; }
  const rocksdb::Snapshot* snapshot() const { return snapshot_; }

  // False: there is no such row.
  Result<bool> read(Family family, std::string_view key, rocksdb::PinnableSlice& value) const;
  // The body as it was given to prepare_event(). kExpired, with the reason in its message, where it
  // was dropped.
  Result<std::string> body(Revision revision) const;
  // Of the body; of a dropped one what was written out of it.
  Result<Digest> body_digest(Revision revision) const;
  // The row, whose `stored` views `bytes`. kExpired where it was dropped with its record.
  Result<BodyRow> body_row(Revision revision, rocksdb::PinnableSlice& bytes) const;
  // The revision of the frame that the body is stored against; its own where it is a frame.
  Result<Revision> frame_revision(Revision revision) const;
  // The seal that stands for the record; nothing where none does. `last` is the last one it stands
  // for.
  struct Sealed {
    Seal seal;
    Revision last;
  };
  Result<std::optional<Sealed>> sealed(Revision revision) const;
  // What is no longer kept is kExpired: how far back the resource can be read.
  Horizon horizons(std::string_view resource) const;
  Revision records_horizon(Revision after,
                           const std::function<bool(std::string_view)>& is_meant) const;
  Revision horizon(std::string_view resource) const { return horizons(resource).state; }
  Result<void> check_kept(std::string_view resource, Revision revision) const;
  // The newest version at or before `revision`, which may be a deletion; nothing where there is
  // none.
  Result<std::optional<Version>> last_version(std::string_view object, Revision revision) const;
  // The same, nothing where it is a deletion.
  Result<std::optional<Version>> version_at(std::string_view object, Revision revision) const;
  // The same, and what comes before it is kept in mind: for who asks for an object by chance.
  // `revision` is not before the horizon.
  Result<std::optional<Version>> remembered_version(const ObjectKey& key, Revision revision) const;

 private:
  Result<std::shared_ptr<const std::string>> frame_body(Revision revision) const;
  struct VersionRun {
    std::vector<Version> newest_first;
    bool is_all = false;  // there are no others
  };
  Result<VersionRun> versions_before(std::string_view object, Revision revision,
                                     std::size_t count_max) const;

  std::shared_ptr<const Database> database_;
  HorizonsPtr horizons_;  // null: all is kept
  const rocksdb::Snapshot* snapshot_;
};

}  // namespace gatefold::storage
