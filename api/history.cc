#include "api/history.h"

#include <charconv>

#include <fmt/format.h>

#include "engine/history.h"
#include "engine/page.h"

namespace gatefold::api {
namespace {

constexpr std::string_view kLogPath = "/gatefold/v1/log";
constexpr std::string_view kTransitionsPath = "/gatefold/v1/transitions";
// Lines that one answer holds; the client asks on.
constexpr std::size_t kAnswerBytesMax = 4u << 20;

Response lines_response(std::string lines) {
  return {.code = 200, .content_type = "application/x-ndjson", .body = std::move(lines)};
}

Result<engine::LogQuery> parse_log_query(const Catalog& catalog, const Query& query) {
  engine::LogQuery result;
  for (const auto& [name, revision] :
       {std::pair{"after", &result.after}, {"until", &result.until}}) {
    auto parsed = engine::parse_revision_parameter(query.value(name));
    if (!parsed) return std::unexpected(std::move(parsed.error()));
    *revision = *parsed;
  }
  if (const auto word = query.value("kind"); !word.empty()) {
    auto kind = engine::find_kind_word(catalog, word);
    if (!kind) return std::unexpected(std::move(kind.error()));
    result.resource = (*kind)->resource;
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
  return result;
}

Response answer_log(const Context& context, const Query& query) {
  const auto view = context.engine.view();
  if (view == nullptr)
    return error_response(unavailable("the store is being opened again").error());
  auto asked = parse_log_query(*view->catalog, query);
  if (!asked) return error_response(asked.error());
  std::string lines;
  auto seen = engine::log_lines(*view, *asked, kAnswerBytesMax, [&](std::string_view line) {
    lines += line;
    lines += '\n';
  });
  if (!seen) return error_response(seen.error());
  auto response = lines_response(std::move(lines));
  response.headers.emplace_back("Gatefold-Revision", to_string(*seen));
  return response;
}

Response answer_transitions(const Context& context, const Query& query) {
  const auto view = context.engine.view();
  if (view == nullptr)
    return error_response(unavailable("the store is being opened again").error());
  auto key = engine::parse_object_name(*view->catalog, query.value("object"));
  if (!key) return error_response(key.error());
  std::string lines;
  auto found = engine::timeline_lines(*view, *key, [&](std::string_view line) {
    lines += line;
    lines += '\n';
  });
  return found ? lines_response(std::move(lines)) : error_response(found.error());
}

}  // namespace

bool is_history(const Request& request) {
  return request.method == "GET" && (request.path == kLogPath || request.path == kTransitionsPath);
}

std::optional<Reply> serve_history(const Context& context, Request request, Done done, Post post) {
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
