// The second half of verify: the rows that later events replace, and all that are too many.
// Included by .cc files only.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "storage/findings.h"
#include "storage/pin.h"
#include "storage/verify_log.h"

namespace gatefold::storage {

class RowProof {
 public:
  // `log` has run.
  RowProof(const Snapshot::Pin& pin, const Head& head, LogProof& log, Findings& findings)
      : pin_(pin), head_(head), log_(log), findings_(findings) {}

  void run();
  std::uint64_t rows() const { return rows_; }  // of the derived families

 private:
  // An object's newest version, by the log.
  struct Newest {
    bool is_known = true;                 // false: what tells it is damaged, and named
    std::optional<DecodedRecord> record;  // nothing: there is no such object, or no longer
    Revision revision;                    // 0: there never was one
  };
  Newest newest(std::string_view object, Revision row_revision);
  void read_current();
  std::uint64_t count_live() const;
  void check_current(std::string_view object, std::string_view value);
  void check_folded(const DecodedRecord& newest, const StoredObject& row, std::string_view value);
  std::optional<std::string> content(Revision revision, const StoredObject& row);
  void find_missing(const std::string& looked_until);
  void find_missing(const std::string& object, bool was_looked_at);
  void expect_index(const DecodedRecord& newest);
  void compare_count(Family family);
  void find_extra(Family family);
  bool is_folded(Family family, std::string_view key, Revision& revision);
  bool is_index_row_folded(std::string_view key, Revision& revision);
  void read_bodies();
  void check_told(Revision revision, const std::vector<Ancestor>& lineage);
  void read_sightings();

  const Snapshot::Pin& pin_;
  const Head& head_;
  LogProof& log_;
  Findings& findings_;
  std::uint64_t rows_ = 0;
  bool index_is_known_ = true;  // all objects are there that others' rows follow from
};

}  // namespace gatefold::storage
