#include <algorithm>

#include <fmt/format.h>

#include "api/body.h"
#include "api/moment.h"
#include "api/params.h"
#include "api/shape.h"
#include "api/verbs/freshness.h"
#include "api/verbs/outcome.h"
#include "api/verbs/verbs.h"
#include "engine/ledger_range.h"
#include "engine/object_history.h"
#include "schema/moment.h"

namespace gatefold::api {
namespace {

std::optional<Reply> show(Exchange exchange) {
  const auto& view = *exchange.view;
  const auto now = time_in(view, exchange.at, exchange.now());
  if (!now) return error_response(now.error());
  auto options = parse_history_options(exchange.request, *now);
  if (!options) return error_response(options.error());
  const bool is_history = exchange.info.subresource == "history";
  if (!is_history && options->limit != 0) {
    return error_response(bad_request("limit is for history, not for conditions").error());
  }
  const auto query = list_query(exchange.info, std::move(*options));
  auto told = is_history
                  ? engine::object_history(view, *exchange.kind, exchange.key(), query)
                  : engine::object_conditions(view, *exchange.kind, exchange.key(), query, *now);
  exchange.view.reset();
  if (!told) return error_response(told.error());
  // There is no Table of it.
  auto representation = exchange.representation;
  representation.shape = Shape::kObject;
  auto response = json_response(200, finish_body(representation, std::move(*told)));
  response.content_type = representation.content_type();
  return response;
}

std::unexpected<Status> wrong(std::string_view field, const Value& value, std::string_view why) {
  return invalid(engine::kRollback, "",
                 {invalid_value(std::string(field), value, std::string(why), "rollback")});
}

// `revision` is a number or its text; `at` a time, or a revision like it.
Result<Revision> revision_of(const Value& body, const Exchange& exchange) {
  const auto* revision = find(body, "revision");
  const auto* at = find(body, "at");
  if ((revision == nullptr) == (at == nullptr)) {
    return invalid(
        engine::kRollback, "",
        {required("revision", "one of revision and at has to be there, and not both", "rollback")});
  }
  const auto field = revision != nullptr ? "revision" : "at";
  const auto& said = revision != nullptr ? *revision : *at;
  const auto text = said.is_int64()    ? std::to_string(said.get_int64())
                    : said.is_string() ? std::string(said.get_string())
                                       : std::string();
  const auto moment = parse_moment(text);
  if (!moment) return wrong(field, said, moment.error().message);
  if (const auto* number = std::get_if<Revision>(&*moment)) return *number;
  if (revision != nullptr) return wrong(field, said, "must be a revision; times go with at");
  const auto time = std::get<Time>(*moment);
  if (time > std::max(exchange.now(), exchange.view->head.time))
    return wrong(field, said, "is in the future");
  return engine::last_until(*exchange.view, time);
}

Result<engine::Command> rollback_of(const Exchange& exchange) {
  auto options = parse_write_options(exchange.request, "PatchOptions");
  if (!options) return std::unexpected(std::move(options.error()));
  auto decoded = decode_body(exchange.request, engine::kRollback.kind);
  if (!decoded) return std::unexpected(std::move(decoded.error()));
  for (const auto& [name, value] : decoded->value.as_object()) {
    const bool is_known = name == "apiVersion" || name == "kind" || name == "metadata" ||
                          name == "revision" || name == "at";
    if (!is_known) return bad_request(fmt::format("a Rollback has no field {}", go_quote(name)));
  }
  auto revision = revision_of(decoded->value, exchange);
  if (!revision) return std::unexpected(std::move(revision.error()));
  // The object itself is written; that it was a rollback is said of who did it.
  auto command = command_on(exchange, engine::Verb::kPatch);
  command.actor.verb = exchange.info.subresource;
  command.actor.field_manager = options->field_manager;
  command.patch_type = engine::PatchType::kRestore;
  command.restores = *revision;
  command.body = std::move(decoded->value);
  command.dry_run = options->dry_run;
  command.field_validation = options->field_validation;
  command.user = exchange.user;
  return command;
}

}  // namespace

std::optional<Reply> history_part(Exchange exchange) {
  if (exchange.info.verb == RequestVerb::kCreate) {
    auto command = rollback_of(exchange);
    exchange.view.reset();
    if (!command) return error_response(command.error());
    return submit(std::move(exchange), std::move(*command),
                  [](const engine::Outcome&) { return 200; });
  }
  auto wanted = wanted_revision(exchange);
  if (!wanted) return error_response(wanted.error());
  return when_fresh(std::move(exchange), *wanted, show);
}

}  // namespace gatefold::api
