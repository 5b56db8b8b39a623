#include "api/replay.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include <fmt/format.h>

#include "schema/ids.h"
#include "schema/json.h"
#include "schema/time.h"

namespace gatefold::api {
namespace {

using engine::ReplayControl;

constexpr std::string_view kPath = "/gatefold/v1/replay";
constexpr std::uint64_t kStepsMax = 100'000;

Value status_document(const engine::ReplayStatus& status) {
  const auto& progress = status.progress;
  JsonObject document{{"state", engine::state_word(status.state)},
                      {"position",
                       {{"revision", progress.at.number},
                        {"time", progress.time.ns == 0 ? "" : format_nanos(progress.time)}}},
                      {"from", status.from.number},
                      {"to", status.to.number},
                      {"speed", to_string(status.speed)},
                      {"shown", progress.shown},
                      {"withheld", progress.withheld},
                      {"unheard", progress.unheard},
                      {"writes", status.writes},
                      {"refused", status.refused}};
  if (!progress.gaps.empty()) document["gaps"] = gaps_json(progress.gaps);
  if (!status.failure.empty()) document["failure"] = status.failure;
  return document;
}

Reply status_reply(const Result<engine::ReplayStatus>& status) {
  if (!status) return error_response(status.error());
  return json_response(200, to_json(status_document(*status)) + '\n');
}

Result<std::uint64_t> parse_steps(std::string_view text) {
  if (text.empty()) return 1;
  std::uint64_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc() || end != text.data() + text.size() || count == 0 || count > kStepsMax) {
    return bad_request(fmt::format("count: a number from 1 to {}, not {}", kStepsMax, text));
  }
  return count;
}

Result<ReplayControl> parse_seek(const Query& query) {
  const auto revision = query.value("revision");
  const auto time = query.value("time");
  ReplayControl control{.type = ReplayControl::Type::kSeek};
  if (time.empty()) {
    const auto parsed = parse_revision(revision);
    if (!parsed) return bad_request("revision: the history's revision to go to");
    control.revision = *parsed;
    return control;
  }
  if (!revision.empty()) return bad_request("revision and time: one of the two");
  control.time = parse_rfc3339(time);
  if (!control.time) {
    return bad_request("time: the history's time to go to, such as 2026-01-02T03:04:05Z");
  }
  return control;
}

Result<ReplayControl> parse_control(std::string_view word, const Query& query) {
  using Type = ReplayControl::Type;
  if (word == "pause") return ReplayControl{.type = Type::kPause};
  if (word == "resume") return ReplayControl{.type = Type::kResume};
  if (word == "step") {
    auto count = parse_steps(query.value("count"));
    if (!count) return std::unexpected(std::move(count.error()));
    return ReplayControl{.type = Type::kStep, .count = *count};
  }
  if (word == "seek") {
    return parse_seek(query);
  }
  if (word == "speed") {
    auto speed = engine::parse_speed(query.value("x"));
    if (!speed) return std::unexpected(std::move(speed.error()));
    return ReplayControl{.type = Type::kSpeed, .speed = *speed};
  }
  return failure(Reason::kNotFound, fmt::format("a replay has no {}", word));
}

std::unexpected<Status> wrong_method(std::string_view wanted) {
  return failure(Reason::kMethodNotAllowed, fmt::format("this wants {}", wanted));
}

// Answers with what `reply_of` makes of the status, on the replay's thread, once that is done.
template <class ReplyOf>
std::optional<Reply> ask(engine::Replay& replay, const ReplayControl& control, Done done, Post post,
                         ReplyOf reply_of) {
  replay.control(control, [done = std::move(done), post = std::move(post),
                           reply_of](Result<engine::ReplayStatus> status) mutable {
    post([done = std::move(done), reply = reply_of(status)]() mutable { done(std::move(reply)); });
  });
  return std::nullopt;
}

Reply report_reply(const Result<engine::ReplayReport>& report) {
  if (!report) return error_response(report.error());
  return json_response(200, to_json(report_json(*report)) + '\n');
}

}  // namespace

bool is_replay(const Request& request) {
  const std::string_view path = request.path;
  return path == kPath || (path.starts_with(kPath) && path[kPath.size()] == '/');
}

std::optional<Reply> serve_replay(engine::Replay& replay, const Request& request, Done done,
                                  Post post) {
  auto word = std::string_view(request.path).substr(kPath.size());
  word.remove_prefix(std::min<std::size_t>(word.size(), 1));
  if (word.empty() || word == "report") {
    if (request.method != "GET") return error_response(wrong_method("GET").error());
    if (word.empty()) return status_reply(replay.status());
    return ask(replay, {.type = ReplayControl::Type::kLook}, std::move(done), std::move(post),
               [&replay](const Result<engine::ReplayStatus>& status) {
                 return status ? report_reply(replay.report()) : error_response(status.error());
               });
  }
  auto control = parse_control(word, request.query);
  if (!control) return error_response(control.error());
  if (request.method != "POST") return error_response(wrong_method("POST").error());
  return ask(replay, *control, std::move(done), std::move(post), status_reply);
}

}  // namespace gatefold::api
