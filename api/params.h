// Query options as values (spec sections 5, 14, 16).
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "api/request.h"
#include "api/request_info.h"
#include "engine/command.h"
#include "engine/page.h"
#include "engine/watch.h"
#include "schema/status.h"

namespace gatefold::api {

struct WriteOptions {
  bool dry_run = false;
  engine::FieldValidation field_validation = engine::FieldValidation::kWarn;
  std::string field_manager;  // the default one where the client names none (R5.2)
  bool force = false;
};

// `kind` is "CreateOptions", "UpdateOptions" or "PatchOptions", for error texts. Who applies has to
// name a field manager and may use force; nobody else may (R5.6, R17.1).
Result<WriteOptions> parse_write_options(const Request& request, std::string_view kind,
                                         bool applies = false);

// DeleteOptions from the body, or from the query where the body is empty (R5.7, R10.1, R10.5). A
// body is of `v1`, of `meta.k8s.io/v1` or of the resource's own `api_version`, where it says.
struct RemoveOptions {
  bool dry_run = false;
  engine::DeleteOptions options;
};
Result<RemoveOptions> parse_remove_options(const Request& request, std::string_view api_version);

struct ListOptions {
  LabelSelector labels;
  FieldSelector fields;
  std::int64_t limit = 0;
  std::string continue_token;
  std::string resource_version;
  engine::VersionMatch match = engine::VersionMatch::kUnset;
  bool bookmarks = false;
  std::optional<bool> send_initial_events;
  std::int64_t timeout_seconds = 0;  // 0: none was asked for
  engine::LedgerRange range;         // of kinds that show the log
};

// Of a LIST, a WATCH or a DELETE of a collection. Checks selectors against the kind. `now` is what
// `since` and `until` count from.
Result<ListOptions> parse_list_options(const Request& request, const Kind& kind,
                                       const KindVersion& version, Time now,
                                       RequestVerb verb = RequestVerb::kList);

// Of an object's history: `limit`, `continue` and the range. kBadRequest for what only a list has.
Result<ListOptions> parse_history_options(const Request& request, Time now);

// fromRevision, toRevision, and `since` and `until`: RFC 3339, or so long before `now`.
Result<engine::LedgerRange> parse_range(const Request& request, Time now);

// What engine::Lister is asked for.
engine::ListQuery list_query(const RequestInfo& info, ListOptions options);

// `timeout=32s` of anything but a watch is understood; nothing here takes long enough to need it
// (R1.8). kBadRequest where it is no duration.
Result<void> check_timeout(const Request& request);

// The field manager of a client that names none: the User-Agent up to the first `/` (R5.2).
std::string default_field_manager(std::string_view user_agent);

}  // namespace gatefold::api
