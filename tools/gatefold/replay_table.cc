#include "tools/gatefold/replay_table.h"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include "schema/json.h"

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
      out += fmt::format("  {}: not in the history, here {}\n", path, shown(field.new_value));
      return;
    case engine::ChangeType::kRemoved:
      out += fmt::format("  {}: {} in the history, not here\n", path, shown(field.old_value));
      return;
    case engine::ChangeType::kChanged:
    case engine::ChangeType::kReordered:
      out += fmt::format("  {}: {} in the history, here {}\n", path, shown(field.old_value),
                         shown(field.new_value));
      return;
  }
}

}  // namespace

std::string replay_table(const engine::ReplayReport& report) {
  std::size_t width = 6;
  for (const auto& object : report.objects) width = std::max(width, to_string(object.key).size());
  auto out = fmt::format("{:<{}}  {:>7}  {:>6}  VERDICT\n", "OBJECT", width, "HISTORY", "REPLAY");
  std::size_t different = 0;
  for (const auto& object : report.objects) {
    const bool is_equal = object.is_equal();
    if (!is_equal) ++different;
    out +=
        fmt::format("{:<{}}  {:>7}  {:>6}  {}\n", to_string(object.key), width,
                    object.history_writes, object.replay_writes, is_equal ? "equal" : "different");
    for (const auto& field : object.fields) append_field(out, field);
    for (const auto& moves : object.conditions) {
      if (moves.order == engine::StatusOrder::kSame) continue;
      out +=
          fmt::format("  {}[{}]: {}: {} in the history, here {}\n", moves.path, moves.type,
                      engine::order_word(moves.order), shown(moves.history), shown(moves.replay));
    }
  }
  out += fmt::format("{}: {} of {} objects differ, revisions {} to {}, {} writes refused\n",
                     report.is_equal() ? "equal" : "different", different, report.objects.size(),
                     report.from.number, report.until.number, report.refused);
  if (report.is_truncated) out += "there are more objects than this report holds\n";
  return out;
}

}  // namespace gatefold::tools
