#include "tools/gatefold/replay_table.h"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include "schema/json.h"
#include "tools/gatefold/print.h"

namespace gatefold::tools {
namespace {

// Longer values say where they differ in JSON output.
constexpr std::size_t kValueBytesMax = 120;

std::string shown(const Value& value) {
  auto text = canonical_json(value);
  if (text.size() > kValueBytesMax) text = text.substr(0, kValueBytesMax) + "...";
  return text;
}

std::string shown(const std::vector<std::string>& statuses) {
  std::string text;
  for (const auto& status : statuses) {
    if (!text.empty()) text += " > ";
    text += status.empty() ? "gone" : status;
  }
  return text.empty() ? "never" : text;
}

void append_field(std::string& out, const engine::FieldChange& field) {
  const auto path = field.path.empty() ? std::string("the object") : field.path;
  switch (field.type) {
    case engine::ChangeType::kAdded:
      out += format_text("  {}: not in the history, here {}\n", path, shown(field.new_value));
      return;
    case engine::ChangeType::kRemoved:
      out += format_text("  {}: {} in the history, not here\n", path, shown(field.old_value));
      return;
    case engine::ChangeType::kChanged:
    case engine::ChangeType::kReordered:
      out += format_text("  {}: {} in the history, here {}\n", path, shown(field.old_value),
                         shown(field.new_value));
      return;
  }
}

void append_gaps(std::string& out, const engine::Gaps& gaps) {
  for (const auto& resource : gaps.lacking) {
    out += format_text("{}: what was there at first is no longer kept\n", resource);
  }
  if (gaps.events == 0) return;
  out += format_text("passed over, as not kept or not known: {} events, revisions", gaps.events);
  for (const auto& run : gaps.revisions) {
    out += run.first == run.last ? fmt::format(" {}", run.first.number)
                                 : fmt::format(" {}-{}", run.first.number, run.last.number);
  }
  out += gaps.is_truncated ? " and more\n" : "\n";
  for (const auto& key : gaps.objects) {
    out += format_text("  {}: not all of its contents are known\n", to_string(key));
  }
}

}  // namespace

std::string replay_table(const engine::ReplayReport& report) {
  std::size_t width = 6;
  for (const auto& object : report.objects) width = std::max(width, to_string(object.key).size());
  auto out = fmt::format("{:<{}}  {:>7}  {:>6}  VERDICT\n", "OBJECT", width, "HISTORY", "REPLAY");
  std::size_t different = 0;
  for (const auto& object : report.objects) {
    if (object.differs()) ++different;
    const auto* const verdict = object.differs()    ? "different"
                                : object.is_equal() ? "equal"
                                                    : "unknown";
    out += format_text("{:<{}}  {:>7}  {:>6}  {}\n", to_string(object.key), width,
                       object.history_writes, object.replay_writes, verdict);
    if (!object.gap.empty()) out += format_text("  not compared: {}\n", object.gap);
    for (const auto& field : object.fields) append_field(out, field);
    for (const auto& moves : object.conditions) {
      if (moves.order == engine::StatusOrder::kSame) continue;
      out +=
          format_text("  {}[{}]: {}: {} in the history, here {}\n", moves.path, moves.type,
                      engine::order_word(moves.order), shown(moves.history), shown(moves.replay));
    }
  }
  out += format_text("{}: {} of {} objects differ, revisions {} to {}, {} writes refused\n",
                     report.verdict(), different, report.objects.size(), report.from.number,
                     report.until.number, report.refused);
  if (report.uncompared_history + report.uncompared_replay > 0) {
    out += format_text("Events and Leases are not compared: {} writes in the history, here {}\n",
                       report.uncompared_history, report.uncompared_replay);
  }
  if (report.is_truncated) out += "there are more objects, or statuses, than a report holds\n";
  for (const auto& resource : report.dropped) {
    out += format_text("{}: the history no longer has all events\n", resource);
  }
  append_gaps(out, report.gaps);
  if (report.names_nobody) {
    out += "no event of the history is by a writer under test: is --under-test right?\n";
  }
  if (report.on_way_to) {
    out += format_text("ended on the way to revision {}, where nothing can be compared\n",
                       report.on_way_to->number);
  }
  if (!report.failure.empty()) {
    out += format_text("the replay could not go on: {}\n", report.failure);
  }
  return out;
}

}  // namespace gatefold::tools
