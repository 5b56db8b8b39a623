#include "storage/fold.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace gatefold::storage {
namespace {

std::optional<EventType> parse_type(char byte) {
  const auto type = static_cast<EventType>(byte);
  const bool is_known =
      type == EventType::kAdded || type == EventType::kModified || type == EventType::kDeleted;
  return is_known ? std::optional(type) : std::nullopt;
}

// The rows that lead from a fact about the object to the object.
std::vector<std::string> index_keys(const PriorRow& row, std::string_view object) {
  std::vector<std::string> keys;
  for (const auto& owner : row.owner_uids) keys.push_back(owner_key(owner, object));
  if (row.deleting) keys.push_back(deleting_key(object));
  if (row.expiry.ns != 0) keys.push_back(expiry_key(row.expiry, object));
  std::ranges::sort(keys);
  keys.erase(std::ranges::unique(keys).begin(), keys.end());
  return keys;
}

void change_index(const PriorRow* before, const std::optional<PriorRow>& after,
                  std::string_view object, std::vector<RowChange>& changes) {
  const auto old_keys =
      before == nullptr ? std::vector<std::string>{} : index_keys(*before, object);
  const auto new_keys = after ? index_keys(*after, object) : std::vector<std::string>{};
  for (const auto& key : old_keys) {
    if (!std::ranges::binary_search(new_keys, key)) {
      changes.push_back({Family::kIndex, key, std::nullopt});
    }
  }
  for (const auto& key : new_keys) {
    if (!std::ranges::binary_search(old_keys, key)) changes.push_back({Family::kIndex, key, ""});
  }
}

void add_lasting_rows(const Event& event, const std::string& object,
                      std::vector<RowChange>& changes) {
  changes.push_back({Family::kVersions, version_key(object, event.revision),
                     encode_version(event.type, event.schema_id)});
  changes.push_back({Family::kIndex, change_key(event.key.resource, event.revision),
                     encode_change(event.type, object, event.key.resource.size())});
  const auto ordinals =
      std::min<std::size_t>(event.transitions.size(), std::numeric_limits<std::uint16_t>::max());
  for (std::size_t i = 0; i < ordinals; ++i) {
    const auto ordinal = static_cast<std::uint16_t>(i);
    changes.push_back(
        {Family::kTransitions, home_key(event.key.name_space, event.revision, ordinal), ""});
    changes.push_back({Family::kTransitions, timeline_key(object, event.revision, ordinal), ""});
  }
}

}  // namespace

std::vector<RowChange> lasting_rows(const Event& event) {
  std::vector<RowChange> rows;
  add_lasting_rows(event, object_key(event.key), rows);
  return rows;
}

std::vector<RowChange> fold(const FoldInput& input, const PriorRow* prior) {
  const auto& event = input.event;
  const auto object = object_key(event.key);
  std::vector<RowChange> changes;
  changes.reserve(4 + 2 * event.transitions.size());
  if (event.type == EventType::kDeleted) {
    changes.push_back({Family::kCurrent, object, std::nullopt});
  } else {
    changes.push_back(
        {Family::kCurrent, object,
         encode_current_row(event, input.frame_revision, input.splice_at, input.body)});
  }
  add_lasting_rows(event, object, changes);
  change_index(prior, prior_after(event), object, changes);
  return changes;
}

std::vector<RowChange> fold_away(std::string_view object, const PriorRow& row) {
  std::vector<RowChange> changes{{Family::kCurrent, std::string(object), std::nullopt}};
  change_index(&row, std::nullopt, object, changes);
  return changes;
}

std::optional<PriorRow> prior_after(const Event& event) {
  if (event.type == EventType::kDeleted) return std::nullopt;
  return PriorRow{event.owner_uids, event.deleting, event.expiry};
}

std::string encode_version(EventType type, std::string_view schema_id) {
  std::string value(1, static_cast<char>(type));
  return value.append(schema_id);
}

std::optional<VersionValue> parse_version(std::string_view value) {
  if (value.empty()) return std::nullopt;
  const auto type = parse_type(value.front());
  if (!type) return std::nullopt;
  return VersionValue{*type, value.substr(1)};
}

std::string encode_change(EventType type, std::string_view object, std::size_t resource_size) {
  std::string value(1, static_cast<char>(type));
  return value.append(object.substr(resource_size + 1));
}

std::optional<ChangeValue> parse_change(std::string_view value) {
  if (value.empty()) return std::nullopt;
  const auto type = parse_type(value.front());
  if (!type) return std::nullopt;
  return ChangeValue{*type, value.substr(1)};
}

}  // namespace gatefold::storage
