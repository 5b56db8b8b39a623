#include "tools/gatefold/replay.h"

#include <chrono>
#include <csignal>
#include <future>
#include <memory>
#include <optional>
#include <stop_token>
#include <utility>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "api/server.h"
#include "engine/replay/replay.h"
#include "schema/age.h"
#include "schema/json.h"
#include "tools/gatefold/exit_code.h"
#include "tools/gatefold/options.h"
#include "tools/gatefold/replay_table.h"
#include "tools/gatefold/serving.h"

namespace gatefold::tools {
namespace {

using Clock = std::chrono::steady_clock;

// How late a signal is noticed.
constexpr std::chrono::nanoseconds kTick = std::chrono::milliseconds(50);

Result<std::optional<Moment>> parse_end(const std::string& text) {
  if (text.empty()) return std::nullopt;
  auto moment = parse_moment(text);
  if (!moment) return std::unexpected(std::move(moment.error()));
  return *moment;
}

Result<std::int64_t> parse_span(std::string_view flag, const std::string& text) {
  const auto span = parse_age_ns(text);
  if (!span) {
    return bad_request(fmt::format("{} wants a duration such as 1m30s, not {}", flag, text));
  }
  return *span;
}

Result<engine::ReplayOptions> parse_options(const ReplayCommandOptions& options) {
  engine::ReplayOptions parsed;
  parsed.directory = options.directory;
  parsed.waits_for_watch = options.wait_for_watch;
  for (const auto& [text, end] :
       {std::pair{&options.from, &parsed.from}, {&options.to, &parsed.to}}) {
    auto moment = parse_end(*text);
    if (!moment) return std::unexpected(std::move(moment.error()));
    *end = *moment;
  }
  auto speed = engine::parse_speed(options.speed);
  if (!speed) return std::unexpected(std::move(speed.error()));
  parsed.speed = *speed;
  auto gap = parse_span("--gap-max", options.gap_max);
  if (!gap) return std::unexpected(std::move(gap.error()));
  parsed.gap_max_ns = *gap;
  std::vector<engine::WriterPattern> patterns;
  for (const auto& text : options.under_test) {
    auto pattern = engine::parse_writer_pattern(text);
    if (!pattern) return std::unexpected(std::move(pattern.error()));
    patterns.push_back(std::move(*pattern));
  }
  parsed.under_test = engine::UnderTest(std::move(patterns));
  return parsed;
}

bool is_over(engine::ReplayStatus::State state) {
  return state == engine::ReplayStatus::State::kEnded ||
         state == engine::ReplayStatus::State::kFailed;
}

// Until a signal ends it; with `ends_by_itself` also once the end is reached, or can't be, and
// nothing was written for `settle`. Says when the replay can't go on.
void wait_for_end(const engine::Replay& replay, bool ends_by_itself,
                  std::chrono::nanoseconds settle, const sigset_t& signals) {
  constexpr timespec kWait{.tv_sec = 0, .tv_nsec = kTick.count()};
  std::uint64_t writes = 0;
  std::optional<Clock::time_point> quiet_since;
  bool has_failed = false;
  while (sigtimedwait(&signals, nullptr, &kWait) < 0) {
    const auto status = replay.status();
    const bool fails = status.state == engine::ReplayStatus::State::kFailed;
    if (fails && !has_failed) {
      spdlog::error("the replay can't go on behind revision {}: {}", status.progress.at.number,
                    status.failure);
    }
    has_failed = fails;
    if (!ends_by_itself || !is_over(status.state)) {
      quiet_since.reset();
      continue;
    }
    if (!quiet_since || status.writes != writes) quiet_since = Clock::now();
    writes = status.writes;
    if (Clock::now() - *quiet_since >= settle) return;
  }
}

int tell(engine::Replay& replay, const ReplayCommandOptions& options) {
  const auto told = replay.report();
  if (!told) return report(told.error());
  if (options.output == "table") {
    fmt::print("{}", replay_table(*told));
  } else {
    print_value(report_json(*told), options.output);
  }
  std::fflush(stdout);
  if (!told->failure.empty()) {
    return report({.reason = Reason::kInternalError, .message = told->failure});
  }
  return options.exit_at_end && !told->is_equal() ? kFoundSomething : kFine;
}

void add_check(const engine::Replay& replay, api::Probes& probes) {
  probes.add("replay", false, [&replay] {
    const auto status = replay.status();
    return api::CheckResult{status.failure.empty(), status.failure};
  });
}

// nullptr: a signal has ended it.
Result<std::unique_ptr<engine::Replay>> open(engine::ReplayOptions options,
                                             const sigset_t& signals) {
  constexpr timespec kNoWait{};
  std::stop_source ending;
  auto opened = std::async(std::launch::async, [&] {
    return engine::Replay::open(std::move(options), engine::real_world(), ending.get_token());
  });
  while (opened.wait_for(kTick) != std::future_status::ready) {
    if (sigtimedwait(&signals, nullptr, &kNoWait) >= 0) ending.request_stop();
  }
  auto replay = opened.get();
  const bool can_open = replay || replay.error().reason == Reason::kServiceUnavailable;
  if (can_open && ending.stop_requested()) return nullptr;
  return replay;
}

int serve(engine::ReplayOptions parsed, const ReplayCommandOptions& options,
          const Endpoint& endpoint, std::int64_t settle_ns, const sigset_t& signals) {
  auto replay = open(std::move(parsed), signals);
  if (!replay) return report(replay.error());
  if (*replay == nullptr) {
    spdlog::warn("ended before the state to begin with was put: there is nothing to report");
    return options.exit_at_end ? kFoundSomething : kFine;
  }
  auto& engine = (*replay)->engine();
  api::Documents documents;
  api::Probes probes;
  add_checks(engine, probes);
  add_check(**replay, probes);
  api::Metrics metrics;
  const api::Context context{engine, documents, probes, metrics, replay->get()};
  auto server = api::Server::start(context, {.address = endpoint.address,
                                             .port = endpoint.port,
                                             .threads = thread_count(0),
                                             .limits = {.connections = connections_max()}});
  if (!server) return report(server.error());
  const auto status = (*replay)->status();
  fmt::print("{}\n", to_json(JsonObject{{"ready", true},
                                        {"url", (*server)->url()},
                                        {"from", status.from.number},
                                        {"to", status.to.number}}));
  std::fflush(stdout);
  spdlog::info("replaying revisions {} to {} at {}", status.from.number, status.to.number,
               (*server)->url());
  for (const auto& resource : status.progress.gaps.lacking) {
    spdlog::warn("{}: what was there at revision {} is no longer kept, and may be lacking or old",
                 resource, status.from.number);
  }
  (*replay)->start();
  wait_for_end(**replay, options.exit_at_end, std::chrono::nanoseconds(settle_ns), signals);
  (*replay)->stop();
  engine.drain();
  (*server)->stop();
  const int code = tell(**replay, options);
  engine.stop();
  server->reset();
  replay->reset();
  return code;
}

}  // namespace

int run_replay(const ReplayCommandOptions& options) {
  auto endpoint = parse_listen(options.listen);
  if (!endpoint) return report(endpoint.error());
  if (auto safe = check_exposure(*endpoint, options.allow_unauthenticated); !safe) {
    return report(safe.error());
  }
  auto parsed = parse_options(options);
  if (!parsed) return report(parsed.error());
  const auto settle_ns = parse_span("--settle", options.settle);
  if (!settle_ns) return report(settle_ns.error());
  const auto signals = prepare_process();
  set_up_logging(options.log_level, "text");
  return serve(std::move(*parsed), options, *endpoint, *settle_ns, signals);
}

}  // namespace gatefold::tools
