// Two sets are equal when all of the one are in the other and both have the same size. So the log
// is read once, every row that its events fold to is looked up, and the rows of each family are
// counted; nothing is kept but counters.
#include "storage/verify.h"

#include <array>

#include <fmt/format.h>

#include "storage/digest.h"
#include "storage/fold.h"
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
  void find(Revision revision, std::string where, std::string message) {
    if (report_.findings.size() == kFindingsMax) {
      report_.truncated = true;
      return;
    }
    report_.findings.push_back({revision, std::move(where), std::move(message)});
  }

  void find_failure(Revision revision, Family family, const Status& status) {
    find(revision, family_name(family), status.message);
  }

  // Log and bodies: revisions without gaps, the chain, and every row that follows from an event
  // alone.
  void read_log() {
    Rows rows(pin_.database(), Family::kLog, pin_.snapshot(), "", "", /*fill_cache=*/false);
    Chain chain{};
    Revision expected{1};
    for (; rows.valid(); rows.next(), expected = expected.next()) {
      const auto revision = parse_revision_key(rows.key());
      if (!revision) {
        find({}, "log", "a key is no revision");
        return;
      }
      if (*revision != expected) {
        find(expected, "log",
             fmt::format("revisions {} to {} are missing", expected.number, revision->number - 1));
        expected = *revision;
      }
      const auto row = parse_log_row(rows.value());
      if (!row) {
        find(expected, "log", "the row is too short");
        continue;
      }
      check_event(expected, *row, chain);
      chain = row->chain;
      ++report_.events;
      if (progress_ && report_.events % kProgressEvents == 0) {
        progress_(report_.events, report_.head.revision.number);
      }
    }
    if (const auto status = rows.status(); !status) {
      find_failure(expected, Family::kLog, status.error());
    } else if (expected != report_.head.revision.next() || chain != report_.head.chain) {
      find(report_.head.revision, "meta", "the head is not the log's last row");
    }
  }

  void check_event(Revision revision, const LogRow& row, const Chain& before) {
    const auto body = pin_.body(revision);
    if (!body) {
      find_failure(revision, Family::kBodies, body.error());
      return;
    }
    const std::span<const std::uint8_t> record(
        // Bytes are bytes: the digest wants them unsigned.
        reinterpret_cast<const std::uint8_t*>(row.record.data()), row.record.size());
    if (next_chain(before, record, sha256(*body)) != row.chain) {
      find(revision, "log", "the chain is broken: the record or its body is not what was written");
    }
    const auto decoded = decode_record(row.record);
    if (!decoded) {
      find_failure(revision, Family::kLog, decoded.error());
      return;
    }
    const auto& event = decoded->event;
    if (event.revision != revision) find(revision, "log", "the record has another revision");
    if (event.type == EventType::kAdded) ++live_objects_;
    if (event.type == EventType::kDeleted) --live_objects_;
    const FoldInput input{event, *body, decoded->splice_at, revision};
    for (const auto& change : fold(input, nullptr)) {
      // Rows that later events replace are checked from what is current.
      const bool lasts = change.family == Family::kVersions ||
                         change.family == Family::kTransitions ||
                         (change.family == Family::kIndex && change.key.front() == 'c');
      if (lasts && change.value) expect(revision, change.family, change.key, *change.value);
    }
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
    for (; rows.valid(); rows.next()) check_current(rows.key(), rows.value());
    if (const auto status = rows.status(); !status) {
      find_failure({}, Family::kCurrent, status.error());
    }
    expected_[slot(Family::kCurrent)] =
        live_objects_ < 0 ? 0 : static_cast<std::uint64_t>(live_objects_);
  }

  void check_current(std::string_view object, std::string_view value) {
    EnvelopeScratch scratch;
    const auto row = parse_current_row(value, scratch);
    const auto key = parse_object_key(object);
    if (!row || !key) {
      find({}, "current", fmt::format("the row of {} can't be read", object));
      return;
    }
    const auto newest = pin_.version_at(object, report_.head.revision);
    if (!newest) {
      find_failure(row->revision, Family::kVersions, newest.error());
      return;
    }
    if (!*newest || (*newest)->revision != row->revision) {
      find(row->revision, "current", fmt::format("{} is not at its last version", object));
      return;
    }
    const auto event = snapshot_->event(row->revision);
    const auto body = pin_.body(row->revision);
    const auto frame = pin_.frame_revision(row->revision);
    if (!event || !*event || !body || !frame) {
      // Named already, when the log was read.
      return;
    }
    const FoldInput input{**event, *body, find_splice(*body), *frame};
    for (const auto& change : fold(input, nullptr)) {
      if (change.family == Family::kCurrent) {
        if (change.key != object || change.value != value) {
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
    } else if (count != report_.events) {
      find({}, "bodies", fmt::format("there are {} bodies of {} events", count, report_.events));
    }
  }

  std::shared_ptr<const Snapshot> snapshot_;
  const Snapshot::Pin& pin_;
  const std::function<void(std::uint64_t, std::uint64_t)>& progress_;
  VerifyReport report_;
  std::int64_t live_objects_ = 0;
  std::array<std::uint64_t, kFamilyCount> expected_{};
};

VerifyReport verify(const Store& store,
                    const std::function<void(std::uint64_t, std::uint64_t)>& progress) {
  return Verifier(store, progress).run();
}

}  // namespace gatefold::storage
