#include "api/verbs/freshness.h"

#include <fmt/format.h>

#include "api/moment.h"

namespace gatefold::api {
namespace {

Status too_large(Revision wanted, Revision current) {
  Status status{.reason = Reason::kTimeout,
                .message = fmt::format("Timeout: Too large resource version: {}, current: {}",
                                       wanted.number, current.number)};
  status.details.causes = {{"ResourceVersionTooLarge", "Too large resource version", ""}};
  status.details.retry_after_seconds = 1;
  return status;
}

}  // namespace

Result<Revision> wanted_revision(const Exchange& exchange) {
  if (!exchange.at) {
    return engine::parse_revision_parameter(exchange.request.query.value("resourceVersion"));
  }
  const auto* revision = std::get_if<Revision>(&*exchange.at);
  return revision == nullptr ? exchange.view->revision() : *revision;
}

std::optional<Reply> when_fresh(Exchange exchange, Revision wanted,
                                std::optional<Reply> (*answer)(Exchange)) {
  if (wanted <= exchange.view->revision()) return answer(std::move(exchange));
  const auto current = exchange.view->revision();
  exchange.view.reset();
  auto& engine = exchange.context.engine;
  auto waiting = std::make_shared<Exchange>(std::move(exchange));
  engine.wait_for(wanted, [waiting, wanted, current, answer](bool is_there) {
    waiting->post([waiting, wanted, current, answer, is_there] {
      if (!is_there) {
        waiting->done(error_response(too_large(wanted, current)));
        return;
      }
      auto view = view_of(waiting->context.engine, waiting->at);
      if (!view) {
        waiting->done(error_response(view.error()));
        return;
      }
      waiting->view = std::move(*view);
      // The answer takes the exchange with it, and either answers at once or through `done`.
      auto done = std::make_shared<Done>(std::move(waiting->done));
      waiting->done = [done](Reply reply) { (*done)(std::move(reply)); };
      if (auto reply = answer(std::move(*waiting))) (*done)(std::move(*reply));
    });
  });
  return std::nullopt;
}

}  // namespace gatefold::api
