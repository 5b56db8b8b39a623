#include "api/moment.h"

#include <algorithm>

#include "engine/continue_token.h"

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

std::optional<Revision> exact_revision(const Request& request) {
  const auto& query = request.query;
  if (const auto text = query.value("continue"); !text.empty()) {
    const auto token = engine::decode_token(text);
    return token ? std::optional(token->revision) : std::nullopt;
  }
  const auto match = query.value("resourceVersionMatch");
  const auto limit = query.value("limit");
  const bool is_by_custom = match.empty() && !limit.empty() && limit != "0";
  if (match != "Exact" && !is_by_custom) return std::nullopt;
  return parse_revision(query.value("resourceVersion"));
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
