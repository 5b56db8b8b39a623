#include <algorithm>

#include "api/params.h"
#include "api/shape.h"
#include "api/verbs/verbs.h"
#include "engine/limits.h"
#include "engine/page.h"
#include "schema/json.h"
#include "schema/meta.h"

namespace gatefold::api {
namespace {

// What one call deletes at most, so that its answer has a bound; the answer's continue token says
// that more is left.
constexpr std::int64_t kObjectsMax = 5000;
constexpr std::size_t kAnswerBytesMax = 64u << 20;
// Deletes that are under way at once.
constexpr std::size_t kWindow = 64;

// A collection on its way out. Touched by the connection's thread only.
struct Removal {
  Removal(Exchange from, RemoveOptions chosen)
      : exchange(std::move(from)), options(std::move(chosen)) {}

  Exchange exchange;
  RemoveOptions options;
  std::vector<ObjectKey> keys;
  std::string answer;
  std::size_t next = 0;
  std::size_t pending = 0;
  std::optional<Status> failure;
};

engine::Command command_of(const Removal& removal, const ObjectKey& key) {
  const auto& exchange = removal.exchange;
  engine::Command command;
  command.verb = engine::Verb::kDelete;
  command.group = exchange.info.group;
  command.version = exchange.info.version;
  command.plural = exchange.info.plural;
  command.name_space = key.name_space;
  command.name = key.name;
  command.dry_run = removal.options.dry_run;
  command.delete_options = removal.options.options;
  command.actor = exchange.actor;
  command.actor.field_manager = default_field_manager(exchange.request.user_agent);
  return command;
}

void advance(const std::shared_ptr<Removal>& removal);

void finish_one(const std::shared_ptr<Removal>& removal, Result<engine::Outcome> outcome) {
  --removal->pending;
  if (!outcome && outcome.error().reason != Reason::kNotFound && !removal->failure) {
    removal->failure = std::move(outcome.error());
  }
  advance(removal);
}

void advance(const std::shared_ptr<Removal>& removal) {
  auto& exchange = removal->exchange;
  while (removal->pending < kWindow && removal->next < removal->keys.size() && !removal->failure) {
    ++removal->pending;
    auto command = command_of(*removal, removal->keys[removal->next++]);
    exchange.context.engine.submit(std::move(command), [removal](Result<engine::Outcome> outcome) {
      removal->exchange.post([removal, outcome = std::move(outcome)]() mutable {
        finish_one(removal, std::move(outcome));
      });
    });
  }
  if (removal->pending > 0 || !exchange.done) return;
  auto done = std::move(exchange.done);
  exchange.done = nullptr;
  if (removal->failure) {
    done(error_response(*removal->failure));
    return;
  }
  auto response =
      json_response(200, finish_body(exchange.representation, std::move(removal->answer)));
  response.content_type = exchange.representation.content_type();
  done(std::move(response));
}

// Lists what is to go into the answer, with their keys.
Result<void> select(Removal& removal, ListOptions options) {
  auto& exchange = removal.exchange;
  engine::ListQuery query;
  query.group = exchange.info.group;
  query.version = exchange.info.version;
  query.plural = exchange.info.plural;
  query.name_space = exchange.info.name_space;
  query.labels = std::move(options.labels);
  query.fields = std::move(options.fields);
  query.limit = options.limit > 0 ? std::min(options.limit, kObjectsMax) : kObjectsMax;
  query.continue_token = std::move(options.continue_token);
  auto shaping = shape_options(exchange.representation, exchange.request,
                               exchange.context.engine.world().now());
  if (!shaping) return std::unexpected(std::move(shaping.error()));
  auto shape = ListShape::start(std::move(*shaping), *exchange.kind, *exchange.version);
  if (!shape) return std::unexpected(std::move(shape.error()));
  auto lister = engine::Lister::start(std::move(query), *exchange.view);
  if (!lister) return std::unexpected(std::move(lister.error()));
  shape->begin(removal.answer);
  auto more = lister->next(*exchange.view, kAnswerBytesMax, [&](std::string_view json) {
    auto object = parse_json(json);
    if (!object) return;
    removal.keys.push_back({exchange.kind->resource, std::string(namespace_of(object->value)),
                            std::string(name_of(object->value))});
    shape->item(json, removal.answer);
  });
  if (!more) return std::unexpected(std::move(more.error()));
  if (*more) {
    return failure(Reason::kRequestEntityTooLarge,
                   "the collection is too large to be deleted at once; use limit");
  }
  shape->end(lister->revision(), lister->continue_token(), lister->remaining(), removal.answer);
  return {};
}

}  // namespace

std::optional<Reply> remove_collection(Exchange exchange) {
  auto options = parse_remove_options(exchange.request);
  if (!options) return error_response(options.error());
  auto selection = parse_list_options(exchange.request, *exchange.kind, *exchange.version);
  if (!selection) return error_response(selection.error());
  auto removal = std::make_shared<Removal>(std::move(exchange), std::move(*options));
  auto selected = select(*removal, std::move(*selection));
  removal->exchange.view.reset();
  if (!selected) return error_response(selected.error());
  advance(removal);
  return std::nullopt;
}

}  // namespace gatefold::api
