#include "api/moment.h"

#include <algorithm>

namespace gatefold::api {

Result<std::optional<Moment>> parse_at(const Request& request, RequestVerb verb) {
  const auto text = request.query.first("at");
  if (!text) return std::nullopt;
  if (verb == RequestVerb::kWatch) {
    return bad_request("at is for GET and LIST: a watch begins at its resourceVersion");
  }
  if (verb != RequestVerb::kGet && verb != RequestVerb::kList) {
    return bad_request("at is for GET and LIST: nothing is written in the past");
  }
  for (const auto* other : {"resourceVersion", "resourceVersionMatch"}) {
    if (request.query.value(other).empty()) continue;
    return bad_request(std::string(other) + " may not be specified together with at");
  }
  auto moment = parse_moment(*text);
  if (!moment) {
    moment.error().message = "at: " + moment.error().message;
    return std::unexpected(std::move(moment.error()));
  }
  return *moment;
}

Result<engine::ViewPtr> view_of(const engine::Engine& engine, const std::optional<Moment>& at) {
  auto now = engine.view();
  if (now == nullptr) return unavailable("the store is being opened again");
  const auto* revision = at ? std::get_if<Revision>(&*at) : nullptr;
  const bool is_now = !at || (revision != nullptr && *revision > now->revision());
  return is_now ? Result<engine::ViewPtr>(std::move(now)) : engine.view_at(*at);
}

Result<Time> time_in(const engine::View& view, const std::optional<Moment>& at, Time now) {
  if (!at) return std::max(now, view.head.time);
  if (const auto* time = std::get_if<Time>(&*at)) return *time;
  const auto head = view.snapshot->read_head();
  if (!head) return std::unexpected(head.error());
  return head->time;
}

void add_revision(Revision revision, Response& response) {
  response.headers.emplace_back("Gatefold-Revision", to_string(revision));
}

}  // namespace gatefold::api
