#include "api/moment.h"
#include "api/verbs/freshness.h"
#include "api/verbs/outcome.h"
#include "api/verbs/verbs.h"
#include "engine/ledger.h"
#include "engine/read.h"

namespace gatefold::api {
namespace {

std::optional<Reply> missing(const Exchange& exchange) {
  return error_response(not_found(exchange.kind->resource_name(), exchange.info.name).error());
}

std::optional<Reply> answer_of_log(Exchange exchange) {
  auto object = engine::read_ledger(*exchange.view, *exchange.kind, *exchange.version,
                                    exchange.info.name_space, exchange.info.name);
  const auto revision = exchange.view->revision();
  exchange.view.reset();
  if (!object) return error_response(object.error());
  if (!*object) return missing(exchange);
  auto response = render_object(exchange, std::move(**object), 200);
  if (exchange.at) add_revision(revision, response);
  return response;
}

std::optional<Reply> answer(Exchange exchange) {
  if (exchange.kind->shows_log()) return answer_of_log(std::move(exchange));
  auto object =
      engine::read_object(*exchange.view, *exchange.kind, *exchange.version, exchange.key());
  const auto revision = exchange.view->revision();
  exchange.view.reset();
  if (!object) return error_response(object.error());
  if (!*object) return missing(exchange);
  auto response = render_object(exchange, std::move((*object)->json), 200);
  if (exchange.at) add_revision(revision, response);
  return response;
}

}  // namespace

std::optional<Reply> get(Exchange exchange) {
  auto wanted = wanted_revision(exchange);
  if (!wanted) return error_response(wanted.error());
  return when_fresh(std::move(exchange), *wanted, answer);
}

}  // namespace gatefold::api
