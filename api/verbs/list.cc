#include <type_traits>

#include <fmt/format.h>

#include "api/moment.h"
#include "api/params.h"
#include "api/shape.h"
#include "api/verbs/freshness.h"
#include "api/verbs/verbs.h"
#include "engine/ledger_list.h"
#include "engine/limits.h"
#include "engine/page.h"

namespace gatefold::api {
namespace {

// A list on its way out: what it needs between two pieces.
template <class Lister>
struct Listing {
  engine::Engine& engine;
  CatalogPtr catalog;
  std::optional<Moment> at;  // a revision, where the list is of the past
  Lister lister;
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

template <class Lister>
Reply stream(std::shared_ptr<Listing<Lister>> listing, Response head) {
  BodyStream stream{.head = std::move(head)};
  stream.next = [listing = std::move(listing)](std::string& out) -> Result<bool> {
    const auto view = view_of(listing->engine, listing->at);
    if (!view) return std::unexpected(view.error());
    return listing->next(**view, out);
  };
  return stream;
}

template <class Lister>
std::optional<Reply> answer_with(Exchange exchange) {
  auto options =
      parse_list_options(exchange.request, *exchange.kind, *exchange.version, exchange.now());
  if (!options) return error_response(options.error());
  auto lister = Lister::start(list_query(exchange.info, std::move(*options)), *exchange.view);
  if (!lister) return error_response(lister.error());
  const auto revision = lister->revision();
  // A range of the log ends where it says.
  const bool is_as_said = exchange.kind->shows_log() || revision == exchange.view->revision();
  if (exchange.at && !is_as_said) {
    return error_response(
        bad_request(fmt::format("the continue token is of revision {}, and at says {}",
                                revision.number, exchange.view->revision().number))
            .error());
  }
  Response head;
  if constexpr (std::is_same_v<Lister, engine::LedgerLister>) {
    add_warnings(lister->warnings(), head);
  }
  ListShape shape(shape_options(exchange.representation, exchange.request, exchange.now()),
                  *exchange.kind, *exchange.version);

  auto listing = std::make_shared<Listing<Lister>>(
      Listing<Lister>{exchange.context.engine, exchange.catalog,
                      exchange.at ? std::optional<Moment>(revision) : std::nullopt,
                      std::move(*lister), std::move(shape)});
  if (exchange.at) add_revision(revision, head);
  head.content_type = exchange.representation.content_type();
  auto more = listing->next(*exchange.view, head.body);
  exchange.view.reset();
  if (!more) return error_response(more.error());
  if (!*more) return head;
  return stream(std::move(listing), std::move(head));
}

std::optional<Reply> answer(Exchange exchange) {
  if (exchange.kind->shows_log()) return answer_with<engine::LedgerLister>(std::move(exchange));
  return answer_with<engine::Lister>(std::move(exchange));
}

}  // namespace

std::optional<Reply> list(Exchange exchange) {
  auto wanted = wanted_revision(exchange);
  if (!wanted) return error_response(wanted.error());
  const bool continues = !exchange.request.query.value("continue").empty();
  if (continues && !exchange.at) return answer(std::move(exchange));
  return when_fresh(std::move(exchange), *wanted, answer);
}

}  // namespace gatefold::api
