// What verify has found so far: so that each damaged thing is named once, and nothing that is whole
// is blamed for it. Included by .cc files only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include <rocksdb/metadata.h>

#include "storage/database.h"
#include "storage/verify.h"

namespace gatefold::storage {

inline constexpr std::string_view kAlteredBody = "the content is not what was written";

// A table as reports tell of it.
struct TableRange {
  Revision first;  // of `log` and `bodies`; 0 elsewhere
  Revision last;
  std::string text;  // ` (the file has ...)`; empty where its keys say nothing
};
TableRange range_of(const rocksdb::LiveFileMetaData& file);
std::string table_name(const rocksdb::LiveFileMetaData& file);

class Findings {
 public:
  explicit Findings(VerifyReport& report) : report_(report) {}

  // `until` is 0 where it is one revision.
  void add(Finding finding);
  void add(Revision revision, Family family, std::string message);
  // What can't be read for one reason is one finding, from the first to the last revision that
  // asked for it. Damage to a file is named with the revisions that the file has.
  void add_failure(const Database& database, Revision revision, Revision until, Family family,
                   const Status& status);

  // The first of the family that names the revision, or nullptr. Valid until the next add().
  Finding* of(Family family, Revision revision);
  // Whether the record is in doubt, or the event at all: true also where there are more findings
  // than are kept.
  bool blames_record(Revision revision);
  bool blames(Revision revision);
  // The event's body is to blame after all, not its record.
  void blame_body(Finding& finding);
  // Of the family.
  std::size_t count(Family family) const;
  // Whether a finding names the file.
  bool names(const std::string& file) const;
  bool is_empty() const { return report_.findings.empty(); }

 private:
  VerifyReport& report_;
  std::map<std::string, std::size_t> count_of_;
};

}  // namespace gatefold::storage
