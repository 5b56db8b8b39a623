#include <fmt/format.h>

#include "api/body.h"
#include "api/params.h"
#include "api/verbs/outcome.h"
#include "api/verbs/verbs.h"

namespace gatefold::api {
namespace {

engine::Verb engine_verb(RequestVerb verb) {
  if (verb == RequestVerb::kCreate) return engine::Verb::kCreate;
  return verb == RequestVerb::kUpdate ? engine::Verb::kUpdate : engine::Verb::kPatch;
}

std::string_view options_kind(RequestVerb verb) {
  if (verb == RequestVerb::kCreate) return "CreateOptions";
  return verb == RequestVerb::kUpdate ? "UpdateOptions" : "PatchOptions";
}

Result<void> fill_patch(const Exchange& exchange, engine::Command& command) {
  auto patch = decode_patch(exchange.request, command.patch_type);
  if (!patch) return std::unexpected(std::move(patch.error()));
  command.body = std::move(patch->value);
  command.duplicates = std::move(patch->duplicates);
  return {};
}

Result<void> fill_body(const Exchange& exchange, engine::Command& command) {
  auto body = decode_body(exchange.request, exchange.shown_kind->kind, !exchange.shown_kind->core);
  if (!body) return std::unexpected(std::move(body.error()));
  command.body = std::move(body->value);
  command.duplicates = std::move(body->duplicates);
  return {};
}

Result<engine::Command> command_of(const Exchange& exchange) {
  const auto verb = exchange.info.verb;
  // POST judges the Content-Type before the options, PUT after them (R7.1).
  if (verb == RequestVerb::kCreate) {
    auto media = body_media_of(exchange.request, !exchange.shown_kind->core);
    if (!media) return std::unexpected(std::move(media.error()));
  }
  auto command = command_on(exchange, engine_verb(verb));
  if (verb == RequestVerb::kPatch) {
    auto type = patch_type_of(exchange.request, exchange.kind->core);
    if (!type) return std::unexpected(std::move(type.error()));
    command.patch_type = *type;
  }
  auto options = parse_write_options(exchange.request, options_kind(verb), command.applies());
  if (!options) return std::unexpected(std::move(options.error()));
  command.force = options->force;
  // A name in a POST to a collection says nothing (R1.9).
  const bool creates = verb == RequestVerb::kCreate && exchange.info.subresource.empty();
  if (creates) command.name.clear();
  command.subresource = exchange.info.subresource;
  command.dry_run = options->dry_run;
  command.field_validation = options->field_validation;
  command.user = exchange.user;
  command.actor.field_manager = options->field_manager;
  auto filled =
      verb == RequestVerb::kPatch ? fill_patch(exchange, command) : fill_body(exchange, command);
  if (!filled) return std::unexpected(std::move(filled.error()));
  return command;
}

}  // namespace

std::optional<Reply> write(Exchange exchange) {
  exchange.view.reset();
  auto command = command_of(exchange);
  if (!command) return error_response(command.error());
  return submit(std::move(exchange), std::move(*command), [](const engine::Outcome& outcome) {
    return outcome.effect == engine::Outcome::Effect::kCreated ? 201 : 200;
  });
}

}  // namespace gatefold::api
