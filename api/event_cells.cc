#include "api/event_cells.h"

#include <algorithm>
#include <span>

#include "api/table_cells.h"
#include "schema/json.h"
#include "schema/utf8.h"

namespace gatefold::api {
namespace {

using Paths = std::span<const std::string>;

std::string_view first_text(const Value& object, Paths paths) {
  for (const auto& path : paths) {
    const auto* value = follow(object, path);
    const auto* text = value == nullptr ? nullptr : value->if_string();
    if (text != nullptr && !text->empty()) return {text->data(), text->size()};
  }
  return {};
}

std::string age_text(std::string_view text, Time now) {
  const auto time = parse_rfc3339(text);
  return time ? human_duration(now.ns - time->ns) : "<unknown>";
}

std::int64_t occurrences(const Value& object, Paths paths) {
  for (const auto& path : paths) {
    const auto* value = follow(object, path);
    const auto* count = value == nullptr ? nullptr : value->if_int64();
    if (count != nullptr && *count != 0) return *count;
  }
  return 1;
}

std::string reference_text(const Value& reference) {
  std::string text(string_at(reference, {"kind"}));
  std::ranges::transform(text, text.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c; });
  const auto name = string_at(reference, {"name"});
  return name.empty() ? text : text.append(1, '/').append(name);
}

std::string source_text(const Value& object, Paths paths) {
  std::string text(first_text(object, paths.first(std::min<std::size_t>(2, paths.size()))));
  const auto instance = first_text(object, paths.subspan(std::min<std::size_t>(2, paths.size())));
  return instance.empty() ? text : text.append(", ").append(instance);
}

}  // namespace

void append_event_cell(std::string& out, const PrinterColumn& column, const Value& object,
                       Time now) {
  const Paths paths(column.paths);
  switch (column.compute) {
    case PrinterColumn::Compute::kFirstAge:
      append_json_string(out, age_text(first_text(object, paths), now));
      return;
    case PrinterColumn::Compute::kOccurrences:
      out += std::to_string(occurrences(object, paths));
      return;
    case PrinterColumn::Compute::kEventObject: {
      const auto* reference = paths.empty() ? nullptr : follow(object, paths.front());
      append_json_string(out, reference == nullptr ? std::string() : reference_text(*reference));
      return;
    }
    case PrinterColumn::Compute::kEventSource:
      append_json_string(out, source_text(object, paths));
      return;
    default:
      append_json_string(out, trimmed(first_text(object, paths)));
      return;
  }
}

}  // namespace gatefold::api
