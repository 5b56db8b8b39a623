#include "tests/contract/unseen.h"

#include <algorithm>
#include <array>
#include <functional>
#include <string_view>

namespace gatefold::test {
namespace {

// Every object within `value` that has metadata with a uid.
void each_object(const Value& value, const std::function<void(const Value&)>& visit) {
  if (const auto* array = value.if_array()) {
    for (const auto& item : *array) each_object(item, visit);
  } else if (value.is_object()) {
    if (!string_at(value, {"metadata", "uid"}).empty()) return visit(value);
    for (const auto& member : value.get_object()) each_object(member.value(), visit);
  }
}

bool is_stored(const ObservedRow& row) {
  return row.code == 201 && !row.path.contains("dryRun=All");
}

bool is_dry_create(const ObservedRow& row) {
  return row.code == 201 && row.path.contains("dryRun=All");
}

// What the client could have sent.
Value content_of(const Value& object) {
  constexpr std::array<std::string_view, 4> kKept = {"name", "labels", "annotations", "finalizers"};
  JsonObject metadata;
  const auto* shown = find(object, "metadata");
  for (const auto key : kKept) {
    if (const auto* value = find(*shown, key)) metadata[key] = *value;
  }
  // The collector's finalizers were put there by the deletion that the row asks for.
  if (auto* finalizers = metadata.if_contains("finalizers")) {
    JsonArray kept;
    for (const auto& each : finalizers->as_array()) {
      if (each != Value("orphan") && each != Value("foregroundDeletion")) kept.push_back(each);
    }
    *finalizers = std::move(kept);
  }
  JsonObject content{{"apiVersion", *find(object, "apiVersion")},
                     {"kind", *find(object, "kind")},
                     {"metadata", std::move(metadata)}};
  if (const auto* spec = find(object, "spec")) content["spec"] = *spec;
  return content;
}

}  // namespace

std::set<std::string> shown_uids(const Value& response) {
  std::set<std::string> uids;
  each_object(response,
              [&](const Value& object) { uids.emplace(string_at(object, {"metadata", "uid"})); });
  if (const auto uid = string_at(response, {"details", "uid"}); !uid.empty()) uids.emplace(uid);
  return uids;
}

UnseenObjects::UnseenObjects(const std::vector<ObservedRow>& rows) {
  for (const auto& row : rows) look_at(row);
}

void UnseenObjects::look_at(const ObservedRow& row) {
  for (const auto& uid : shown_uids(row.response)) last_rows_[uid] = row.number;
  if (is_dry_create(row)) return;
  if (is_stored(row)) made_by_rows_.merge(shown_uids(row.response));
  each_object(row.response, [&](const Value& object) { look_at_object(object); });
  const auto uid = std::string(string_at(row.response, {"details", "uid"}));
  if (uid.empty()) return;
  auto& object = objects_[uid];
  object.uid = uid;
  object.name = string_at(row.response, {"details", "name"});
}

void UnseenObjects::look_at_object(const Value& shown) {
  const std::string uid(string_at(shown, {"metadata", "uid"}));
  auto& object = objects_[uid];
  object.uid = uid;
  object.name = string_at(shown, {"metadata", "name"});
  if (object.first_seen == Revision{}) {
    object.first_seen =
        parse_revision(string_at(shown, {"metadata", "resourceVersion"})).value_or(Revision{});
  }
  const bool is_whole = !string_at(shown, {"kind"}).starts_with("PartialObjectMetadata");
  if (object.content.is_null() && is_whole) object.content = content_of(shown);
}

std::set<std::string> UnseenObjects::shown_from(const ObservedRow& row) const {
  std::set<std::string> uids;
  for (const auto& [uid, last] : last_rows_) {
    if (last >= row.number) uids.insert(uid);
  }
  return uids;
}

std::optional<ListedPage> whole_collection(const ObservedRow& row) {
  const auto* items = find(row.response, "items");
  if (items == nullptr || row.method != "GET" || !row.path.contains("/gateways")) {
    return std::nullopt;
  }
  for (const auto* part : {"continue=", "labelSelector=", "fieldSelector="}) {
    if (row.path.contains(part)) return std::nullopt;
  }
  const auto remaining = integer_at(row.response, {"metadata", "remainingItemCount"}, 0);
  return ListedPage{
      parse_revision(string_at(row.response, {"metadata", "resourceVersion"})).value_or(Revision{}),
      items->as_array().size() + static_cast<std::size_t>(remaining)};
}

std::vector<UnseenObject> UnseenObjects::before(const ObservedRow& row) {
  const auto shown = shown_uids(row.response);
  const auto head = parse_revision(string_at(row.response, {"metadata", "resourceVersion"}));
  const bool is_list = find(row.response, "items") != nullptr;
  std::vector<UnseenObject> needed;
  for (const auto& [uid, object] : objects_) {
    if (made_by_rows_.contains(uid) || handed_out_.contains(uid)) continue;
    const bool is_listed = is_list && head && object.first_seen.number > 0 &&
                           object.first_seen <= *head && !object.content.is_null();
    if (shown.contains(uid) || is_listed) needed.push_back(object);
  }
  std::ranges::sort(needed, {}, &UnseenObject::first_seen);
  for (const auto& object : needed) handed_out_.insert(object.uid);
  return needed;
}

}  // namespace gatefold::test
