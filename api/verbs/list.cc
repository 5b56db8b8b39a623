#include "api/params.h"
#include "api/shape.h"
#include "api/verbs/freshness.h"
#include "api/verbs/verbs.h"
#include "engine/limits.h"
#include "engine/page.h"

namespace gatefold::api {
namespace {

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

std::optional<Reply> answer(Exchange exchange) {
  auto options = parse_list_options(exchange.request, *exchange.kind, *exchange.version);
  if (!options) return error_response(options.error());
  auto lister =
      engine::Lister::start(list_query(exchange.info, std::move(*options)), *exchange.view);
  if (!lister) return error_response(lister.error());
  ListShape shape(shape_options(exchange.representation, exchange.request,
                                exchange.context.engine.world().now()),
                  *exchange.kind, *exchange.version);

  auto listing = std::make_shared<Listing>(
      Listing{exchange.context.engine, exchange.catalog, std::move(*lister), std::move(shape)});
  Response head;
  head.content_type = exchange.representation.content_type();
  auto more = listing->next(*exchange.view, head.body);
  exchange.view.reset();
  if (!more) return error_response(more.error());
  if (!*more) return head;
  return stream(std::move(listing), std::move(head));
}

}  // namespace

std::optional<Reply> list(Exchange exchange) {
  const auto& query = exchange.request.query;
  auto wanted = engine::parse_revision_parameter(query.value("resourceVersion"));
  if (!wanted) return error_response(wanted.error());
  if (!query.value("continue").empty()) return answer(std::move(exchange));
  return when_fresh(std::move(exchange), *wanted, answer);
}

}  // namespace gatefold::api
