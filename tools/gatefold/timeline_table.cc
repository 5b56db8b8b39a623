#include "tools/gatefold/timeline_table.h"

#include <algorithm>
#include <array>
#include <string>

#include <fmt/format.h>

#include "tools/gatefold/print.h"

namespace gatefold::tools {
namespace {

constexpr std::int64_t kChartCells = 40;

// Gateway API's conditions that vanish instead of becoming False.
constexpr std::array<std::string_view, 4> kNegativeTypes{
    "Conflicted", "InsecureFrontendValidationMode", "OverlappingTLSConfig", "PartiallyInvalid"};

char cell_of(const std::string& status) {
  return status.empty() ? '.' : status.front();
}

// Each cell shows the status in its middle; the last one that of now, which may be brand-new.
Painted chart_of(const engine::ConditionTimeline& timeline, const Paint& paint) {
  const auto from = timeline.spans.front().from.ns;
  const auto duration = timeline.duration_ns();
  Painted chart;
  std::string stretch;  // of one status
  auto status = timeline.spans.front().status;
  auto span = timeline.spans.begin();
  const auto add = [&](const std::string& its) {
    if (its != status) {
      chart += paint(status_colour(timeline.type, status), stretch);
      stretch.clear();
      status = its;
    }
    stretch += cell_of(its);
  };
  for (std::int64_t cell = 0; cell < kChartCells; ++cell) {
    // Divided first: a century of nanoseconds times a hundred does not fit.
    const auto at = from + (duration / (2 * kChartCells)) * (2 * cell + 1);
    while (std::next(span) != timeline.spans.end() && span->until.ns <= at) ++span;
    const auto& shown = cell + 1 == kChartCells ? timeline.spans.back() : *span;
    add(shown.is_cut ? std::string(engine::kNotKnown) : shown.status);
  }
  chart += paint(status_colour(timeline.type, status), stretch);
  return chart;
}

std::string share_of(const engine::ConditionTimeline& timeline, const std::string& status) {
  const auto times = timeline.time_in_state_ns();
  const auto found = times.find(status);
  const auto duration = static_cast<double>(timeline.duration_ns());
  if (found == times.end()) return "-";
  if (duration <= 0) return timeline.current() == status ? "100.0%" : "0.0%";
  return fmt::format("{:.1f}%", 100 * static_cast<double>(found->second) / duration);
}

std::string now_of(const engine::ConditionTimeline& timeline) {
  if (timeline.end) return "deleted";
  return timeline.current().empty() ? "-" : timeline.current();
}

JsonObject span_object(const engine::ConditionSpan& span) {
  JsonObject object{{"status", span.status},
                    {"from", format_nanos(span.from)},
                    {"until", format_nanos(span.until)},
                    {"seconds", static_cast<double>(span.duration_ns()) / kNsPerSecond}};
  if (span.revision.number != 0) {
    object["revision"] = span.revision.number;
    object["user"] = span.actor.user;
  }
  if (!span.actor.field_manager.empty()) object["fieldManager"] = span.actor.field_manager;
  if (!span.reason.empty()) object["reason"] = span.reason;
  if (span.is_open) object["open"] = true;
  if (span.is_cut) object["cut"] = true;
  return object;
}

}  // namespace

Colour status_colour(std::string_view type, std::string_view status) {
  if (status == "Unknown") return Colour::kUnsure;
  if (status != "True" && status != "False") return Colour::kNone;
  const bool is_negative = std::ranges::find(kNegativeTypes, type) != kNegativeTypes.end();
  return (status == "True") != is_negative ? Colour::kGood : Colour::kBad;
}

void print_timelines(std::span<const engine::ConditionTimeline> timelines, const Paint& paint) {
  if (timelines.empty()) return;
  say("\n{:<44}  {:<8}  {:>8}  {:>7}  {:>7}  {:>7}  {:>5}  {}\n", "CONDITION", "NOW", "FOR", "TRUE",
      "FALSE", "UNKNOWN", "FLAPS",
      "FROM THE FIRST TRANSITION TO NOW (OF A DIRECTORY: TO THE LOG'S LAST EVENT)");
  for (const auto& timeline : timelines) {
    say("{:<44}  {}  {:>8}  {:>7}  {:>7}  {:>7}  {:>5}  {}\n",
        fmt::format("{} {}", timeline.path, timeline.type),
        paint(timeline.end ? Colour::kNone : status_colour(timeline.type, timeline.current()),
              fmt::format("{:<8}", now_of(timeline))),
        human_duration(timeline.spans.back().duration_ns()), share_of(timeline, "True"),
        share_of(timeline, "False"), share_of(timeline, "Unknown"), timeline.flaps(),
        chart_of(timeline, paint));
  }
}

Value timeline_value(const engine::ConditionTimeline& timeline) {
  JsonArray spans;
  for (const auto& span : timeline.spans) spans.emplace_back(span_object(span));
  JsonObject seconds;
  for (const auto& [status, time_ns] : timeline.time_in_state_ns())
    seconds[status] = static_cast<double>(time_ns) / kNsPerSecond;
  return JsonObject{{"timeline", JsonObject{{"uid", to_string(timeline.uid)},
                                            {"path", timeline.path},
                                            {"type", timeline.type},
                                            {"status", timeline.current()},
                                            {"deleted", timeline.end.has_value()},
                                            {"flaps", timeline.flaps()},
                                            {"secondsIn", std::move(seconds)},
                                            {"spans", std::move(spans)}}}};
}

}  // namespace gatefold::tools
