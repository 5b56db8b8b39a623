#include "api/history.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "api/limits.h"
#include "engine/history.h"
#include "engine/ledger_range.h"
#include "engine/page.h"
#include "schema/json.h"
#include "schema/time.h"

namespace gatefold::api {
namespace {

constexpr std::string_view kLogPath = "/gatefold/v1/log";
constexpr std::string_view kHeadPath = "/gatefold/v1/head";
constexpr std::string_view kTransitionsPath = "/gatefold/v1/transitions";
constexpr std::string_view kSightingsPath = "/gatefold/v1/sightings";
constexpr std::string_view kKeptPath = "/gatefold/v1/kept";
constexpr std::string_view kRedactPath = "/gatefold/v1/redact";
// What one answer holds, and looks at for it: some ten milliseconds of a thread that serves others
// too. The client asks on.
constexpr engine::HistoryBounds kBounds{.bytes_max = 1u << 20, .events_max = 10'000};

// Up to when the log is told. The clock of a server of the past stands still.
Time time_of_end(const Context& context, const engine::View& view) {
  return std::max(context.engine.world().now(), view.head.time);
}

// A page of lines that was read up to `seen`.
Response page(const Context& context, std::string lines, Revision seen, const engine::View& view) {
  return {.code = 200,
          .content_type = "application/x-ndjson",
          .body = std::move(lines),
          .headers = {{"Gatefold-Revision", to_string(seen)},
                      {"Gatefold-Head", to_string(view.revision())},
                      {"Gatefold-Time", format_nanos(time_of_end(context, view))}}};
}

Result<engine::LogQuery> parse_log_query(const engine::View& view, const Query& query) {
  engine::LogQuery result;
  for (const auto& [name, revision] :
       {std::pair{"after", &result.after}, {"until", &result.until}}) {
    auto parsed = engine::parse_revision_parameter(query.value(name));
    if (!parsed) return std::unexpected(std::move(parsed.error()));
    *revision = *parsed;
  }
  if (const auto word = query.value("kind"); !word.empty()) {
    auto kind = engine::find_kind_word(view, word);
    if (!kind) return std::unexpected(std::move(kind.error()));
    result.resource = std::move(kind->resource);
  }
  const auto limit = query.value("limit");
  const auto [end, error] =
      std::from_chars(limit.data(), limit.data() + limit.size(), result.limit);
  if (!limit.empty() && (error != std::errc() || end != limit.data() + limit.size())) {
    return bad_request("limit: not a number: " + std::string(limit));
  }
  result.name_space = query.value("namespace");
  result.name = query.value("name");
  result.user = query.value("user");
  result.field_manager = query.value("fieldManager");
  result.type = query.value("type");
  result.bodies = query.is_true("bodies");
  if (const auto object = query.value("object"); !object.empty()) {
    if (!result.resource.empty() || !result.name_space.empty() || !result.name.empty()) {
      return bad_request("object: not beside kind, namespace or name");
    }
    auto key = engine::parse_object_name(view, object);
    if (!key) return std::unexpected(std::move(key.error()));
    result.object = std::move(*key);
  }
  return result;
}

Response answer_log(const Context& context, const Query& query) {
  const auto view = context.engine.view();
  if (view == nullptr)
    return error_response(unavailable("the store is being opened again").error());
  auto asked = parse_log_query(*view, query);
  if (!asked) return error_response(asked.error());
  std::string lines;
  auto seen = engine::log_lines(*view, *asked, kBounds, [&](std::string_view line) {
    lines += line;
    lines += '\n';
  });
  return seen ? page(context, std::move(lines), *seen, *view) : error_response(seen.error());
}

Response answer_transitions(const Context& context, const Query& query) {
  const auto view = context.engine.view();
  if (view == nullptr)
    return error_response(unavailable("the store is being opened again").error());
  auto key = engine::parse_object_name(*view, query.value("object"));
  if (!key) return error_response(key.error());
  auto after = engine::parse_revision_parameter(query.value("after"));
  if (!after) return error_response(after.error());
  std::string lines;
  auto seen = engine::timeline_lines(*view, *key, *after, kBounds, [&](std::string_view line) {
    lines += line;
    lines += '\n';
  });
  return seen ? page(context, std::move(lines), *seen, *view) : error_response(seen.error());
}

Response answer_sightings(const Context& context, const Query& query) {
  const auto view = context.engine.view();
  if (view == nullptr)
    return error_response(unavailable("the store is being opened again").error());
  std::optional<ObjectKey> after;
  if (const auto resource = query.value("resource"); !resource.empty()) {
    after = {std::string(resource), std::string(query.value("namespace")),
             std::string(query.value("name"))};
  }
  std::string lines;
  auto done = engine::sighting_lines(*view, after, kBounds, [&](std::string_view line) {
    lines += line;
    lines += '\n';
  });
  return done ? page(context, std::move(lines), view->revision(), *view)
              : error_response(done.error());
}

Response answer_kept(const Context& context) {
  const auto view = context.engine.view();
  if (view == nullptr)
    return error_response(unavailable("the store is being opened again").error());
  std::string lines;
  auto done = engine::kept_lines(*view, [&](std::string_view line) {
    lines += line;
    lines += '\n';
  });
  return done ? page(context, std::move(lines), view->revision(), *view)
              : error_response(done.error());
}

Response answer_head(const Context& context, const Query& query) {
  const auto view = context.engine.view();
  if (view == nullptr)
    return error_response(unavailable("the store is being opened again").error());
  if (const auto at = query.first("at")) {
    const auto time = parse_rfc3339(*at);
    if (!time) return error_response(bad_request("at: not a time: " + std::string(*at)).error());
    const auto last = engine::last_until(*view, *time);
    if (!last) return error_response(last.error());
    return json_response(200, to_json(JsonObject{{"revision", last->number}}));
  }
  const auto revision = engine::parse_revision_parameter(query.value("revision"));
  if (!revision) return error_response(revision.error());
  auto line = engine::provenance_line(*view, *revision);
  return line ? json_response(200, std::move(*line)) : error_response(line.error());
}

std::optional<Reply> redact(const Context& context, const Request& request, const UserPtr& user,
                            Done done, Post post) {
  // What a page in a browser may send to everybody is not enough.
  if (!request.content_type.starts_with("application/json")) {
    return error_response(bad_request("the content type must be application/json").error());
  }
  const auto body = parse_json(request.body);
  if (!body) return error_response(bad_request("the body is no JSON").error());
  const auto view = context.engine.view();
  if (view == nullptr)
    return error_response(unavailable("the store is being opened again").error());
  auto asked = engine::parse_redaction(*view, body->value);
  if (!asked) return error_response(asked.error());
  asked->actor.user = user->name;
  asked->actor.user_agent = request.user_agent.substr(0, kUserAgentBytesMax);
  asked->actor.verb = "redact";
  context.engine.redact(std::move(*asked), [done = std::move(done), post = std::move(post)](
                                               Result<storage::RedactReport> report) mutable {
    post([done = std::move(done), report = std::move(report)]() mutable {
      if (!report) {
        done(error_response(report.error()));
        return;
      }
      JsonArray revisions;
      for (const auto revision : report->revisions) revisions.emplace_back(revision.number);
      JsonObject answer{{"redacted", std::move(revisions)}};
      if (report->told.number != 0) answer["revision"] = report->told.number;
      done(Response{.code = 200, .content_type = "application/json", .body = to_json(answer)});
    });
  });
  return std::nullopt;
}

}  // namespace

bool is_history(const Request& request) {
  if (request.method == "POST") return request.path == kRedactPath;
  return request.method == "GET" && (request.path == kLogPath || request.path == kHeadPath ||
                                     request.path == kTransitionsPath ||
                                     request.path == kSightingsPath || request.path == kKeptPath);
}

std::optional<Reply> serve_history(const Context& context, Request request, const UserPtr& user,
                                   Done done, Post post) {
  if (request.path == kRedactPath) {
    return redact(context, request, user, std::move(done), std::move(post));
  }
  if (request.path == kKeptPath) return answer_kept(context);
  if (request.path == kSightingsPath) return answer_sightings(context, request.query);
  if (request.path == kHeadPath) return answer_head(context, request.query);
  if (request.path == kTransitionsPath) return answer_transitions(context, request.query);
  if (!request.query.is_true("wait")) return answer_log(context, request.query);
  auto after = engine::parse_revision_parameter(request.query.value("after"));
  if (!after) return error_response(after.error());
  context.engine.wait_for(
      after->next(), [&context, request = std::move(request), done = std::move(done),
                      post = std::move(post)](bool) mutable {
        post([&context, request = std::move(request), done = std::move(done)]() mutable {
          done(answer_log(context, request.query));
        });
      });
  return std::nullopt;
}

}  // namespace gatefold::api
