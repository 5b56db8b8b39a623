// One accepted change, as a plain value: the only truth.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "schema/ids.h"
#include "schema/meta.h"
#include "schema/selector.h"
#include "schema/time.h"

namespace gatefold::storage {

enum class EventType : std::uint8_t { kAdded = 1, kModified = 2, kDeleted = 3 };

// Who asked for the change. Who shows no credentials is `system:anonymous`.
struct Actor {
  std::string user;
  std::string user_agent;
  std::string field_manager;
  std::string verb;
  std::string subresource;
};

// A condition whose status changed. `path` names the list by identity, not by index:
// `status.listeners[http].conditions`. An empty old status: it appeared; an empty new one: it
// vanished.
struct Transition {
  std::string path;
  std::string type;
  std::string old_status;
  std::string new_status;
  std::string reason;
  std::string message;
  std::int64_t observed_generation = 0;
  Time transition_time;
};

// A lastTransitionTime that the guard put right before the write became this event.
struct Repair {
  std::string rule;
  std::string path;
  std::string type;
  Time claimed;
  Time kept;
};

// What a policy noted of the write: `policy/key`.
struct AuditAnnotation {
  std::string key;
  std::string value;
};

struct Event {
  Revision revision;  // given by the writer
  Time time;          // never before the previous event's; the writer lifts it where needed
  EventType type = EventType::kAdded;
  std::string group;
  std::string version;  // of the stored form
  std::string kind;
  ObjectKey key;
  Uid uid;
  Generation generation;
  Labels labels;
  SelectableValues fields;
  // As of the previous version; equal to the above for kAdded.
  Labels previous_labels;
  SelectableValues previous_fields;
  std::vector<Uid> owner_uids;  // see uid_for_index()
  Actor actor;
  Revision previous;  // revision of the object's previous version; 0 for kAdded
  std::vector<Transition> transitions;
  std::vector<Repair> repairs;
  std::vector<AuditAnnotation> audit_annotations;
  std::string schema_id;
  bool deleting = false;  // metadata.deletionTimestamp is set
  Time expiry;            // 0: never
};

}  // namespace gatefold::storage
