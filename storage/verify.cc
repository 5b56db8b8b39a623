// Two sets are equal when all of the one are in the other and both have the same size. So the log
// is read once, every row that its events fold to is looked up, and the rows of each family are
// counted; nothing is kept but counters.
#include "storage/verify.h"

#include <array>
#include <map>

#include <fmt/format.h>

#include "storage/digest.h"
#include "storage/failures.h"
#include "storage/fold.h"
#include "storage/lineage.h"
#include "storage/pin.h"

namespace gatefold::storage {
namespace {

constexpr std::uint64_t kProgressEvents = 4096;

// A row's family as reports name it; the index holds four sorts of rows.
std::string family_name(Family family) {
  return info(family).name;
}

}  // namespace

class Verifier {
 public:
  Verifier(const Store& store, const std::function<void(std::uint64_t, std::uint64_t)>& progress)
      : snapshot_(store.snapshot()), pin_(*snapshot_->pin_), progress_(progress) {
    report_.head = snapshot_->head();
    const auto kept = snapshot_->kept();
    if (!kept) {
      find_failure({}, Family::kMeta, kept.error());
      return;
    }
    for (const auto& [resource, of_resource] : *kept) {
      records_done_ = std::max({records_done_, of_resource.records_done, of_resource.horizon});
      events_kept_ += of_resource.events;
    }
  }

  VerifyReport run() {
    read_log();
    read_current();
    for (const auto& family : kFamilies) {
      if (family.is_derived) compare_count(family.family);
    }
    count_bodies();
    return std::move(report_);
  }

 private:
  void find(Revision revision, const std::string& where, std::string message,
            bool is_damage = true) {
    if (++findings_of_[where] > kFindingsMax) {
      report_.truncated = true;
      return;
    }
    report_.findings.push_back({revision, {}, where, std::move(message), is_damage});
  }

  // What can't be read for one reason is one finding. Damage to a file is named with the revisions
  // that the file has, where it has revisions.
  void find_failure(Revision revision, Family family, const Status& status) {
    const auto where = family_name(family);
    auto message = status.message + revisions_of_file(family, status.message);
    for (auto& finding : report_.findings) {
      if (finding.where != where || finding.message != message) continue;
      if (finding.revision.number == 0 || last_of(finding).next() != revision) continue;
      finding.until = revision;
      return;
    }
    find(revision, where, std::move(message), status.message.starts_with("corruption:"));
  }

  static Revision last_of(const Finding& finding) {
    return std::max(finding.revision, finding.until);
  }

  std::string revisions_of_file(Family family, std::string_view message) const {
    if (family != Family::kLog && family != Family::kBodies) return {};
    std::vector<rocksdb::LiveFileMetaData> files;
    pin_.database().db().GetLiveFilesMetaData(&files);
    for (const auto& file : files) {
      if (message.find(file.name.substr(file.name.find_last_of('/') + 1)) == message.npos) continue;
      const auto first = parse_revision_key(file.smallestkey);
      const auto last = parse_revision_key(file.largestkey);
      if (!first || !last) return {};
      return fmt::format(" (the file has revisions {} to {})", first->number, last->number);
    }
    return {};
  }

  // Log and bodies: revisions without gaps, the chain, and every row that follows from an event
  // alone. Goes on behind what can't be read.
  void read_log() {
    std::optional<Chain> chain{Chain{}};
    Revision next{1};
    for (;;) {
      auto status = read_log_from(next, chain);
      if (status) break;
      log_is_whole_ = false;
      const auto damaged = next;
      next = next_readable(damaged);
      find_failure(damaged, Family::kLog, status.error());
      if (!report_.findings.empty()) report_.findings.back().until = {next.number - 1};
      if (next > report_.head.revision) return;
      chain.reset();
    }
    if (next != report_.head.revision.next() || (chain && *chain != report_.head.chain)) {
      find(report_.head.revision, "meta", "the head is not the log's last row");
    }
  }

  // The first revision behind one that can't be read that can be; behind the head: none.
  Revision next_readable(Revision damaged) const {
    const auto is_readable = [&](std::uint64_t number) {
      return Rows(pin_.database(), Family::kLog, pin_.snapshot(), revision_key({number}), "",
                  /*fill_cache=*/false)
          .valid();
    };
    auto bad = damaged.number;
    std::uint64_t step = 1;
    while (bad + step <= report_.head.revision.number && !is_readable(bad + step)) {
      bad += step;
      step *= 2;
    }
    auto good = std::min(bad + step, report_.head.revision.number + 1);
    while (bad + 1 < good) {
      const auto middle = bad + (good - bad) / 2;
      (is_readable(middle) ? good : bad) = middle;
    }
    return {good};
  }

  // `expected` is the first that was not read when it fails. Without a chain the first row can't be
  // proven.
  Result<void> read_log_from(Revision& expected, std::optional<Chain>& chain) {
    Rows rows(pin_.database(), Family::kLog, pin_.snapshot(), revision_key(expected), "",
              /*fill_cache=*/false);
    for (; rows.valid(); rows.next(), expected = expected.next()) {
      const auto revision = parse_revision_key(rows.key());
      if (!revision) {
        find({}, "log", "a key is no revision");
        log_is_whole_ = false;
        return {};
      }
      if (const auto seal = parse_seal(rows.value())) {
        check_seal(*seal, *revision, expected, chain);
        expected = *revision;
        chain = seal->after;
        continue;
      }
      if (*revision != expected) {
        find(expected, "log",
             fmt::format("revisions {} to {} are missing", expected.number, revision->number - 1));
        expected = *revision;
        log_is_whole_ = false;
      }
      const auto row = parse_log_row(rows.value());
      if (!row) {
        find(expected, "log", "the row is too short");
        log_is_whole_ = false;
        continue;
      }
      check_event(expected, *row, chain);
      chain = row->chain;
      ++report_.events;
      if (progress_ && report_.events % kProgressEvents == 0) {
        progress_(report_.events, events_kept_);
      }
    }
    return rows.status();
  }

  // What a seal stands for can't be proven any more, but that it stands in its place: its ends are
  // bound by the chain of the rows beside it.
  void check_seal(const Seal& seal, Revision last, Revision expected,
                  const std::optional<Chain>& before) {
    if (seal.first != expected) {
      log_is_whole_ = false;
      find(expected, "log",
           seal.first > expected
               ? fmt::format("revisions {} to {} are missing", expected.number,
                             seal.first.number - 1)
               : fmt::format("the seal up to revision {} overlaps what is kept", last.number));
    } else if (before && seal.before != *before) {
      find(seal.first, "log", "the chain is broken: the seal is not of what was there");
    }
    if (last > records_done_ && !is_epoch(seal, last)) {
      find(seal.first, "log",
           fmt::format("revisions {} to {} were dropped, but nothing was to go behind revision {}",
                       seal.first.number, last.number, records_done_.number));
    }
  }

  void check_event(Revision revision, const LogRow& row, const std::optional<Chain>& before) {
    const auto decoded = decode_record(row.record);
    if (!decoded) {
      find_failure(revision, Family::kLog, decoded.error());
      log_is_whole_ = false;
    } else {
      expect_lasting_rows(revision, *decoded);
    }
    const auto digest = pin_.body_digest(revision);
    if (!digest) {
      find_failure(revision, Family::kBodies, digest.error());
      return;
    }
    const std::span<const std::uint8_t> record(
        // Bytes are bytes: the digest wants them unsigned.
        reinterpret_cast<const std::uint8_t*>(row.record.data()), row.record.size());
    if (before && next_chain(*before, record, *digest) != row.chain) {
      find(revision, "log", "the chain is broken: the record or its body is not what was written");
    }
  }

  // Rows that later events do not replace; the body is in none of them.
  void expect_lasting_rows(Revision revision, const DecodedRecord& decoded) {
    const auto& event = decoded.event;
    if (event.revision != revision) find(revision, "log", "the record has another revision");
    for (const auto& row : lasting_rows(event)) expect(revision, row.family, row.key, *row.value);
  }

  void expect(Revision revision, Family family, const std::string& key, std::string_view value) {
    ++expected_[slot(family)];
    rocksdb::PinnableSlice bytes;
    const auto found = pin_.read(family, key, bytes);
    if (!found) {
      find_failure(revision, family, found.error());
    } else if (!*found) {
      find(revision, family_name(family), "a row that the event folds to is missing");
    } else if (view(bytes) != value) {
      find(revision, family_name(family), "a row differs from what the event folds to");
    }
  }

  // Current rows: each is what its event folds to, and that event is its object's last one.
  void read_current() {
    Rows rows(pin_.database(), Family::kCurrent, pin_.snapshot(), "", "", /*fill_cache=*/false);
    std::uint64_t count = 0;
    for (; rows.valid(); rows.next(), ++count) check_current(rows.key(), rows.value());
    if (const auto status = rows.status(); !status) {
      find_failure({}, Family::kCurrent, status.error());
      current_is_whole_ = false;
    }
    count_live_objects();
    if (count != expected_[slot(Family::kCurrent)]) current_is_whole_ = false;
  }

  // An object is there when its newest version is no deletion: the event that made it may have been
  // dropped. That the versions are what the log says was looked at before.
  void count_live_objects() {
    Rows rows(pin_.database(), Family::kVersions, pin_.snapshot(), "", "", /*fill_cache=*/false);
    std::string object;
    for (; rows.valid(); rows.next()) {
      const auto key = parse_version_key(rows.key());
      const auto value = parse_version(rows.value());
      if (!key || !value || key->object == object) continue;
      object = key->object;
      if (value->type != EventType::kDeleted) ++expected_[slot(Family::kCurrent)];
    }
  }

  void check_current(std::string_view object, std::string_view value) {
    auto key = parse_object_key(object);
    // Unlike a list, this does not trust the envelope.
    const auto row = key ? decode_current_row(std::move(*key), value)
                         : Result<StoredObject>(corruption("the key can't be read"));
    if (!row) {
      find({}, "current", fmt::format("the row of {} can't be read", object));
      current_is_whole_ = false;
      return;
    }
    const auto newest = pin_.version_at(object, report_.head.revision);
    if (!newest) {
      find_failure(row->revision, Family::kVersions, newest.error());
      current_is_whole_ = false;
      return;
    }
    if (!*newest || (*newest)->revision != row->revision) {
      find(row->revision, "current", fmt::format("{} is not at its last version", object));
      current_is_whole_ = false;
      return;
    }
    const auto event = snapshot_->event(row->revision);
    if (!event || !*event) {  // named already, when the log was read
      current_is_whole_ = false;
      return;
    }
    // So is a body that can't be read; the index does not depend on it.
    const auto body = pin_.body(row->revision);
    const auto frame = pin_.frame_revision(row->revision);
    const bool has_body = body && frame;
    const FoldInput input{**event, has_body ? std::string_view(*body) : std::string_view(),
                          has_body ? find_splice(*body) : 0, frame ? *frame : Revision{}};
    for (const auto& change : fold(input, nullptr)) {
      if (change.family == Family::kCurrent) {
        if (has_body && (change.key != object || change.value != value)) {
          find(row->revision, "current",
               fmt::format("the row of {} differs from what its event folds to", object));
        }
      } else if (change.family == Family::kIndex && change.key.front() != 'c' && change.value) {
        expect(row->revision, change.family, change.key, *change.value);
      }
    }
  }

  void compare_count(Family family) {
    Rows rows(pin_.database(), family, pin_.snapshot(), "", "", /*fill_cache=*/false);
    std::uint64_t count = 0;
    for (; rows.valid(); rows.next()) ++count;
    report_.rows += count;
    if (const auto status = rows.status(); !status) {
      find_failure({}, family, status.error());
    } else if (!log_is_whole_ || (family == Family::kIndex && !current_is_whole_)) {
      return;  // nobody knows how many there should be
    } else if (count != expected_[slot(family)]) {
      find({}, family_name(family),
           fmt::format("there are {} rows, the log folds to {}", count, expected_[slot(family)]));
    }
  }

  void count_bodies() {
    Rows rows(pin_.database(), Family::kBodies, pin_.snapshot(), "", "", /*fill_cache=*/false);
    std::uint64_t count = 0;
    for (; rows.valid(); rows.next()) ++count;
    if (const auto status = rows.status(); !status) {
      find_failure({}, Family::kBodies, status.error());
    } else if (log_is_whole_ && count != report_.events) {
      find({}, "bodies", fmt::format("there are {} bodies of {} events", count, report_.events));
    }
  }

  std::shared_ptr<const Snapshot> snapshot_;
  const Snapshot::Pin& pin_;
  const std::function<void(std::uint64_t, std::uint64_t)>& progress_;
  VerifyReport report_;
  std::map<std::string, std::size_t> findings_of_;
  bool log_is_whole_ = true;       // each record could be read
  bool current_is_whole_ = true;   // each row could be, and none is missing
  Revision records_done_;          // the furthest that any resource was trimmed to
  std::uint64_t events_kept_ = 0;  // fewer than the head's number where some were passed over
  std::array<std::uint64_t, kFamilyCount> expected_{};
};

VerifyReport verify(const Store& store,
                    const std::function<void(std::uint64_t, std::uint64_t)>& progress) {
  return Verifier(store, progress).run();
}

}  // namespace gatefold::storage
