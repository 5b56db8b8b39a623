// The log and the ledger as lines of JSON, for people who debug a history: one line an event or a
// transition.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include "engine/view.h"
#include "schema/ids.h"
#include "schema/value.h"
#include "storage/redact.h"

namespace gatefold::engine {

// Which events; empty members leave all through.
struct LogQuery {
  Revision after;
  Revision until;        // 0: the view's
  std::string resource;  // storage identity
  std::string name_space;
  std::string name;
  std::string user;
  std::string field_manager;
  std::string type;  // ADDED, MODIFIED or DELETED
  // Of this object alone, instead of `resource`, `name_space` and `name`. Costs what its versions
  // cost, however much else there is in the log.
  std::optional<ObjectKey> object;
  std::uint64_t limit = 0;  // 0: all
  // With each event its object as it was stored, resourceVersion in place, as `body`; of a deletion
  // the last one. Where it is no longer kept there is `bodyGap` instead, which says why; where one
  // stands in (engine/gap.h) there are both. Such lines leave nothing out (engine/exact_line.h).
  bool bodies = false;
};

// What one call may cost: it ends once one of the two is reached.
struct HistoryBounds {
  std::size_t bytes_max = std::numeric_limits<std::size_t>::max();   // handed out
  std::size_t events_max = std::numeric_limits<std::size_t>::max();  // looked at
};

// Both call `sink` with lines without their ends, oldest first, and answer the revision up to which
// everything was looked at: go on after it, until it is the view's, or the query's `until`.

// One line an event.
Result<Revision> log_lines(const View& view, const LogQuery& query, HistoryBounds bounds,
                           const std::function<void(std::string_view)>& sink);

// The condition timeline of one object after a revision, over all its lives (uids); behind its end
// the object's sightings. Transitions of one event stay together.
Result<Revision> timeline_lines(const View& view, const ObjectKey& key, Revision after,
                                HistoryBounds bounds,
                                const std::function<void(std::string_view)>& sink);

// The sightings of all objects behind `after`, by object; once a bound is reached it ends with the
// last one of an object. Of a View of the past there are none.
Result<void> sighting_lines(const View& view, const std::optional<ObjectKey>& after,
                            HistoryBounds bounds,
                            const std::function<void(std::string_view)>& sink);

// What is kept of each resource of which something was dropped, a line each: how far back it can be
// read, and how much there is and was.
Result<void> kept_lines(const View& view, const std::function<void(std::string_view)>& sink);

// What proves that two logs are one up to `revision` (0: the view's), as a JSON object: `revision`,
// `chain`, `incarnation` (of the directory that it was committed in first), `channel`, `whole`
// (whether every event is kept, with its object). kNotFound where it is not there yet, kConflict
// where storage::Snapshot::check_given() refuses it, kExpired where it is no longer kept.
Result<std::string> provenance_line(const View& view, Revision revision);

// What the lines are made of.
std::string_view type_word(storage::EventType type);  // ADDED, MODIFIED or DELETED
JsonObject actor_object(const storage::Actor& actor);
JsonObject key_object(const ObjectKey& key);
JsonObject key_object(const ObjectKey& key, const Uid& uid);
JsonObject transition_object(const storage::Transition& transition);
JsonArray repairs_array(const storage::Event& event);
JsonObject audit_object(const storage::Event& event);

// What a word of people names.
struct NamedKind {
  std::string resource;  // storage identity
  std::string singular;
  std::optional<bool> is_namespaced;  // nothing: its definition is no longer known
};
// A kind by its singular, plural, short name or kind, with its group or without. Where none that is
// served answers to the word, one that the log knows from before: by the definition that was
// deleted last, or by the whole name of a resource that the log has events of; `redactions` are the
// events that tell of redactions. kBadRequest where it is none.
Result<NamedKind> find_kind_word(const View& view, std::string_view word);
// `gateway/prod/web`, `gatewayclass/edge`, `gateway.gateway.networking.k8s.io/prod/web`: the kind
// as above. kBadRequest says what is wrong.
Result<ObjectKey> parse_object_name(const View& view, std::string_view text);
// Which versions of which object: {"object": as above, "revision": N} or {"from": N, "to": N}, or
// {"all": true}; and a "reason".
Result<storage::RedactRequest> parse_redaction(const View& view, const Value& asked);

}  // namespace gatefold::engine
