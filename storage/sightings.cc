#include "storage/sightings.h"

#include <algorithm>
#include <limits>

#include <spdlog/spdlog.h>

#include "storage/failures.h"
#include "storage/pin.h"

namespace gatefold::storage {
namespace {

constexpr std::size_t kValueBytes = 24;

std::uint64_t add(std::uint64_t a, std::uint64_t b) {
  const auto max = std::numeric_limits<std::uint64_t>::max();
  return a > max - b ? max : a + b;
}

Result<std::size_t> count_rows(const Database& database, std::string_view object) {
  const auto prefix = sighting_prefix(object);
  Rows rows(database, Family::kSightings, nullptr, prefix, prefix_end(prefix));
  std::size_t count = 0;
  for (; rows.valid() && count < kSightingRowsMax; rows.next()) ++count;
  if (auto status = rows.status(); !status) return std::unexpected(std::move(status.error()));
  return count;
}

// Rows as they will be after the batch.
class Tally {
 public:
  Tally(const Database& database, const std::map<std::string, Touched>& touched)
      : database_(database), touched_(touched) {}

  Result<void> add_count(const SightingCount& count) {
    const auto object = object_key(count.key);
    auto key = sighting_key(object, count.writer, count.rule);
    const auto is_there = exists(object);
    if (!is_there) return std::unexpected(is_there.error());
    if (!*is_there) return {};
    auto value = read(object, key);
    if (!value) return std::unexpected(std::move(value.error()));
    if (!*value) {
      const auto is_full = takes_last_place(object);
      if (!is_full) return std::unexpected(is_full.error());
      if (*is_full) {
        key = sighting_key(object, kOtherWriters, count.rule);
        value = read(object, key);
        if (!value) return std::unexpected(std::move(value.error()));
      }
    }
    auto sum = value->value_or(SightingValue{0, count.first, count.last});
    sum.count = add(sum.count, count.count);
    sum.first = std::min(sum.first, count.first);
    sum.last = std::max(sum.last, count.last);
    rows_[std::move(key)] = sum;
    return {};
  }

  const std::map<std::string, SightingValue>& rows() const { return rows_; }

 private:
  bool starts_anew(const std::string& object) const {
    const auto found = touched_.find(object);
    return found != touched_.end() && found->second.was_deleted;
  }

  Result<bool> exists(const std::string& object) const {
    if (const auto found = touched_.find(object); found != touched_.end()) {
      return !found->second.is_gone;
    }
    const auto row = database_.read(Family::kCurrent, object);
    if (!row) return std::unexpected(row.error());
    return row->has_value();
  }

  Result<std::optional<SightingValue>> read(const std::string& object,
                                            const std::string& key) const {
    if (const auto found = rows_.find(key); found != rows_.end()) return found->second;
    if (starts_anew(object)) return std::nullopt;
    const auto bytes = database_.read(Family::kSightings, key);
    if (!bytes) return std::unexpected(bytes.error());
    if (!*bytes) return std::nullopt;
    const auto value = parse_sighting(**bytes);
    if (!value) return corruption("a sighting can't be read");
    return value;
  }

  // Takes a place for one more row; true where there is none left.
  Result<bool> takes_last_place(const std::string& object) {
    auto found = taken_.find(object);
    if (found == taken_.end()) {
      const auto count =
          starts_anew(object) ? Result<std::size_t>(0) : count_rows(database_, object);
      if (!count) return std::unexpected(count.error());
      found = taken_.emplace(object, *count).first;
    }
    if (found->second >= kSightingRowsMax) return true;
    ++found->second;
    return false;
  }

  const Database& database_;
  const std::map<std::string, Touched>& touched_;
  std::map<std::string, SightingValue> rows_;
  std::map<std::string, std::size_t> taken_;
};

Result<void> visit_rows(Rows& rows, const Snapshot::SightingVisitor& visit) {
  for (; rows.valid(); rows.next()) {
    const auto place = parse_sighting_key(rows.key());
    auto object = place ? parse_object_key(place->object) : std::nullopt;
    const auto value = parse_sighting(rows.value());
    if (!object || !value) return corruption("a sighting can't be read");
    const Sighting sighting{std::move(*object),
                            std::string(place->writer),
                            std::string(place->rule),
                            value->count,
                            value->first,
                            value->last};
    if (!visit(sighting)) return {};
  }
  return rows.status();
}

}  // namespace

std::string encode_sighting(const SightingValue& value) {
  std::string bytes;
  append_u64(bytes, value.count);
  append_u64(bytes, static_cast<std::uint64_t>(value.first.ns));
  append_u64(bytes, static_cast<std::uint64_t>(value.last.ns));
  return bytes;
}

std::optional<SightingValue> parse_sighting(std::string_view bytes) {
  if (bytes.size() != kValueBytes) return std::nullopt;
  return SightingValue{read_u64(bytes),
                       {static_cast<std::int64_t>(read_u64(bytes.substr(8)))},
                       {static_cast<std::int64_t>(read_u64(bytes.substr(16)))}};
}

Result<void> count_sightings(const Database& database, std::span<const SightingCount> counts,
                             const std::map<std::string, Touched>& touched,
                             rocksdb::WriteBatch& batch) {
  if (counts.empty()) return {};
  Tally tally(database, touched);
  for (const auto& count : counts) {
    if (const auto added = tally.add_count(count); !added) {
      spdlog::warn("a sighting of {} is not counted: {}", to_string(count.key),
                   added.error().message);
    }
  }
  for (const auto& [key, value] : tally.rows()) {
    const auto status = batch.Put(database.family(Family::kSightings), key, encode_sighting(value));
    if (!status.ok()) return disk_failure(status);
  }
  return {};
}

Result<void> forget_sightings(const Database& database, std::string_view object,
                              rocksdb::WriteBatch& batch) {
  const auto prefix = sighting_prefix(object);
  Rows rows(database, Family::kSightings, nullptr, prefix, prefix_end(prefix));
  for (; rows.valid(); rows.next()) {
    const auto status = batch.Delete(database.family(Family::kSightings), slice(rows.key()));
    if (!status.ok()) return disk_failure(status);
  }
  return rows.status();
}

Result<void> Snapshot::sightings(const ObjectKey& key, const SightingVisitor& visit) const {
  if (is_past()) return {};  // what was counted when is not kept
  const auto prefix = sighting_prefix(object_key(key));
  Rows rows(pin_->database(), Family::kSightings, pin_->snapshot(), prefix, prefix_end(prefix));
  return visit_rows(rows, visit);
}

Result<void> Snapshot::sightings_after(const std::optional<ObjectKey>& after,
                                       const SightingVisitor& visit) const {
  if (is_past()) return {};
  const auto begin = after ? prefix_end(sighting_prefix(object_key(*after))) : std::string();
  Rows rows(pin_->database(), Family::kSightings, pin_->snapshot(), begin, "");
  return visit_rows(rows, visit);
}

}  // namespace gatefold::storage
