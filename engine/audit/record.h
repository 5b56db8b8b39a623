// One record of a Kubernetes audit log (audit.k8s.io/v1 Event) as what it says of a write. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "schema/status.h"
#include "schema/time.h"
#include "schema/value.h"
#include "storage/event.h"

namespace gatefold::engine {

struct AuditRecord {
  Time time;  // stageTimestamp
  std::string id;
  std::string level;
  storage::Actor actor;
  std::string group;
  std::string version;
  std::string plural;
  std::string name_space;
  std::string name;      // empty: a collection, or a name that the server made up
  std::string query;     // of the request
  bool creates = false;  // the answer is 201, whatever the verb
  std::string skip;  // why it is no write that happened: `failed`, `read`, ...; empty: it is one
  Value request;     // null where the level leaves it out
  Value response;
};

// When it happened; all that is needed to put records in order. The error says what is wrong.
Result<Time> audit_time(std::string_view line);
Result<AuditRecord> parse_audit_record(std::string_view line);

// Whether `value` is an object with a name and a uid, whole, and no Status, Scale or other answer.
bool is_audited_object(const Value& value);

}  // namespace gatefold::engine
