#include "api/params.h"
#include "api/verbs/outcome.h"
#include "api/verbs/verbs.h"
#include "schema/json.h"

namespace gatefold::api {
namespace {

// metav1.Status of a delete that is done (R10.2).
Response success(const Kind& kind, const engine::Outcome& outcome) {
  JsonObject details{{"name", outcome.name}};
  if (!kind.group.empty()) details["group"] = kind.group;
  details["kind"] = kind.plural;
  details["uid"] = to_string(outcome.uid);
  return json_response(200, to_json(JsonObject{{"kind", "Status"},
                                               {"apiVersion", "v1"},
                                               {"metadata", JsonObject{}},
                                               {"status", "Success"},
                                               {"details", std::move(details)}}));
}

Reply answer(const Exchange& exchange, const engine::DeleteOptions& options,
             engine::Outcome outcome) {
  const bool is_gone = outcome.effect == engine::Outcome::Effect::kDeleted;
  if (is_gone && !exchange.kind->delete_returns_object) return success(*exchange.kind, outcome);
  const bool accepted = !is_gone && options.orphan_dependents == false;
  return render_outcome(exchange, std::move(outcome), accepted ? 202 : 200);
}

}  // namespace

std::optional<Reply> remove(Exchange exchange) {
  exchange.view.reset();
  auto options =
      parse_remove_options(exchange.request, exchange.kind->api_version(exchange.version->name));
  if (!options) return error_response(options.error());
  auto command = command_on(exchange, engine::Verb::kDelete);
  command.actor.field_manager = default_field_manager(exchange.request.user_agent);
  command.dry_run = options->dry_run;
  command.delete_options = options->options;
  auto& engine = exchange.context.engine;
  auto waiting = std::make_shared<Exchange>(std::move(exchange));
  engine.submit(std::move(command),
                [waiting, chosen = options->options](Result<engine::Outcome> outcome) mutable {
                  waiting->post([waiting, chosen, outcome = std::move(outcome)]() mutable {
                    auto done = std::move(waiting->done);
                    done(outcome ? answer(*waiting, chosen, std::move(*outcome))
                                 : Reply(error_response(outcome.error())));
                  });
                });
  return std::nullopt;
}

}  // namespace gatefold::api
