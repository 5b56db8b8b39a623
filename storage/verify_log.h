// The first half of verify: the log, its chain, the bodies, and each row that follows from an event
// alone. Included by .cc files only.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "storage/findings.h"
#include "storage/lineage.h"
#include "storage/pin.h"

namespace gatefold::storage {

// The record of the log; nothing where it is not there, can't be read or is another one's.
std::optional<DecodedRecord> record_at(const Snapshot::Pin& pin, Revision revision);

// Revisions as runs, each once. Bounded: of more than kRunsMax runs some are not kept.
class RevisionRuns {
 public:
  static constexpr std::size_t kRunsMax = std::size_t{1} << 16;  // 4 MB

  void add(std::uint64_t first, std::uint64_t last);
  bool contains(std::uint64_t number) const;
  bool is_whole() const { return is_whole_; }

 private:
  std::map<std::uint64_t, std::uint64_t> runs_;
  bool is_whole_ = true;
};

class LogProof {
 public:
  // What was dropped is held against `kept`, but for the resources that are `doubted`; nullptr: it
  // is not known.
  LogProof(const Snapshot::Pin& pin, const Head& head, const KeptByResource* kept,
           const std::set<std::string>& doubted, Findings& findings)
      : pin_(pin), head_(head), kept_(kept), doubted_(doubted), findings_(findings) {}

  // Goes on behind what can't be read.
  void run(const std::function<void(std::uint64_t, std::uint64_t)>& progress);
  // Looks a row up that an event folds to, and counts it; nothing where its family is not opened.
  void expect(Revision revision, Family family, const std::string& key, std::string_view value);

  // After run().
  bool is_whole() const { return is_whole_; }  // each record could be read and proven
  std::uint64_t events() const { return events_; }
  std::uint64_t expected(Family family) const { return expected_[slot(family)]; }
  const KeptByResource& counted() const { return counted_; }  // `events` and `bytes` alone
  // Whether content of the resource is gone.
  bool has_gaps(const std::string& resource) const { return with_gaps_.contains(resource); }
  std::uint64_t sealed() const { return sealed_; }  // records that seals stand for, no others
  std::uint64_t epochs() const { return epochs_; }
  // Whether an event of the log names the revision as one whose content was redacted.
  bool is_redaction_told(Revision revision) const;

 private:
  Result<void> read_from(Revision& expected);
  Revision next_readable(Revision damaged) const;
  void check_end(Revision next);
  void check_seal(const Seal& seal, Revision last, Revision expected);
  void check_place(const Seal& seal, Revision last, Revision expected, bool is_passed_over);
  void check_dropped(const Seal& seal, Revision last);
  void blame_seal(Revision first, Revision last);
  bool is_seal_wrong(const LogRow& row, const Digest& digest);
  void check_row(Revision revision, std::string_view bytes);
  bool check_content(Revision revision, const DecodedRecord& decoded, const LogRow& row,
                     const BodyRow& body);
  std::optional<Digest> digest_of(Revision revision, const BodyRow& body);
  bool blame_frame(Revision frame);
  bool is_chained(const LogRow& row, const Digest& digest) const;
  void blame(Revision revision, const DecodedRecord& decoded, const LogRow& row,
             const BodyRow& body);
  bool is_body_wrong(Revision revision, const DecodedRecord& decoded, const LogRow& row);
  void check_gap(Revision revision, const std::string& resource, const BodyRow& body);
  void find_missing(Revision first, Revision last);

  const Snapshot::Pin& pin_;
  const Head& head_;
  const KeptByResource* kept_;
  const std::set<std::string>& doubted_;
  Findings& findings_;
  std::function<void(std::uint64_t, std::uint64_t)> progress_;
  // What the next row goes on from. Behind a row that does not fit, what it says and what follows
  // from it: either may be wrong. Empty: not known.
  std::vector<Chain> before_{Chain{}};
  // The row before, where it is a seal whose end only the next row can prove.
  std::optional<Snapshot::Pin::Sealed> seal_before_;
  bool is_whole_ = true;
  std::uint64_t events_ = 0;
  std::uint64_t events_in_all_ = 0;  // as `kept` says
  std::array<std::uint64_t, kFamilyCount> expected_{};
  KeptByResource counted_;
  std::set<std::string> with_gaps_;
  std::uint64_t sealed_ = 0;
  std::uint64_t epochs_ = 0;
  RevisionRuns told_;
};

}  // namespace gatefold::storage
