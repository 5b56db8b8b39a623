#include "tools/gatefold/redaction_marks.h"

#include <algorithm>

#include <fmt/format.h>

#include "schema/json.h"
#include "storage/redact.h"

namespace gatefold::tools {
namespace {

std::uint64_t revision_of(const Value& line) {
  return static_cast<std::uint64_t>(integer_at(line, {"revision"}, 0));
}

std::string object_name(const Value* object) {
  if (object == nullptr) return {};
  const auto name_space = string_at(*object, {"namespace"});
  return fmt::format("{}{}{}/{}", string_at(*object, {"resource"}), name_space.empty() ? "" : "/",
                     name_space, string_at(*object, {"name"}));
}

std::uint64_t number(const Value& value) {
  return value.is_int64() ? static_cast<std::uint64_t>(value.get_int64()) : 0;
}

}  // namespace

Result<void> RedactionMarks::read(const OpenSource& source) {
  engine::LogQuery query;
  query.after = seen_;
  query.bodies = true;
  const auto lines = [&](const LineSink& sink) {
    return source.read_all(query, std::string(storage::kRedactions), {}, sink);
  };
  const auto head = read_values(lines, [&](const Value& line) { note(line); });
  if (!head) return std::unexpected(head.error());
  seen_ = std::max(seen_, *head);
  return {};
}

bool RedactionMarks::is_news(const Value& event) const {
  return string_at(event, {"object", "resource"}) == storage::kRedactions &&
         revision_of(event) > seen_.number;
}

void RedactionMarks::note(const Value& line) {
  const auto* body = find(line, "body");
  if (body == nullptr) return;
  Redaction redaction{.told = revision_of(line), .runs = {}};
  for (const auto& run : list_at(*body, {"spec", "revisions"})) {
    if (!run.is_array() || run.get_array().size() != 2) continue;
    redaction.runs.emplace_back(number(run.get_array()[0]), number(run.get_array()[1]));
  }
  told_.insert_or_assign(redaction.told, storage::redaction_text(*body));
  of_object_[object_name(find_path(*body, {"spec", "object"}))].push_back(std::move(redaction));
}

std::string RedactionMarks::of(const Value& event) const {
  const auto revision = revision_of(event);
  if (const auto told = told_.find(revision); told != told_.end()) return told->second;
  const auto found = of_object_.find(object_name(find(event, "object")));
  if (found == of_object_.end()) return {};
  for (const auto& redaction : found->second) {
    const bool is_in = std::ranges::any_of(redaction.runs, [&](const Run& run) {
      return run.first <= revision && revision <= run.second;
    });
    if (is_in) return fmt::format("redacted in {}", redaction.told);
  }
  return {};
}

}  // namespace gatefold::tools
