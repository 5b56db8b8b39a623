#include "storage/history_writer.h"

#include <tuple>
#include <utility>

namespace gatefold::storage {
namespace {

// As the engine's batches: beyond it a sync is amortised.
constexpr std::size_t kBatchEventsMax = 512;
constexpr std::size_t kBatchBytesMax = std::size_t{8} << 20;

StoredObject object_after(const PreparedEvent& prepared, Revision revision,
                          Revision frame_revision) {
  const auto& event = prepared.event;
  return {.key = event.key,
          .revision = revision,
          .uid = event.uid,
          .labels = event.labels,
          .fields = event.fields,
          .owner_uids = event.owner_uids,
          .schema_id = event.schema_id,
          .frame_revision = frame_revision,
          .splice_at = prepared.splice_at,
          .deleting = event.deleting,
          .expiry = event.expiry,
          .body = *prepared.body};
}

}  // namespace

Result<std::optional<StoredObject>> HistoryWriter::current(const ObjectKey& key) const {
  const auto touched = touched_.find(key);
  if (touched != touched_.end()) return touched->second.object;
  return store_.snapshot()->get(key);
}

Result<Frame> HistoryWriter::frame_of(const ObjectKey& key) const {
  const auto touched = touched_.find(key);
  if (touched != touched_.end()) return touched->second.frame;
  const auto snapshot = store_.snapshot();
  const auto object = snapshot->get(key);
  if (!object) return std::unexpected(object.error());
  return *object ? snapshot->frame_of(**object) : Frame{};
}

Result<void> HistoryWriter::add(Event event, Body body) {
  auto frame = frame_of(event.key);
  if (!frame) return std::unexpected(std::move(frame.error()));
  const auto revision = next();
  auto prepared = prepare_event(std::move(event), std::move(body), *frame);
  if (prepared.frame_revision.number == 0) *frame = {revision, prepared.body};
  auto& touched = touched_[prepared.event.key];
  if (prepared.event.type == EventType::kDeleted) {
    touched = {};
  } else {
    touched = {object_after(prepared, revision, frame->revision), *frame};
  }
  bytes_ += prepared.body->size() + prepared.record.size() + prepared.stored_body.size();
  batch_.push_back({std::move(prepared)});
  return finish_if_enough();
}

void HistoryWriter::count(SightingCount sighting) {
  sightings_.push_back(std::move(sighting));
  // Where it fails all of it goes on waiting.
  std::ignore = finish_if_enough();
}

Result<void> HistoryWriter::finish_if_enough() {
  const bool is_enough = batch_.size() >= kBatchEventsMax || bytes_ >= kBatchBytesMax ||
                         sightings_.size() >= kBatchEventsMax;
  return is_enough ? finish() : Result<void>();
}

Result<void> HistoryWriter::finish() {
  if (batch_.empty() && sightings_.empty()) return {};
  const auto committed = store_.commit(batch_, sightings_);
  if (committed.outcome != CommitOutcome::kCommitted) {
    return unavailable("the events can't be written: " + committed.message);
  }
  batch_.clear();
  sightings_.clear();
  bytes_ = 0;
  touched_.clear();
  return {};
}

}  // namespace gatefold::storage
