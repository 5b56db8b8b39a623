#include "engine/object_history.h"

#include <algorithm>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "engine/gap.h"
#include "engine/history.h"
#include "engine/ledger.h"
#include "engine/limits.h"
#include "engine/list_start.h"
#include "engine/standing.h"
#include "engine/tell/timeline.h"
#include "engine/version_changes.h"
#include "schema/json.h"

namespace gatefold::engine {
namespace {

constexpr std::string_view kApiVersion = "history.gatefold.dev/v1";
// Each version costs two bodies and their comparison, some hundred microseconds.
constexpr std::int64_t kVersionsPageDefault = 100;
constexpr std::int64_t kVersionsPageMax = 1000;
constexpr std::size_t kPageBytesMax = 1u << 20;
// Of one version.
constexpr std::size_t kChangesMax = 64;
// An old or new value that is larger is told by its size.
constexpr std::size_t kValueBytesMax = 1024;
constexpr std::size_t kSummaryPathsMax = 3;
// Transitions in one answer: each reads a record, some ten microseconds.
constexpr std::size_t kMovesMax = 10'000;
// Versions that are looked at for its deletions, a microsecond each.
constexpr std::size_t kVersionsSeenMax = 100'000;

// Where it begins and ends, and what it goes on behind. What is kept of an object is told however
// much of its kind is not: each version names the one before it.
Result<LedgerStretch> begin(const View& view, const ObjectKey& key, const ListQuery& query) {
  auto started = start_list(query, view, {});
  if (!started) return std::unexpected(std::move(started.error()));
  auto stretch = stretch_of(query.range, view, started->revision);
  if (!stretch) return stretch;
  if (const auto& token = started->token) {
    const auto seen = parse_revision(token->name);
    if (!seen) {
      return bad_request("invalid continue token: continue key is not valid: no revision");
    }
    return LedgerStretch{.after = *seen, .until = stretch->until};
  }
  const auto horizon = view.snapshot->records_horizon(key.resource);
  if (query.range.from && stretch->after < horizon) {
    return failure(Reason::kExpired,
                   fmt::format("fromRevision {} is no longer kept: the oldest one is {}",
                               query.range.from->number, horizon.next().number));
  }
  return stretch;
}

Result<void> check_known(const View& view, const Kind& kind, const ObjectKey& key) {
  bool is_known = false;
  auto read = view.snapshot->versions(key, {}, view.revision(), [&](Revision, storage::EventType) {
    is_known = true;
    return false;
  });
  if (!read) return read;
  if (is_known) return {};
  // Before the horizon nobody knows.
  if (auto row = view.snapshot->get(key); !row) return std::unexpected(std::move(row.error()));
  return not_found(kind.resource_name(), key.name);
}

JsonObject reference_of(const Kind& kind, const ObjectKey& key) {
  JsonObject reference{{"apiVersion", kind.api_version(kind.storage_version().name)},
                       {"kind", kind.kind},
                       {"resource", key.resource}};
  if (!key.name_space.empty()) reference["namespace"] = key.name_space;
  reference["name"] = key.name;
  return reference;
}

JsonObject metadata_of(const ObjectKey& key, Revision revision) {
  JsonObject metadata{{"name", key.name}};
  if (!key.name_space.empty()) metadata["namespace"] = key.name_space;
  metadata["resourceVersion"] = to_string(revision);
  return metadata;
}

void put_value(JsonObject& object, std::string_view name, const Value& value) {
  auto size = to_json(value).size();
  if (size > kValueBytesMax) {
    object[fmt::format("{}Bytes", name)] = size;
  } else {
    object[name] = value;
  }
}

JsonArray changes_array(std::span<const FieldChange> changes) {
  JsonArray array;
  for (const auto& change : changes.first(std::min(changes.size(), kChangesMax))) {
    JsonObject one{{"path", change.path}, {"change", change_word(change.type)}};
    if (change.type != ChangeType::kAdded) put_value(one, "old", change.old_value);
    if (change.type != ChangeType::kRemoved) put_value(one, "new", change.new_value);
    array.emplace_back(std::move(one));
  }
  return array;
}

Result<JsonObject> version_object(const View& view, const storage::Event& event) {
  JsonObject version{{"revision", event.revision.number},  {"previous", event.previous.number},
                     {"time", format_nanos(event.time)},   {"type", type_word(event.type)},
                     {"uid", to_string(event.uid)},        {"generation", event.generation.number},
                     {"writer", actor_object(event.actor)}};
  if (event.deleting) version["deleting"] = true;
  auto told = changes_in(view, event);
  if (!told) return std::unexpected(std::move(told.error()));
  const auto& changes = told->changes;
  if (!told->gap.empty()) version["changesGap"] = told->gap;
  if (!changes.empty()) {
    version["summary"] = summarize(changes, kSummaryPathsMax);
    version["changes"] = changes_array(changes);
    if (changes.size() > kChangesMax) version["changesMore"] = changes.size() - kChangesMax;
  }
  if (!event.transitions.empty()) version["transitions"] = event.transitions.size();
  if (!event.repairs.empty()) version["repairs"] = repairs_array(event);
  if (!event.audit_annotations.empty()) version["auditAnnotations"] = audit_object(event);
  return version;
}

// What the timelines are made of: transitions up to `reached`, the deletions between them, and
// versions that are not known.
struct Moves {
  std::vector<ConditionMove> moves;
  std::vector<ObjectEnd> ends;
  std::vector<ObjectGap> gaps;
  Revision reached;
  Time time;  // of the end
};

Result<void> end_at(const View& view, Revision revision, Moves& found) {
  const auto then = view.snapshot->at(revision);
  if (!then) return std::unexpected(then.error());
  const auto head = (*then)->read_head();
  if (!head) return std::unexpected(head.error());
  found.reached = revision;
  found.time = head->time;
  std::erase_if(found.moves, [&](const ConditionMove& move) { return move.revision > revision; });
  return {};
}

// A history from elsewhere is what a directory begins with: behind it nothing has gaps, and no
// event needs to be read.
Result<void> find_gaps(const View& view, const ObjectKey& key, LedgerStretch stretch,
                       Moves& found) {
  Revision last;
  std::size_t seen = 0;
  bool is_cut = false;
  Result<void> looked;
  auto read = view.snapshot->versions(
      key, stretch.after, found.reached, [&](Revision revision, storage::EventType type) {
        is_cut = seen++ >= kMovesMax;
        if (is_cut) return false;
        last = revision;
        const auto event = view.snapshot->event(revision);
        if (!event && event.error().reason == Reason::kExpired) return true;
        if (!event) looked = std::unexpected(event.error());
        if (!event || !*event || !is_foreign(**event)) return false;
        const bool is_gap = type != storage::EventType::kDeleted && !body_gap(**event).empty();
        if (is_gap) found.gaps.push_back({(*event)->uid, revision});
        return true;
      });
  if (read) read = std::move(looked);
  if (!read) return read;
  return is_cut ? end_at(view, last, found) : Result<void>();
}

// Where there are too many the telling ends with the last one that was looked at.
Result<void> find_ends(const View& view, const ObjectKey& key, LedgerStretch stretch,
                       Moves& found) {
  std::vector<Revision> deletions;
  std::size_t seen = 0;
  Revision last;
  bool is_cut = false;
  auto read = view.snapshot->versions(
      key, stretch.after, found.reached, [&](Revision revision, storage::EventType type) {
        is_cut = seen >= kVersionsSeenMax || deletions.size() >= kMovesMax;
        if (is_cut) return false;
        ++seen;
        last = revision;
        if (type == storage::EventType::kDeleted) deletions.push_back(revision);
        return true;
      });
  if (!read) return read;
  for (const auto revision : deletions) {
    auto event = view.snapshot->event(revision);
    if (!event && event.error().reason == Reason::kExpired) continue;
    if (!event) return std::unexpected(std::move(event.error()));
    if (*event) found.ends.push_back({(*event)->uid, revision, (*event)->time});
  }
  return is_cut ? end_at(view, last, found) : Result<void>();
}

// Nobody but a deletion ends a life: where one object has them all and is there, nothing has to be
// looked for.
Result<bool> is_one_life(const View& view, const ObjectKey& key, const Moves& found) {
  std::set<Uid> lives;
  for (const auto& move : found.moves) lives.insert(move.uid);
  auto object = view.snapshot->get(key);
  if (!object) return std::unexpected(std::move(object.error()));
  return *object && lives.size() <= 1 && (lives.empty() || *lives.begin() == (*object)->uid);
}

// A revision that is not there yet bounds nothing.
Result<Time> end_of(const View& view, const LedgerRange& range, Time now) {
  const auto end = range.until ? std::min(*range.until, now) : now;
  if (!range.to || range.to->number == 0 || *range.to > view.revision()) return end;
  const auto then = view.snapshot->at(*range.to);
  if (!then) return std::unexpected(then.error());
  const auto head = (*then)->read_head();
  if (!head) return std::unexpected(head.error());
  return std::min(end, head->time);
}

Result<Moves> find_moves(const View& view, const ObjectKey& key, LedgerStretch stretch, Time end) {
  Moves found{.moves = {}, .ends = {}, .gaps = {}, .reached = stretch.until, .time = end};
  auto read = view.snapshot->timeline(
      key,
      [&](const storage::LedgerEntry& entry) {
        if (entry.revision > stretch.until) return false;
        const bool is_next = found.moves.empty() || found.moves.back().revision != entry.revision;
        if (is_next && found.moves.size() >= kMovesMax) {
          found.reached = found.moves.back().revision;
          found.time = found.moves.back().time;
          return false;
        }
        found.moves.push_back(
            {entry.uid, entry.revision, entry.time, entry.actor, entry.transition});
        return true;
      },
      stretch.after);
  if (!read) return std::unexpected(std::move(read.error()));
  if (auto gaps = find_gaps(view, key, stretch, found); !gaps) {
    return std::unexpected(std::move(gaps.error()));
  }
  const auto is_one = is_one_life(view, key, found);
  if (!is_one) return std::unexpected(is_one.error());
  if (*is_one) return found;
  if (auto ends = find_ends(view, key, stretch, found); !ends) {
    return std::unexpected(std::move(ends.error()));
  }
  return found;
}

// Of the object as it was when the telling ends. Where that is no longer kept, nothing is known.
Result<void> add_standing_of(const View& view, const Kind& kind, const ObjectKey& key,
                             Moves& found) {
  if (found.reached.number == 0) return {};
  const auto then = view.snapshot->at(found.reached);
  if (!then) return std::unexpected(then.error());
  const auto object = (*then)->get(key);
  if (!object && object.error().reason == Reason::kExpired) return {};
  if (!object) return std::unexpected(object.error());
  if (!*object) return {};
  const auto body = parse_json((*object)->body);
  if (!body) return internal_error("a stored object is no JSON: " + body.error().message);
  const auto conditions = collect_conditions(*kind.storage_version().schema, body->value);
  add_standing(body->value, conditions, (*object)->uid, found.moves);
  return {};
}

double seconds(std::int64_t duration_ns) {
  return static_cast<double>(duration_ns) / static_cast<double>(kNsPerSecond);
}

// A condition that is not there has no status.
std::string_view state_word(std::string_view status) {
  return status.empty() ? "Absent" : status;
}

JsonObject span_object(const ConditionSpan& span) {
  JsonObject object{{"status", state_word(span.status)}};
  if (!span.reason.empty()) object["reason"] = span.reason;
  if (!span.message.empty()) object["message"] = span.message;
  if (span.observed_generation != 0) object["observedGeneration"] = span.observed_generation;
  if (span.revision.number != 0) {
    object["revision"] = span.revision.number;
    object["writer"] = actor_object(span.actor);
  }
  object["transitionTime"] = format_nanos(span.claimed);
  object["from"] = format_nanos(span.from);
  if (!span.is_open) object["until"] = format_nanos(span.until);
  if (span.is_cut) object["cut"] = true;
  object["seconds"] = seconds(span.duration_ns());
  return object;
}

JsonObject timeline_object(const ConditionTimeline& line) {
  JsonObject states;
  for (const auto& [status, duration_ns] : line.time_in_state_ns()) {
    states[state_word(status)] = seconds(duration_ns);
  }
  JsonArray spans;
  for (const auto& span : line.spans) spans.emplace_back(span_object(span));
  JsonObject object{{"path", line.path},
                    {"type", line.type},
                    {"uid", to_string(line.uid)},
                    {"status", state_word(line.current())},
                    {"since", format_nanos(line.end ? line.end->time : line.spans.back().from)},
                    {"flaps", line.flaps()},
                    {"seconds", seconds(line.duration_ns())},
                    {"secondsInState", std::move(states)},
                    {"spans", std::move(spans)}};
  if (line.end) {
    object["deleted"] =
        JsonObject{{"revision", line.end->revision.number}, {"time", format_nanos(line.end->time)}};
  }
  return object;
}

Result<JsonArray> sightings_of(const View& view, const ObjectKey& key) {
  JsonArray sightings;
  auto read = view.snapshot->sightings(key, [&](const storage::Sighting& sighting) {
    sightings.emplace_back(JsonObject{{"rule", sighting.rule},
                                      {"writer", sighting.writer},
                                      {"count", sighting.count},
                                      {"first", format_nanos(sighting.first)},
                                      {"last", format_nanos(sighting.last)}});
    return sightings.size() < kMovesMax;
  });
  if (!read) return std::unexpected(std::move(read.error()));
  return sightings;
}

}  // namespace

Result<std::string> object_history(const View& view, const Kind& kind, const ObjectKey& key,
                                   const ListQuery& query) {
  auto stretch = begin(view, key, query);
  if (stretch) {
    if (auto known = check_known(view, kind, key); !known) stretch = std::unexpected(known.error());
  }
  if (!stretch) return std::unexpected(std::move(stretch.error()));
  const auto limit =
      query.limit > 0 ? std::min(query.limit, kVersionsPageMax) : kVersionsPageDefault;
  JsonArray versions;
  Revision last;
  std::size_t bytes = 0;
  bool has_more = false;
  Result<void> told;
  const auto visit = [&](Revision revision, storage::EventType) {
    has_more = std::ssize(versions) >= limit || bytes >= kPageBytesMax;
    if (has_more) return false;
    auto event = view.snapshot->event(revision);
    if (!event && event.error().reason == Reason::kExpired) return true;
    auto version = event && *event ? version_object(view, **event)
                   : event         ? internal_error("a version has no event")
                                   : Result<JsonObject>(std::unexpected(event.error()));
    if (!version) {
      told = std::unexpected(std::move(version.error()));
      return false;
    }
    last = revision;
    bytes += to_json(*version).size();
    versions.emplace_back(std::move(*version));
    return true;
  };
  auto read = view.snapshot->versions(key, stretch->after, stretch->until, visit);
  if (read) read = std::move(told);
  if (!read) return std::unexpected(std::move(read.error()));
  auto metadata = metadata_of(key, stretch->until);
  if (has_more) {
    metadata["continue"] = encode_token({view.incarnation, stretch->until, "", to_string(last)});
  }
  return to_json(JsonObject{{"kind", "ObjectHistory"},
                            {"apiVersion", kApiVersion},
                            {"metadata", std::move(metadata)},
                            {"object", reference_of(kind, key)},
                            {"versions", std::move(versions)}});
}

Result<std::string> object_conditions(const View& view, const Kind& kind, const ObjectKey& key,
                                      const ListQuery& query, Time now) {
  auto stretch = begin(view, key, query);
  if (!stretch) return std::unexpected(std::move(stretch.error()));
  if (auto known = check_known(view, kind, key); !known) return std::unexpected(known.error());
  const auto end = end_of(view, query.range, now);
  if (!end) return std::unexpected(end.error());
  auto found = find_moves(view, key, *stretch, *end);
  if (!found) return std::unexpected(std::move(found.error()));
  if (auto added = add_standing_of(view, kind, key, *found); !added) {
    return std::unexpected(std::move(added.error()));
  }
  auto sightings = sightings_of(view, key);
  if (!sightings) return std::unexpected(std::move(sightings.error()));
  JsonArray conditions;
  for (const auto& line : timelines(found->moves, found->ends, found->time, found->gaps)) {
    conditions.emplace_back(timeline_object(line));
  }
  auto metadata = metadata_of(key, found->reached);
  if (found->reached < stretch->until) {
    metadata["continue"] =
        encode_token({view.incarnation, stretch->until, "", to_string(found->reached)});
  }
  return to_json(JsonObject{{"kind", "ObjectConditions"},
                            {"apiVersion", kApiVersion},
                            {"metadata", std::move(metadata)},
                            {"object", reference_of(kind, key)},
                            {"asOf", format_nanos(found->time)},
                            {"conditions", std::move(conditions)},
                            {"sightings", std::move(*sightings)}});
}

}  // namespace gatefold::engine
