#include "api/verbs/freshness.h"
#include "api/verbs/outcome.h"
#include "api/verbs/verbs.h"
#include "engine/read.h"

namespace gatefold::api {
namespace {

std::optional<Reply> answer(Exchange exchange) {
  auto object =
      engine::read_object(*exchange.view, *exchange.kind, *exchange.version, exchange.key());
  exchange.view.reset();
  if (!object) return error_response(object.error());
  if (!*object) {
    return error_response(not_found(exchange.kind->resource_name(), exchange.info.name).error());
  }
  return render_object(exchange, std::move((*object)->json), 200);
}

}  // namespace

std::optional<Reply> get(Exchange exchange) {
  auto wanted = engine::parse_revision_parameter(exchange.request.query.value("resourceVersion"));
  if (!wanted) return error_response(wanted.error());
  return when_fresh(std::move(exchange), *wanted, answer);
}

}  // namespace gatefold::api
