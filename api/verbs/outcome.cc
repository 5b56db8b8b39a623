#include "api/verbs/outcome.h"

#include "api/shape.h"
#include "engine/read.h"
#include "schema/json.h"
#include "schema/scale.h"

namespace gatefold::api {
namespace {

Result<std::string> scale_in(const Exchange& exchange, std::string_view json) {
  const auto object = parse_json(json);
  if (!object) return internal_error("a stored object is no JSON");
  const auto scale = scale_of(*exchange.kind, *exchange.version, object->value);
  if (!scale) return std::unexpected(scale.error());
  return canonical_json(*scale);
}

}  // namespace

engine::Command command_on(const Exchange& exchange, engine::Verb verb) {
  engine::Command command;
  command.verb = verb;
  command.group = exchange.info.group;
  command.version = exchange.info.version;
  command.plural = exchange.info.plural;
  command.name_space = exchange.info.name_space;
  command.name = exchange.info.name;
  command.actor = exchange.actor;
  command.bytes = exchange.request.body.size();
  return command;
}

Response render_object(const Exchange& exchange, std::string json, int code) {
  if (exchange.info.subresource == "scale") {
    auto scale = scale_in(exchange, json);
    if (!scale) return error_response(scale.error());
    json = std::move(*scale);
  }
  const auto options = shape_options(exchange.representation, exchange.request, exchange.now());
  auto body = shape_object(options, *exchange.shown_kind, *exchange.shown_version, std::move(json));
  auto response = json_response(code, finish_body(exchange.representation, std::move(body)));
  response.content_type = exchange.representation.content_type();
  return response;
}

Reply render_outcome(const Exchange& exchange, engine::Outcome outcome, int code) {
  std::string json;
  engine::append_object(json, *exchange.kind, *exchange.version, outcome.schema_id, *outcome.body,
                        outcome.splice_at, outcome.revision);
  auto response = render_object(exchange, std::move(json), code);
  add_warnings(outcome.warnings, response);
  return response;
}

std::optional<Reply> submit(Exchange exchange, engine::Command command,
                            std::move_only_function<int(const engine::Outcome&)> code) {
  auto& engine = exchange.context.engine;
  auto waiting = std::make_shared<Exchange>(std::move(exchange));
  engine.submit(std::move(command), [waiting, code = std::move(code)](
                                        Result<engine::Outcome> outcome) mutable {
    // Rendering is left to the connection's thread: the writer's time belongs to writes.
    waiting->post([waiting, code = std::move(code), outcome = std::move(outcome)]() mutable {
      auto done = std::move(waiting->done);
      if (!outcome) {
        done(error_response(outcome.error()));
        return;
      }
      const int chosen = code(*outcome);
      done(render_outcome(*waiting, std::move(*outcome), chosen));
    });
  });
  return std::nullopt;
}

}  // namespace gatefold::api
