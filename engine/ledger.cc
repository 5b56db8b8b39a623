#include "engine/ledger.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include <fmt/format.h>

#include "engine/guard/conditions.h"
#include "engine/history.h"
#include "engine/version_changes.h"
#include "schema/json.h"
#include "storage/digest.h"
#include "storage/redact.h"

namespace gatefold::engine {
namespace {

// Paths that a Change names; its summary names fewer.
constexpr std::size_t kPathsMax = 64;
constexpr std::size_t kSummaryPathsMax = 3;

bool shows_transitions(const Kind& kind) {
  return kind.log_view == LogView::kTransitions;
}

std::string api_version_of(const storage::Event& event) {
  return event.group.empty() ? event.version : fmt::format("{}/{}", event.group, event.version);
}

// The same in every server that serves this log, and of no other object.
Uid entry_uid(const View& view, const Kind& kind, LedgerPlace place) {
  const auto digest = storage::sha256(fmt::format("{}/{}/{}/{}", view.incarnation, kind.plural,
                                                  place.revision.number, place.ordinal));
  std::array<std::uint8_t, 16> bytes{};
  std::copy_n(digest.begin(), bytes.size(), bytes.begin());
  return uid_from_random(bytes);
}

JsonObject metadata_of(const View& view, const Kind& kind, const storage::Event& event,
                       std::uint16_t ordinal) {
  const LedgerPlace place{event.revision, ordinal};
  const bool is_last = ordinal + 1u == entries_in(kind, event);
  const Revision shown{is_last ? event.revision.number : event.revision.number - 1};
  JsonObject metadata{{"name", ledger_name(kind, place)}};
  if (kind.namespaced()) metadata["namespace"] = event.key.name_space;
  metadata["uid"] = to_string(entry_uid(view, kind, place));
  metadata["resourceVersion"] = to_string(shown);
  metadata["creationTimestamp"] = format_seconds(event.time);
  if (!event.labels.empty()) {
    JsonObject labels;
    for (const auto& [key, value] : event.labels) labels[key] = value;
    metadata["labels"] = std::move(labels);
  }
  return metadata;
}

Result<void> add_changes(const View& view, const storage::Event& event, JsonObject& object) {
  object["type"] = type_word(event.type);
  if (event.deleting) object["deleting"] = true;
  auto told = changes_in(view, event);
  if (!told) return std::unexpected(std::move(told.error()));
  const auto& changes = told->changes;
  if (!told->gap.empty()) {
    object["changedGap"] = told->gap;
    object["summary"] = fmt::format("({})", told->gap);
  } else if (event.key.resource == storage::kRedactions) {
    const auto body = view.snapshot->body(event.revision);
    if (!body) return std::unexpected(body.error());
    const auto parsed = parse_json(*body);
    if (parsed) object["summary"] = storage::redaction_text(parsed->value);
  }
  if (!changes.empty()) {
    object["summary"] = summarize(changes, kSummaryPathsMax);
    JsonArray paths;
    for (const auto& change : std::span(changes).first(std::min(changes.size(), kPathsMax))) {
      paths.emplace_back(change.path);
    }
    object["changed"] = std::move(paths);
    if (changes.size() > kPathsMax) object["changedMore"] = changes.size() - kPathsMax;
  }
  object["transitions"] = event.transitions.size();
  if (!event.repairs.empty()) object["repairs"] = repairs_array(event);
  if (!event.audit_annotations.empty()) object["auditAnnotations"] = audit_object(event);
  return {};
}

}  // namespace

std::string ledger_name(const Kind& kind, LedgerPlace place) {
  auto name = fmt::format("{:012}", place.revision.number);
  if (shows_transitions(kind)) name += fmt::format("-{}", place.ordinal);
  return name;
}

std::optional<LedgerPlace> parse_ledger_name(const Kind& kind, std::string_view name) {
  LedgerPlace place;
  const auto* const end = name.data() + name.size();
  auto read = std::from_chars(name.data(), end, place.revision.number);
  if (read.ec == std::errc() && shows_transitions(kind) && read.ptr != end) {
    read = std::from_chars(read.ptr + 1, end, place.ordinal);
  }
  const bool is_whole = read.ec == std::errc() && ledger_name(kind, place) == name;
  return is_whole ? std::optional(place) : std::nullopt;
}

std::size_t entries_in(const Kind& kind, const storage::Event& event) {
  if (kind.namespaced() == event.key.name_space.empty()) return 0;
  return shows_transitions(kind) ? event.transitions.size() : 1;
}

std::size_t ledger_cost(const Kind& kind) {
  constexpr std::size_t kComparison = 32;
  return shows_transitions(kind) ? 1 : kComparison;
}

Result<std::string> ledger_object(const View& view, const Kind& kind, const KindVersion& version,
                                  const storage::Event& event, std::uint16_t ordinal) {
  auto reference = key_object(event.key, event.uid);
  reference["apiVersion"] = api_version_of(event);
  reference["kind"] = event.kind;
  JsonObject object{{"apiVersion", kind.api_version(version.name)},
                    {"kind", kind.kind},
                    {"metadata", metadata_of(view, kind, event, ordinal)},
                    {"time", format_nanos(event.time)},
                    {"revision", event.revision.number},
                    {"previous", event.previous.number},
                    {"object", std::move(reference)},
                    {"generation", event.generation.number},
                    {"writer", actor_object(event.actor)}};
  if (!shows_transitions(kind)) {
    if (auto added = add_changes(view, event, object); !added) {
      return std::unexpected(std::move(added.error()));
    }
    return to_json(object);
  }
  object["eventType"] = type_word(event.type);
  for (auto& [key, value] : transition_object(event.transitions[ordinal])) {
    object[key] = std::move(value);
  }
  return to_json(object);
}

SelectableValues ledger_values(const Kind& kind, const storage::Event& event,
                               std::uint16_t ordinal) {
  SelectableValues values{
      {"object.kind", event.kind},       {"object.resource", event.key.resource},
      {"object.name", event.key.name},   {"object.uid", to_string(event.uid)},
      {"writer.user", event.actor.user}, {"writer.fieldManager", event.actor.field_manager}};
  if (shows_transitions(kind)) {
    const auto& transition = event.transitions[ordinal];
    values["type"] = transition.type;
    values["status"] = transition.new_status;
    values["reason"] = transition.reason;
  } else {
    values["type"] = type_word(event.type);
  }
  return values;
}

bool LedgerSelection::matches(const storage::Event& event, std::uint16_t ordinal) const {
  if (!name_space.empty() && name_space != event.key.name_space) return false;
  if (!labels.empty() && !labels.matches(event.labels)) return false;
  if (fields.empty()) return true;
  return fields.matches(event.key.name_space, ledger_name(kind, {event.revision, ordinal}),
                        ledger_values(kind, event, ordinal));
}

Result<void> visit_ledger(const View& view, const LedgerSelection& selection, Revision after,
                          Revision until, const storage::Snapshot::EventVisitor& visit) {
  const auto& kind = selection.kind;
  const auto& snapshot = *view.snapshot;
  if (const auto* name = selection.fields.exact("metadata.name")) {
    const auto place = parse_ledger_name(kind, *name);
    if (!place || place->revision <= after || place->revision > until) return {};
    after = {place->revision.number - 1};
    until = place->revision;
  } else if (shows_transitions(kind) && (!selection.name_space.empty() || !kind.namespaced())) {
    return snapshot.moved(selection.name_space, after, until, visit);
  } else if (const auto* resource = selection.fields.exact("object.resource")) {
    return snapshot.changes(*resource, after, until, visit);
  }
  return snapshot.events(after, until, visit);
}

Revision ledger_horizon(const View& view, const LedgerSelection& selection) {
  const auto* resource = selection.fields.exact("object.resource");
  return view.snapshot->records_horizon(resource == nullptr ? std::string_view() : *resource);
}

bool may_hold(const View& view, const LedgerSelection& selection, std::string_view resource) {
  const auto* selected = selection.fields.exact("object.resource");
  if (selected != nullptr && *selected != resource) return false;
  const auto* kind = view.catalog->find_resource(resource);
  if (kind == nullptr) return true;
  if (kind->namespaced() != selection.kind.namespaced()) return false;
  return !shows_transitions(selection.kind) ||
         std::ranges::any_of(kind->versions, [](const KindVersion& version) {
           return may_have_conditions(*version.schema);
         });
}

Result<std::optional<std::string>> read_ledger(const View& view, const Kind& kind,
                                               const KindVersion& version,
                                               std::string_view name_space, std::string_view name) {
  const auto place = parse_ledger_name(kind, name);
  if (!place) return std::nullopt;
  const auto event = view.snapshot->event(place->revision);
  if (!event) return std::unexpected(event.error());
  const bool is_there = *event && (*event)->key.name_space == name_space &&
                        place->ordinal < entries_in(kind, **event);
  if (!is_there) return std::nullopt;
  return ledger_object(view, kind, version, **event, place->ordinal);
}

}  // namespace gatefold::engine
