#include "api/params.h"
#include "api/shape.h"
#include "api/verbs/freshness.h"
#include "api/verbs/outcome.h"
#include "api/verbs/verbs.h"
#include "engine/limits.h"
#include "engine/page.h"
#include "schema/json.h"
#include "schema/meta.h"

namespace gatefold::api {
namespace {

// What goes is told in the answer, so the answer is the bound of one call; a larger collection is
// refused before anything is deleted.
constexpr std::size_t kAnswerBytesMax = 64u << 20;
// Deletes that are under way at once.
constexpr std::size_t kWindow = 64;

// A collection on its way out. Touched by the connection's thread only.
struct Removal {
  Exchange exchange;
  RemoveOptions options;
  engine::Lister lister;
  ListShape shape;
  std::vector<ObjectKey> keys;
  std::string answer;
  std::size_t next = 0;
  std::size_t pending = 0;
  std::optional<Status> failure;
};

engine::Command command_of(const Removal& removal, const ObjectKey& key) {
  const auto& exchange = removal.exchange;
  auto command = command_on(exchange, engine::Verb::kDelete);
  command.name_space = key.name_space;
  command.name = key.name;
  command.bytes = 0;  // the request's body is held once, not for each
  command.actor.field_manager = default_field_manager(exchange.request.user_agent);
  command.dry_run = removal.options.dry_run;
  command.delete_options = removal.options.options;
  return command;
}

void finish(Removal& removal) {
  auto& exchange = removal.exchange;
  auto done = std::move(exchange.done);
  exchange.done = nullptr;
  if (removal.failure) {
    done(error_response(*removal.failure));
    return;
  }
  auto response = json_response(200, std::move(removal.answer));
  response.content_type = exchange.representation.content_type();
  done(std::move(response));
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
  if (removal->pending == 0 && exchange.done) finish(*removal);
}

// The next piece of what is to go, into the answer. Whether there is more.
Result<bool> select(Removal& removal) {
  const auto view = removal.exchange.context.engine.view();
  if (view == nullptr) return unavailable("the store is being opened again");
  auto more = removal.lister.next(*view, engine::kChunkBytesMax, [&](std::string_view json) {
    const auto object = parse_json(json);
    if (!object) return;
    removal.keys.push_back({removal.exchange.kind->resource,
                            std::string(namespace_of(object->value)),
                            std::string(name_of(object->value))});
    removal.shape.item(json, removal.answer);
  });
  if (!more) return more;
  if (removal.answer.size() > kAnswerBytesMax) {
    return failure(Reason::kRequestEntityTooLarge,
                   "Request entity too large: the collection is too large to be deleted at once; "
                   "nothing was deleted; use limit or a selector");
  }
  if (!*more) {
    removal.shape.end(removal.lister.revision(), removal.lister.continue_token(),
                      removal.lister.remaining(), removal.answer);
  }
  return more;
}

// Between two pieces others have their turn.
void gather(const std::shared_ptr<Removal>& removal) {
  auto more = select(*removal);
  if (!more) {
    removal->failure = std::move(more.error());
    finish(*removal);
  } else if (*more) {
    removal->exchange.post([removal] { gather(removal); });
  } else {
    advance(removal);
  }
}

std::optional<Reply> answer(Exchange exchange) {
  auto options =
      parse_remove_options(exchange.request, exchange.kind->api_version(exchange.version->name));
  if (!options) return error_response(options.error());
  auto selection = parse_list_options(exchange.request, *exchange.kind, *exchange.version,
                                      exchange.context.engine.world().now());
  if (!selection) return error_response(selection.error());
  auto lister =
      engine::Lister::start(list_query(exchange.info, std::move(*selection)), *exchange.view);
  if (!lister) return error_response(lister.error());
  exchange.view.reset();
  ListShape shape(shape_options(exchange.representation, exchange.request,
                                exchange.context.engine.world().now()),
                  *exchange.kind, *exchange.version);
  auto removal = std::make_shared<Removal>(std::move(exchange), std::move(*options),
                                           std::move(*lister), std::move(shape));
  removal->shape.begin(removal->answer);
  gather(removal);
  return std::nullopt;
}

}  // namespace

std::optional<Reply> remove_collection(Exchange exchange) {
  const auto& query = exchange.request.query;
  auto wanted = engine::parse_revision_parameter(query.value("resourceVersion"));
  if (!wanted) return error_response(wanted.error());
  if (!query.value("continue").empty()) return answer(std::move(exchange));
  return when_fresh(std::move(exchange), *wanted, answer);
}

}  // namespace gatefold::api
