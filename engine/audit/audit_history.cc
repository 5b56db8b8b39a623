#include "engine/audit/audit_history.h"

#include <algorithm>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "engine/guard/guard.h"
#include "engine/known_definitions.h"
#include "engine/lint/report.h"
#include "schema/convert.h"
#include "schema/json.h"
#include "schema/meta.h"
#include "storage/digest.h"

namespace gatefold::engine {
namespace {

using storage::EventType;
using Before = std::optional<storage::StoredObject>;

ObjectKey key_of(const AuditRecord& record, std::string name) {
  return {record.group.empty() ? record.plural : record.plural + "." + record.group,
          record.name_space, std::move(name)};
}

// Of an object that no record shows. Each life under one key has another one, by the record that
// it begins with.
Uid unknown_uid(const ObjectKey& key, const AuditRecord& first) {
  const auto digest = storage::sha256(
      fmt::format("unknown {} {} {}", to_string(key), format_nanos(first.time), first.id));
  std::array<std::uint8_t, 16> bytes{};
  std::copy_n(digest.begin(), bytes.size(), bytes.begin());
  return uid_from_random(bytes);
}

// What the object is called, where no record shows it: as the program knows it, or its resource.
std::string kind_word(const ObjectKey& key, const AuditRecord& record) {
  if (const auto* kind = core_catalog()->find_resource(key.resource)) return kind->kind;
  for (const auto channel : {Channel::kStandard, Channel::kExperimental}) {
    for (const auto& known : known_definitions(channel)) {
      if (known.kind->resource == key.resource) return known.kind->kind;
    }
  }
  const auto kind = string_at(record.request, {"kind"});
  const bool is_the_object = !kind.empty() && kind != "DeleteOptions" && kind != "Scale";
  return is_the_object ? std::string(kind) : record.plural;
}

Value parsed_body(const storage::StoredObject& object) {
  auto parsed = parse_json(object.body);
  return parsed ? std::move(parsed->value) : Value(JsonObject{});
}

// The object as it was known last, or what a request names.
Value last_known(const AuditRecord& record, const ObjectKey& key, const Before& before) {
  if (before) return parsed_body(*before);
  JsonObject metadata{{"name", key.name}, {"uid", to_string(unknown_uid(key, record))}};
  if (!key.name_space.empty()) metadata["namespace"] = key.name_space;
  return JsonObject{
      {"apiVersion", record.group.empty() ? record.version : record.group + "/" + record.version},
      {"kind", kind_word(key, record)},
      {"metadata", std::move(metadata)}};
}

// What a request says of the object as a whole, over what was known: its status is written through
// /status alone.
Value requested(const AuditRecord& record, Value known) {
  auto& object = known.as_object();
  for (const auto& member : record.request.get_object()) {
    const bool is_status = member.key() == "status";
    if (is_status != (record.actor.subresource == "status")) continue;
    if (member.key() != "metadata") object[member.key()] = member.value();
  }
  const auto* metadata = find(record.request, "metadata");
  if (record.actor.subresource.empty() && metadata != nullptr && metadata->is_object()) {
    auto& merged = object_member(object, "metadata");
    for (const auto name : {"labels", "annotations", "finalizers", "ownerReferences"}) {
      merged.erase(name);
      if (const auto* member = find(*metadata, name)) merged[name] = *member;
    }
  }
  return known;
}

// The object behind the write, and a gap where that is not all known.
Value object_after(const AuditRecord& record, const Before& before, storage::Event& event) {
  if (is_audited_object(record.response)) return record.response;
  auto known = last_known(record, event.key, before);
  if (record.actor.verb == "delete") {
    if (!before) add_body_gap(event, "the object");
    return known;
  }
  const bool says_all = record.request.is_object() && record.actor.verb != "patch" &&
                        (record.actor.subresource.empty() || record.actor.subresource == "status");
  if (says_all) {
    add_body_gap(event, fmt::format("the answer (level {}): what the server made of the request",
                                    record.level));
    return requested(record, std::move(known));
  }
  add_body_gap(event, fmt::format("the object (level {}{}{}): what the write changed", record.level,
                                  record.actor.subresource.empty() ? "" : ", subresource ",
                                  record.actor.subresource));
  return known;
}

// Of a namespace also what its content is to hold up.
bool has_finalizers(const Value& object) {
  return !finalizers_of(object).empty() || (string_at(object, {"kind"}) == "Namespace" &&
                                            !list_at(object, {"spec", "finalizers"}).empty());
}

// An object that is being deleted goes once nothing holds it.
bool is_gone(const Value& object) {
  return is_deleting(object) && !has_finalizers(object) &&
         integer_at(object, {"metadata", "deletionGracePeriodSeconds"}, 0) == 0;
}

EventType type_after(const AuditRecord& record, const Value& object, storage::Event& event) {
  if (is_gone(object)) return EventType::kDeleted;
  if (record.actor.verb != "delete") {
    const bool creates = record.creates || record.actor.verb == "create";
    return creates && record.actor.subresource.empty() ? EventType::kAdded : EventType::kModified;
  }
  // Of some kinds the answer to a deletion that is done is the object as it was last.
  if (is_audited_object(record.response)) {
    return is_deleting(object) ? EventType::kModified : EventType::kDeleted;
  }
  // The answer to a deletion that is waited with is the object; a Status says that it is gone.
  if (record.response.is_object() || !has_finalizers(object)) return EventType::kDeleted;
  add_body_gap(event, "whether the object went: it has finalizers");
  return EventType::kModified;
}

// What is written as a view of another kind is stored as that one (R23.5).
void tell_as_stored(AuditRecord& record) {
  const auto* kind = core_catalog()->find(record.group, record.plural);
  if (kind == nullptr || !kind->is_view()) return;
  const auto api_version = record.group + "/" + record.version;
  const auto convert = [&](Value& value) {
    if (string_at(value, {"apiVersion"}) != api_version) return;
    if (string_at(value, {"kind"}) == kind->kind) return convert_to_stored(*kind, value);
    if (!list_at(value, {"items"}).empty()) {
      for (auto& item : value.as_object()["items"].as_array()) {
        if (item.is_object()) convert_to_stored(*kind, item);
      }
    }
  };
  convert(record.request);
  convert(record.response);
  const auto& stored = kind->stored_kind();
  record.group = stored.group;
  record.version = stored.storage_version().name;
  record.plural = kind->view_of;
}

}  // namespace

Result<void> AuditHistory::add(AuditRecord record) {
  ++counts_.records;
  if (record.time != last_time_) last_ids_.clear();
  last_time_ = record.time;
  if (!record.skip.empty()) {
    ++counts_.skipped[record.skip];
    return {};
  }
  // Clients may choose the id: two writes of one id happened at two times.
  if (!record.id.empty() && !last_ids_.insert(record.id).second) {
    ++counts_.skipped["there twice"];
    return {};
  }
  tell_as_stored(record);
  return record.actor.verb == "deletecollection" ? add_collection(record) : add_write(record);
}

Result<void> AuditHistory::finish() {
  return history_.finish();
}

Result<void> AuditHistory::add_write(const AuditRecord& record) {
  storage::Event event;
  event.key = key_of(record, record.name);
  const auto before = history_.current(event.key);
  if (!before) return std::unexpected(before.error());
  auto object = object_after(record, *before, event);
  event.type = type_after(record, object, event);
  return put(record, std::move(event), std::move(object), *before);
}

// Where the answer lists what went, that; else a mark on all that may have gone.
Result<void> AuditHistory::add_collection(const AuditRecord& record) {
  if (auto finished = history_.finish(); !finished) return finished;
  const auto listed = list_at(record.response, {"items"});
  std::vector<std::pair<ObjectKey, Value>> touched;
  for (const auto& item : listed) {
    auto key = key_of(record, std::string(name_of(item)));
    if (key.name_space.empty()) key.name_space = namespace_of(item);
    touched.emplace_back(std::move(key), item);
  }
  if (listed.empty()) {
    const auto key = key_of(record, "");
    auto read = writer_.scan(key.resource, key.name_space, [&](const storage::RowView& row) {
      touched.emplace_back(
          ObjectKey{key.resource, std::string(row.name_space), std::string(row.name)}, Value());
      return true;
    });
    if (!read) return read;
  }
  if (touched.empty()) ++counts_.skipped["collection of unknown objects"];
  for (auto& [key, item] : touched) {
    storage::Event event;
    event.key = key;
    const auto before = history_.current(key);
    if (!before) return std::unexpected(before.error());
    auto object = item.is_object() ? std::move(item) : last_known(record, key, *before);
    const bool is_known = !listed.empty() && finalizers_of(object).empty();
    event.type = is_known ? EventType::kDeleted : EventType::kModified;
    if (!is_known) {
      const auto add_its_gap = listed.empty() ? add_body_gap : add_gap;
      add_its_gap(event, "whether the deletion of a collection took this object");
    }
    // Items of a list leave out what they are.
    if (find(object, "kind") == nullptr) {
      const auto whole = last_known(record, key, {});
      object.as_object()["kind"] = *find(whole, "kind");
      object.as_object()["apiVersion"] = *find(whole, "apiVersion");
    }
    if (auto added = put(record, std::move(event), std::move(object), *before); !added) {
      return added;
    }
  }
  return {};
}

Result<const KindVersion*> AuditHistory::store_form(storage::Event& event, Value& object) {
  auto kind = history_.kind_of(event);
  if (!kind) return std::unexpected(std::move(kind.error()));
  const auto* said = (*kind)->version(event.version);
  const auto& stored = (*kind)->storage_version();
  if (said == nullptr || said == &stored) return &stored;
  auto known = has_one_form_.find(*kind);
  if (known == has_one_form_.end()) {
    const auto definition = history_.current({std::string(kDefinitions), "", event.key.resource});
    if (!definition) return std::unexpected(definition.error());
    const bool has_webhook =
        *definition &&
        string_at(parsed_body(**definition), {"spec", "conversion", "strategy"}) == "Webhook";
    known = has_one_form_.emplace(std::move(*kind), !has_webhook).first;
  }
  if (!known->second) return said;
  event.version = stored.name;
  object.as_object()["apiVersion"] = known->first->api_version(stored.name);
  return &stored;
}

Result<void> AuditHistory::put(const AuditRecord& record, storage::Event event, Value object,
                               const Before& before) {
  const std::string resource_version(resource_version_of(object));
  object_member(object.as_object(), "metadata").erase("resourceVersion");
  const auto api_version = string_at(object, {"apiVersion"});
  const auto slash = api_version.find('/');
  if (slash != std::string_view::npos) event.group = api_version.substr(0, slash);
  event.version = slash == std::string_view::npos ? api_version : api_version.substr(slash + 1);
  event.kind = string_at(object, {"kind"});
  event.time = record.time;
  event.actor = record.actor;
  const auto found = store_form(event, object);
  if (!found) return std::unexpected(found.error());
  const auto& version = **found;

  auto body = std::make_shared<const std::string>(canonical_json(object));
  // Behind an object that stands in, the same again is news: now it is known.
  const bool is_no_op = before && *body == before->body && event.type != EventType::kDeleted &&
                        !has_gap(event) && !stand_ins_.contains(event.key);
  if (is_no_op) {
    ++counts_.skipped["no change"];
    writer_.count({event.key,
                   fmt::format("{}|{}|{}", record.actor.user, record.actor.field_manager,
                               record.actor.user_agent),
                   "no-op", 1, record.time, record.time});
    return {};
  }
  // An object whose life began unseen keeps the uid that it got then.
  const bool began_unseen = before && unseen_.contains(event.key);
  const auto unknown = unknown_uid(event.key, record);
  event.uid = began_unseen ? before->uid : parse_uid(uid_of(object)).value_or(unknown);
  if (event.type == EventType::kDeleted) {
    unseen_.erase(event.key);
  } else if (event.uid == unknown) {
    unseen_.insert(event.key);
  }
  event.generation = {integer_at(object, {"metadata", "generation"}, 0)};
  event.labels = labels_of(object);
  event.fields = selectable_values(version, object);
  for (const auto& owner : owner_uids_of(object)) event.owner_uids.push_back(uid_for_index(owner));
  event.deleting = is_deleting(object);
  event.schema_id = version.schema_id;
  if (event.type != EventType::kDeleted) {
    const bool goes_on = before && before->uid == event.uid;
    const auto old_object = goes_on ? parsed_body(*before) : Value();
    // A copy: what the guard would put right stays as it was.
    auto judged = object;
    event.transitions =
        guard_conditions(*version.schema, goes_on ? &old_object : nullptr, judged, event.time)
            .transitions;
  }
  if (!resource_version.empty()) {
    event.audit_annotations.push_back({std::string(kAuditResourceVersion), resource_version});
  }
  event.audit_annotations.push_back({std::string(kAuditId), record.id});
  if (has_gap(event) || (!before && event.type != EventType::kAdded)) ++counts_.gaps;
  ++counts_.writes;
  if (body_gap(event).empty()) {
    stand_ins_.erase(event.key);
  } else {
    stand_ins_.insert(event.key);
  }
  return history_.add(std::move(event), std::move(body));
}

}  // namespace gatefold::engine
