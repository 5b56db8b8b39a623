#include "tools/gatefold/range.h"

#include <algorithm>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "engine/ledger_range.h"
#include "engine/world.h"
#include "schema/age.h"
#include "schema/field_error.h"

namespace gatefold::tools {
namespace {

// 0 is a bound, too, for who goes on where they were.
Result<std::optional<Moment>> bound(const std::string& text) {
  if (text.empty()) return std::nullopt;
  if (text == "0") return Moment(Revision{});
  auto moment = parse_moment(text);
  if (!moment) return std::unexpected(std::move(moment.error()));
  return *moment;
}

// What lies at a time and behind it.
Result<Revision> before(const OpenSource& source, Time time) {
  const auto then = engine::just_before(time);
  return then ? source.last_until(*then) : Result<Revision>(Revision{});
}

}  // namespace

void add_range(CLI::App& command, RangeOptions& options) {
  command.add_option("--after", options.after, "Only events after this revision or time");
  command.add_option("--since", options.since,
                     "Only events at or after this time, or of so long: 2h, 3d");
  command.add_option("--until", options.until, "Only events up to this revision or time");
}

Result<Range> parse_range(const RangeOptions& options, Time now) {
  Range range;
  auto after = bound(options.after);
  auto from = bound(options.from);
  auto until = bound(options.until);
  for (auto* each : {&after, &from, &until}) {
    if (!*each) return std::unexpected(std::move(each->error()));
  }
  range.after = *after;
  range.until = *until;
  if (const auto& first = *from) {
    if (const auto* revision = std::get_if<Revision>(&*first)) {
      range.after = Revision{std::max<std::uint64_t>(revision->number, 1) - 1};
    } else {
      range.since = std::get<Time>(*first);
    }
  }
  const bool are_alike = range.after && range.until && range.after->index() == range.until->index();
  if (are_alike && *range.until < *range.after) {
    return bad_request("the range ends before it begins");
  }
  if (options.since.empty()) return range;
  const auto since = parse_time_or_age(options.since, now);
  if (!since) {
    return bad_request(fmt::format(
        "--since: {} is neither a time such as 2026-01-02T03:04:05Z nor an age such as 2h or 3d",
        go_quote(options.since)));
  }
  range.since = std::max(range.since.value_or(*since), *since);
  return range;
}

Result<void> Range::apply(const OpenSource& source, engine::LogQuery& query) const {
  const auto resolve = [&](const Moment& moment) -> Result<Revision> {
    if (const auto* revision = std::get_if<Revision>(&moment)) {
      auto given = source.check_given(*revision);
      if (!given) return std::unexpected(std::move(given.error()));
      return *revision;
    }
    return source.last_until(std::get<Time>(moment));
  };
  if (after) {
    const auto last = resolve(*after);
    if (!last) return std::unexpected(last.error());
    query.after = *last;
  }
  if (since) {
    const auto last = before(source, *since);
    if (!last) return std::unexpected(last.error());
    query.after = std::max(query.after, *last);
  }
  if (!until) return {};
  const auto last = resolve(*until);
  if (!last) return std::unexpected(last.error());
  if (last->number == 0 && std::holds_alternative<Time>(*until)) {
    return bad_request(fmt::format("nothing had happened by {}: the log begins later",
                                   format_nanos(std::get<Time>(*until))));
  }
  query.until = *last;
  return {};
}

Time range_now() {
  return engine::real_world().now();
}

}  // namespace gatefold::tools
