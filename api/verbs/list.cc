#include "api/params.h"
#include "api/shape.h"
#include "api/verbs/freshness.h"
#include "api/verbs/verbs.h"
#include "engine/limits.h"
#include "engine/page.h"

namespace gatefold::api {
namespace {

// A list that must be whole before it can be rendered (YAML, indented) is bounded.
constexpr std::size_t kWholeListBytesMax = 64u << 20;

engine::ListQuery list_query(const Exchange& exchange, ListOptions options) {
  engine::ListQuery query;
  query.group = exchange.info.group;
  query.version = exchange.info.version;
  query.plural = exchange.info.plural;
  query.name_space = exchange.info.name_space;
  query.labels = std::move(options.labels);
  query.fields = std::move(options.fields);
  query.limit = options.limit;
  query.continue_token = std::move(options.continue_token);
  query.resource_version = std::move(options.resource_version);
  query.match = options.match;
  return query;
}

// A list on its way out: what it needs between two pieces.
struct Listing {
  engine::Engine& engine;
  CatalogPtr catalog;
  engine::Lister lister;
  ListShape shape;
  bool begun = false;

  Result<bool> next(const engine::View& view, std::string& out) {
    if (!begun) shape.begin(out);
    begun = true;
    auto more = lister.next(view, engine::kChunkBytesMax,
                            [&](std::string_view json) { shape.item(json, out); });
    if (!more) return more;
    if (!*more) shape.end(lister.revision(), lister.continue_token(), lister.remaining(), out);
    return more;
  }
};

Reply stream(std::shared_ptr<Listing> listing, Response head) {
  BodyStream stream{.head = std::move(head)};
  stream.next = [listing = std::move(listing)](std::string& out) -> Result<bool> {
    const auto view = listing->engine.view();
    if (view == nullptr) return unavailable("the store is being opened again");
    return listing->next(*view, out);
  };
  return stream;
}

Reply answer(Exchange& exchange) {
  auto options = parse_list_options(exchange.request, *exchange.kind, *exchange.version);
  if (!options) return error_response(options.error());
  if (options->send_initial_events) {
    const ResourceName name{"meta.k8s.io", "", "ListOptions"};
    return error_response(
        invalid(name, "",
                {forbidden_field("sendInitialEvents", "sendInitialEvents is forbidden for list",
                                 "send-initial-events")})
            .error());
  }
  auto shaping = shape_options(exchange.representation, exchange.request,
                               exchange.context.engine.world().now());
  if (!shaping) return error_response(shaping.error());
  auto shape = ListShape::start(std::move(*shaping), *exchange.kind, *exchange.version);
  if (!shape) return error_response(shape.error());
  auto lister = engine::Lister::start(list_query(exchange, std::move(*options)), *exchange.view);
  if (!lister) return error_response(lister.error());

  auto listing = std::make_shared<Listing>(
      Listing{exchange.context.engine, exchange.catalog, std::move(*lister), std::move(*shape)});
  Response head;
  head.content_type = exchange.representation.content_type();
  const bool whole =
      exchange.representation.media == MediaType::kYaml || exchange.representation.pretty;
  auto more = listing->next(*exchange.view, head.body);
  while (whole && more && *more && head.body.size() < kWholeListBytesMax) {
    more = listing->next(*exchange.view, head.body);
  }
  exchange.view.reset();
  if (!more) return error_response(more.error());
  if (!*more) {
    head.body = finish_body(exchange.representation, std::move(head.body));
    return head;
  }
  if (whole) {
    return error_response(failure(Reason::kRequestEntityTooLarge,
                                  "the list is too large to be indented or to be YAML; ask for "
                                  "JSON or for pages with limit")
                              .error());
  }
  return stream(std::move(listing), std::move(head));
}

}  // namespace

std::optional<Reply> list(Exchange exchange) {
  const auto& query = exchange.request.query;
  auto wanted = engine::parse_revision_parameter(query.value("resourceVersion"));
  if (!wanted) return error_response(wanted.error());
  if (!query.value("continue").empty()) return answer(exchange);
  return when_fresh(std::move(exchange), *wanted, answer);
}

}  // namespace gatefold::api
