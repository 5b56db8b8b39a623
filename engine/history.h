// The log and the ledger as lines of JSON, for people who debug a history: one line an event or a
// transition.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "engine/view.h"
#include "schema/ids.h"

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
  std::string type;         // ADDED, MODIFIED or DELETED
  std::uint64_t limit = 0;  // 0: all
};

// Calls `sink` with one line (without its end) an event, oldest first, until `bytes_max` are handed
// out. Answers the revision up to which everything was looked at: go on after it.
Result<Revision> log_lines(const View& view, const LogQuery& query, std::size_t bytes_max,
                           const std::function<void(std::string_view)>& sink);

// The condition timeline of one object, oldest first, over all its lives (uids); then its
// sightings.
Result<void> timeline_lines(const View& view, const ObjectKey& key,
                            const std::function<void(std::string_view)>& sink);

// `gateway/prod/web`, `gatewayclass/edge`, `gateways.gateway.networking.k8s.io/prod/web`: the kind
// by its singular, plural, short name, kind or resource. kBadRequest says what is wrong.
Result<ObjectKey> parse_object_name(const Catalog& catalog, std::string_view text);
// The kind alone, as above.
Result<const Kind*> find_kind_word(const Catalog& catalog, std::string_view word);

}  // namespace gatefold::engine
