#include "api/shape.h"
#include "api/verbs/freshness.h"
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
  const auto options = shape_options(exchange.representation, exchange.request,
                                     exchange.context.engine.world().now());
  auto body = shape_object(options, *exchange.kind, *exchange.version, std::move((*object)->json));
  auto response = json_response(200, finish_body(exchange.representation, std::move(body)));
  response.content_type = exchange.representation.content_type();
  return response;
}

}  // namespace

std::optional<Reply> get(Exchange exchange) {
  auto wanted = engine::parse_revision_parameter(exchange.request.query.value("resourceVersion"));
  if (!wanted) return error_response(wanted.error());
  return when_fresh(std::move(exchange), *wanted, answer);
}

}  // namespace gatefold::api
