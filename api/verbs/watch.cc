#include "api/params.h"
#include "api/shape.h"
#include "api/verbs/freshness.h"
#include "api/verbs/verbs.h"

namespace gatefold::api {
namespace {

// Half an hour to an hour, by chance, so that clients don't come back all at once (R16.9).
constexpr std::int64_t kTimeoutSecondsMin = 1800;

std::int64_t default_timeout_seconds(engine::Engine& engine) {
  const auto random = engine.world().random();
  return kTimeoutSecondsMin + (random[0] * 256 + random[1]) % kTimeoutSecondsMin;
}

// Whether a selector, where there is one, asks for the object that the path names.
bool names_the_same(const std::string& name, const FieldSelector& fields) {
  if (name.empty() || fields.empty()) return true;
  const auto* exact = fields.exact("metadata.name");
  return exact != nullptr && *exact == name;
}

// A watch by prefix may be of one object (R16.12).
engine::WatchQuery watch_query(const Exchange& exchange, ListOptions options) {
  engine::WatchQuery query;
  if (const auto& name = exchange.info.name; !name.empty()) {
    options.fields.requirements.push_back({.field = "metadata.name", .value = name});
  }
  query.group = exchange.info.group;
  query.version = exchange.info.version;
  query.plural = exchange.info.plural;
  query.name_space = exchange.info.name_space;
  query.labels = std::move(options.labels);
  query.fields = std::move(options.fields);
  query.resource_version = std::move(options.resource_version);
  query.bookmarks = options.bookmarks;
  query.send_initial_events = options.send_initial_events;
  query.match = options.match;
  query.range = options.range;
  if (query.send_initial_events.value_or(false)) {
    query.empty_list = empty_list(exchange.representation, *exchange.kind, *exchange.version);
  }
  return query;
}

std::optional<Reply> answer(Exchange exchange) {
  exchange.view.reset();
  auto options = parse_list_options(exchange.request, *exchange.kind, *exchange.version,
                                    exchange.context.engine.world().now(), RequestVerb::kWatch);
  if (!options) return error_response(options.error());
  if (!names_the_same(exchange.info.name, options->fields)) {
    return error_response(
        bad_request("fieldSelector metadata.name doesn't match requested name").error());
  }
  WatchStream stream;
  stream.timeout_seconds = options->timeout_seconds > 0
                               ? options->timeout_seconds
                               : default_timeout_seconds(exchange.context.engine);
  stream.query = watch_query(exchange, std::move(*options));
  if (exchange.representation.shape != Shape::kObject) {
    stream.transform = [catalog = exchange.catalog, kind = exchange.kind,
                        version = exchange.version,
                        shaping = shape_options(exchange.representation, exchange.request, {}),
                        then = exchange.then, engine = &exchange.context.engine](
                           const std::string& json, bool is_first) mutable {
      shaping.now = then ? *then : engine->world().now();
      return shape_watched(shaping, *kind, *version, json, is_first);
    };
  }
  return stream;
}

}  // namespace

std::optional<Reply> watch(Exchange exchange) {
  if (exchange.representation.media == MediaType::kYaml) {
    return error_response(failure(Reason::kNotAcceptable,
                                  "only the following media types are accepted: application/json")
                              .error());
  }
  const auto& query = exchange.request.query;
  const bool streams_list = query.first("sendInitialEvents") &&
                            query.is_true("sendInitialEvents") &&
                            query.value("resourceVersionMatch") == "NotOlderThan";
  if (!streams_list) return answer(std::move(exchange));
  // What is there at that revision is sent first, so it has to be there (R16.10).
  auto wanted = engine::parse_revision_parameter(query.value("resourceVersion"));
  if (!wanted) return error_response(wanted.error());
  return when_fresh(std::move(exchange), *wanted, answer);
}

}  // namespace gatefold::api
