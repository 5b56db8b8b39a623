#include "storage/verify_log.h"

#include <algorithm>
#include <iterator>
#include <span>

#include <fmt/format.h>

#include "schema/json.h"
#include "storage/digest.h"
#include "storage/failures.h"
#include "storage/fold.h"
#include "storage/redact.h"

namespace gatefold::storage {
namespace {

constexpr std::uint64_t kProgressEvents = 4096;

std::span<const std::uint8_t> unsigned_bytes(std::string_view bytes) {
  return {reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()};
}

std::string revisions_text(Revision first, Revision last) {
  return first == last ? fmt::format("revision {} is", first.number)
                       : fmt::format("revisions {} to {} are", first.number, last.number);
}

// The revisions that the body of a redaction names.
void add_told(std::string_view body, RevisionRuns& told) {
  const auto parsed = parse_json(body);
  if (!parsed) return;
  for (const auto& run : list_at(parsed->value, {"spec", "revisions"})) {
    if (!run.is_array() || run.get_array().size() != 2) continue;
    const auto* const first = run.get_array()[0].if_int64();
    const auto* const last = run.get_array()[1].if_int64();
    if (first == nullptr || last == nullptr || *first < 0 || *last < *first) continue;
    told.add(static_cast<std::uint64_t>(*first), static_cast<std::uint64_t>(*last));
  }
}

// What anybody can see of a body without its digest.
bool is_canonical(std::string_view body) {
  const auto parsed = parse_json(body);
  return parsed && canonical_json(parsed->value) == body;
}

}  // namespace

std::optional<DecodedRecord> record_at(const Snapshot::Pin& pin, Revision revision) {
  rocksdb::PinnableSlice bytes;
  const auto found = pin.read(Family::kLog, revision_key(revision), bytes);
  const auto row = found && *found ? parse_log_row(view(bytes)) : std::nullopt;
  if (!row) return std::nullopt;
  auto decoded = decode_record(row->record);
  if (!decoded || decoded->event.revision != revision) return std::nullopt;
  return std::move(*decoded);
}

void RevisionRuns::add(std::uint64_t first, std::uint64_t last) {
  auto at = runs_.upper_bound(first);
  if (at != runs_.begin() && std::prev(at)->second >= first) {
    --at;
    first = at->first;
    last = std::max(last, at->second);
    at = runs_.erase(at);
  }
  while (at != runs_.end() && at->first <= last) {
    last = std::max(last, at->second);
    at = runs_.erase(at);
  }
  runs_.emplace(first, last);
  if (runs_.size() <= kRunsMax) return;
  runs_.erase(runs_.begin());
  is_whole_ = false;
}

bool RevisionRuns::contains(std::uint64_t number) const {
  const auto behind = runs_.upper_bound(number);
  return behind != runs_.begin() && std::prev(behind)->second >= number;
}

void LogProof::run(const std::function<void(std::uint64_t, std::uint64_t)>& progress) {
  progress_ = progress;
  // Events and not numbers: a restored backup has passed over very many of these.
  events_in_all_ = head_.revision.number;
  if (kept_ != nullptr) {
    events_in_all_ = 0;
    for (const auto& [resource, kept] : *kept_) events_in_all_ += kept.events;
  }
  Revision next{1};
  for (;;) {
    const auto status = read_from(next);
    if (status) break;
    is_whole_ = false;
    const auto damaged = next;
    next = next_readable(damaged);
    findings_.add_failure(pin_.database(), damaged, {next.number - 1}, Family::kLog,
                          status.error());
    before_.clear();
    seal_before_.reset();
    if (next > head_.revision) return;
  }
  check_end(next);
}

// The first revision behind one that can't be read that can be; behind the head: none.
Revision LogProof::next_readable(Revision damaged) const {
  const auto is_readable = [&](std::uint64_t number) {
    return Rows(pin_.database(), Family::kLog, pin_.snapshot(), revision_key({number}), "",
                /*fill_cache=*/false)
        .valid();
  };
  auto bad = damaged.number;
  std::uint64_t step = 1;
  while (bad + step <= head_.revision.number && !is_readable(bad + step)) {
    bad += step;
    step *= 2;
  }
  auto good = std::min(bad + step, head_.revision.number + 1);
  while (bad + 1 < good) {
    const auto middle = bad + (good - bad) / 2;
    (is_readable(middle) ? good : bad) = middle;
  }
  return {good};
}

// `expected` is the first that was not read when it fails.
Result<void> LogProof::read_from(Revision& expected) {
  Rows rows(pin_.database(), Family::kLog, pin_.snapshot(), revision_key(expected), "",
            /*fill_cache=*/false);
  for (; rows.valid(); rows.next()) {
    const auto revision = parse_revision_key(rows.key());
    if (!revision) {
      findings_.add({}, Family::kLog, "a key is no revision");
      continue;
    }
    const auto seal = parse_seal(rows.value());
    const auto first = seal ? seal->first : *revision;
    // What goes on behind the head without a gap tells that the head is wrong.
    if (*revision > head_.revision && first != expected) {
      findings_.add(
          *revision, Family::kLog,
          fmt::format("a row behind the head, which is revision {}", head_.revision.number));
      continue;
    }
    if (seal) {
      check_seal(*seal, *revision, expected);
    } else if (rows.value().size() == kSealBytes) {
      blame_seal(expected, *revision);
      before_.clear();
      seal_before_.reset();
    } else {
      if (first != expected) find_missing(expected, {first.number - 1});
      check_row(*revision, rows.value());
      seal_before_.reset();
    }
    expected = revision->next();
  }
  return rows.status();
}

void LogProof::find_missing(Revision first, Revision last) {
  is_whole_ = false;
  before_.clear();
  seal_before_.reset();
  findings_.add({.revision = first,
                 .until = last > first ? last : Revision{},
                 .where = info(Family::kLog).name,
                 .message = revisions_text(first, last) + " missing"});
}

void LogProof::check_end(Revision next) {
  const Revision last{next.number - 1};
  const bool is_last_proven = !before_.empty() && !findings_.blames(last);
  const bool is_of_head = std::ranges::find(before_, head_.chain) != before_.end();
  if (next == head_.revision.next()) {
    if (is_last_proven && !is_of_head) {
      findings_.add(head_.revision, Family::kMeta, "the head is not the log's last row");
    }
  } else if (is_of_head || next > head_.revision) {
    if (is_last_proven) {
      findings_.add(
          head_.revision, Family::kMeta,
          fmt::format("the head is not the log's last row, which is revision {}", last.number));
    }
  } else {
    find_missing(next, head_.revision);
  }
}

// What a seal stands for can't be proven any more, but that it stands in its place: its ends are
// bound by the chain of the rows beside it, and what it stands for was counted when it went.
void LogProof::check_seal(const Seal& seal, Revision last, Revision expected) {
  const bool is_passed_over = is_epoch(seal, last);
  if (is_passed_over) {
    ++epochs_;
  } else {
    sealed_ += last.number - std::min(seal.first.number - 1, last.number);
  }
  check_place(seal, last, expected, is_passed_over);
  const bool is_blamed = findings_.blames_record(last);
  std::vector<Chain> after{seal.after};
  if (is_blamed) {
    for (const auto& before : before_) after.push_back(epoch_chain(before, expected, last));
  }
  before_ = std::move(after);
  seal_before_.reset();
  if (is_blamed || is_passed_over) return;
  seal_before_ = {seal, last};
  check_dropped(seal, last);
}

void LogProof::check_place(const Seal& seal, Revision last, Revision expected,
                           bool is_passed_over) {
  const bool is_next = seal.first == expected;
  const bool is_chained = std::ranges::find(before_, seal.before) != before_.end();
  if (is_next && (is_chained || before_.empty())) return;
  const auto passed_over = [](const Snapshot::Pin::Sealed& sealed) {
    return epoch_chain(sealed.seal.before, sealed.seal.first, sealed.last);
  };
  // It proves itself, or what the one before should have been.
  const bool is_proof =
      seal_before_ && (is_passed_over || seal.before == passed_over(*seal_before_));
  if (is_next && is_proof) {
    blame_seal(seal_before_->seal.first, seal_before_->last);
  } else if (expected < seal.first && seal.first <= last && !is_chained) {
    find_missing(expected, {seal.first.number - 1});
  } else {
    blame_seal(expected, last);
  }
}

void LogProof::check_dropped(const Seal& seal, Revision last) {
  if (kept_ == nullptr || !doubted_.empty()) return;
  Revision dropped;
  for (const auto& [resource, kept] : *kept_) dropped = std::max(dropped, kept.last_dropped);
  if (last <= dropped) return;
  is_whole_ = false;
  findings_.add({.revision = seal.first,
                 .until = last > seal.first ? last : Revision{},
                 .where = info(Family::kLog).name,
                 .message = fmt::format("{} dropped, but nothing was behind revision {}",
                                        revisions_text(seal.first, last), dropped.number)});
}

void LogProof::blame_seal(Revision first, Revision last) {
  is_whole_ = false;
  if (findings_.blames_record(last)) return;
  findings_.add(
      {.revision = first,
       .until = last > first ? last : Revision{},
       .where = info(Family::kLog).name,
       .message = fmt::format("the seal up to revision {} is not what was written", last.number)});
}

void LogProof::check_row(Revision revision, std::string_view bytes) {
  ++events_;
  if (progress_ && events_ % kProgressEvents == 0) progress_(events_, events_in_all_);
  const auto row = parse_log_row(bytes);
  const auto decoded =
      row ? decode_record(row->record) : Result<DecodedRecord>(corruption("a row is too short"));
  if (!decoded || decoded->event.revision != revision) {
    is_whole_ = false;
    findings_.add(revision, Family::kLog,
                  decoded ? fmt::format("the record of revision {} stands here",
                                        decoded->event.revision.number)
                          : "the record can't be read");
    before_.clear();
    if (row && !decoded) before_.push_back(row->chain);
    return;
  }
  const auto& resource = decoded->event.key.resource;
  auto& counted = counted_[resource];
  ++counted.events;
  counted.bytes += bytes.size();
  rocksdb::PinnableSlice body_bytes;
  const auto body = pin_.body_row(revision, body_bytes);
  bool is_proven = true;
  if (!body) {
    findings_.add_failure(pin_.database(), revision, {}, Family::kBodies, body.error());
    before_ = {row->chain};
  } else {
    counted.bytes += body_bytes.size();
    check_gap(revision, resource, *body);
    is_proven = check_content(revision, *decoded, *row, *body);
  }
  if (!is_proven) {
    is_whole_ = false;
    return;
  }
  for (const auto& lasting : lasting_rows(decoded->event)) {
    expect(revision, lasting.family, lasting.key, *lasting.value);
  }
  if (resource != kRedactions || !body) return;
  if (const auto text = pin_.body(revision)) add_told(*text, told_);
}

// False: the record may not be what was written.
bool LogProof::check_content(Revision revision, const DecodedRecord& decoded, const LogRow& row,
                             const BodyRow& body) {
  const auto digest = digest_of(revision, body);
  const bool is_fine =
      !digest || before_.empty() || is_chained(row, *digest) || is_seal_wrong(row, *digest);
  const auto before = before_;
  if (!is_fine) blame(revision, decoded, row, body);
  before_ = {row.chain};
  if (is_fine) return true;
  before_.push_back(next_chain(before.front(), unsigned_bytes(row.record), *digest));
  return findings_.of(Family::kLog, revision) == nullptr;
}

bool LogProof::is_chained(const LogRow& row, const Digest& digest) const {
  return std::ranges::any_of(before_, [&](const Chain& before) {
    return next_chain(before, unsigned_bytes(row.record), digest) == row.chain;
  });
}

// Whether the row follows from numbers that were passed over before it, and it is their seal that
// does not.
bool LogProof::is_seal_wrong(const LogRow& row, const Digest& digest) {
  if (!seal_before_) return false;
  const auto& [seal, last] = *seal_before_;
  const auto before = epoch_chain(seal.before, seal.first, last);
  if (next_chain(before, unsigned_bytes(row.record), digest) != row.chain) return false;
  blame_seal(seal.first, last);
  return true;
}

// Nothing where it can't be read for damage that is named.
std::optional<Digest> LogProof::digest_of(Revision revision, const BodyRow& body) {
  if (body.gap != BodyGap::kNone) return gap_digest(body);
  const auto frame_revision = body.frame_revision;
  const bool is_frame = frame_revision == revision;
  if (!is_frame && findings_.of(Family::kBodies, frame_revision) != nullptr) return std::nullopt;
  const auto whole = pin_.body(revision);
  if (whole) return sha256(*whole);
  if (is_frame || !blame_frame(frame_revision)) {
    findings_.add_failure(pin_.database(), revision, {}, Family::kBodies, whole.error());
  }
  return std::nullopt;
}

// Whether it is the frame that keeps a body from being read.
bool LogProof::blame_frame(Revision frame) {
  if (auto* const finding = findings_.of(Family::kLog, frame)) {
    findings_.blame_body(*finding);
    return true;
  }
  const auto body = pin_.body(frame);
  if (body) return false;
  if (body.error().reason == Reason::kExpired) {
    findings_.add(frame, Family::kBodies,
                  "the content is gone, but that of later versions is stored against it");
  } else {
    findings_.add_failure(pin_.database(), frame, {}, Family::kBodies, body.error());
  }
  return true;
}

// Record, body or the frame of it: whichever there is a witness against.
void LogProof::blame(Revision revision, const DecodedRecord& decoded, const LogRow& row,
                     const BodyRow& body) {
  if (body.gap == BodyGap::kNone && body.frame_revision != revision) {
    if (auto* const finding = findings_.of(Family::kLog, body.frame_revision)) {
      findings_.blame_body(*finding);
      return;
    }
  }
  if (body.gap == BodyGap::kNone && is_body_wrong(revision, decoded, row)) {
    findings_.add(revision, Family::kBodies, std::string(kAlteredBody));
  } else if (seal_before_) {
    // Nothing else is chained to its end.
    findings_.add({.revision = seal_before_->seal.first,
                   .until = revision,
                   .where = info(Family::kLog).name,
                   .message = fmt::format("the chain is broken: the seal up to revision {}, or the "
                                          "record behind it or its body, is not what was written",
                                          seal_before_->last.number)});
  } else {
    findings_.add(revision, Family::kLog,
                  "the chain is broken: the record or its body is not what was written");
  }
}

bool LogProof::is_body_wrong(Revision revision, const DecodedRecord& decoded, const LogRow& row) {
  const auto& event = decoded.event;
  rocksdb::PinnableSlice bytes;
  const auto found = pin_.read(Family::kCurrent, object_key(event.key), bytes);
  if (found && *found) {
    const auto current = decode_current_row(event.key, view(bytes));
    if (current && current->revision == revision) return is_chained(row, sha256(current->body));
  }
  const auto body = pin_.body(revision);
  return body && !is_canonical(*body);
}

// Content that retention took; that of redactions is looked at when all of them are known.
void LogProof::check_gap(Revision revision, const std::string& resource, const BodyRow& body) {
  if (body.gap != BodyGap::kNone) with_gaps_.insert(resource);
  if (body.gap != BodyGap::kTrimmed || kept_ == nullptr || doubted_.contains(resource)) return;
  const auto found = kept_->find(resource);
  if (found == kept_->end()) return;  // which is named for itself
  const auto done = std::min(found->second.bodies_done, found->second.horizon);
  if (revision <= done) return;
  findings_.add(revision, Family::kBodies,
                fmt::format("the content is gone, but of {} none was to go behind revision {}",
                            resource, done.number));
}

void LogProof::expect(Revision revision, Family family, const std::string& key,
                      std::string_view value) {
  if (!pin_.database().has(family)) return;
  ++expected_[slot(family)];
  rocksdb::PinnableSlice bytes;
  const auto found = pin_.read(family, key, bytes);
  if (!found) {
    findings_.add_failure(pin_.database(), revision, {}, family, found.error());
  } else if (!*found) {
    findings_.add(revision, family, "a row that the event folds to is missing");
  } else if (view(bytes) != value) {
    findings_.add(revision, family, "a row differs from what the event folds to");
  }
}

bool LogProof::is_redaction_told(Revision revision) const {
  if (told_.contains(revision.number)) return true;
  if (told_.is_whole()) return false;
  const auto prefix = change_prefix(kRedactions);
  Rows redactions(pin_.database(), Family::kIndex, pin_.snapshot(),
                  change_key(kRedactions, revision), prefix_end(prefix), /*fill_cache=*/false);
  for (; redactions.valid(); redactions.next()) {
    const auto at = parse_revision_key(redactions.key().substr(prefix.size()));
    const auto body = at ? pin_.body(*at) : Result<std::string>("");
    RevisionRuns runs;
    if (body) add_told(*body, runs);
    if (runs.contains(revision.number)) return true;
  }
  return false;
}

}  // namespace gatefold::storage
