#include "engine/watch.h"

#include <utility>

#include <fmt/format.h>

#include "engine/version_ask.h"
#include "schema/base64.h"
#include "schema/json.h"

namespace gatefold::engine {

Result<void> check_watch(const WatchQuery& query) {
  const auto errors = check_version_ask({.is_watch = true,
                                         .match = match_text(query.match),
                                         .resource_version = query.resource_version,
                                         .send_initial_events = query.send_initial_events});
  if (errors.empty()) return {};
  return invalid({"meta.k8s.io", "", "ListOptions"}, "", errors);
}

bool wants_initial(const WatchQuery& query) {
  if (query.send_initial_events) return *query.send_initial_events;
  return query.resource_version.empty() || query.resource_version == "0";
}

ListQuery initial_query(const WatchQuery& query, Revision wanted) {
  ListQuery list;
  list.group = query.group;
  list.version = query.version;
  list.plural = query.plural;
  list.name_space = query.name_space;
  list.labels = query.labels;
  list.fields = query.fields;
  list.range = query.range;
  if (wanted != Revision{}) {
    list.resource_version = to_string(wanted);
    list.match = VersionMatch::kNotOlderThan;
  }
  return list;
}

WatchEvent bookmark_event(const WatchQuery& query, std::string_view kind,
                          std::string_view api_version, Revision seen, bool ends_initial) {
  JsonObject metadata{{"resourceVersion", to_string(seen)}};
  if (ends_initial) {
    JsonObject annotations{{"k8s.io/initial-events-end", "true"}};
    if (!query.empty_list.empty()) {
      annotations["kubernetes.io/initial-events-list-blueprint"] = to_base64(query.empty_list);
    }
    metadata["annotations"] = std::move(annotations);
  }
  const JsonObject object{
      {"kind", kind}, {"apiVersion", api_version}, {"metadata", std::move(metadata)}};
  return {WatchEventType::kBookmark, std::make_shared<const std::string>(to_json(object)),
          std::nullopt};
}

WatchEvent expired_event(Revision seen, Revision horizon) {
  Status expired{
      .reason = Reason::kExpired,
      .message = fmt::format("too old resource version: {} ({})", seen.number, horizon.number)};
  return {WatchEventType::kError, nullptr, std::move(expired)};
}

}  // namespace gatefold::engine
