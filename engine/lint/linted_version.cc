#include "engine/lint/linted_version.h"

#include "engine/gap.h"

namespace gatefold::engine {
namespace {

std::string text_at(const Value& value, std::initializer_list<std::string_view> keys) {
  return std::string(string_at(value, keys));
}

Time time_at(const Value& value, std::string_view key) {
  return parse_rfc3339(string_at(value, {key})).value_or(Time{});
}

ObjectKey key_at(const Value& line) {
  return {text_at(line, {"object", "resource"}), text_at(line, {"object", "namespace"}),
          text_at(line, {"object", "name"})};
}

}  // namespace

std::optional<LintedVersion> read_linted_version(const Value& line) {
  const auto revision = integer_at(line, {"revision"}, 0);
  if (revision <= 0 || find(line, "object") == nullptr) return std::nullopt;
  LintedVersion version;
  version.revision = {static_cast<std::uint64_t>(revision)};
  version.previous = {static_cast<std::uint64_t>(integer_at(line, {"previous"}, 0))};
  version.time = time_at(line, "time");
  version.is_addition = string_at(line, {"type"}) == "ADDED" &&
                        string_at(line, {"auditAnnotations", kGapAnnotation}).empty();
  version.is_deletion = string_at(line, {"type"}) == "DELETED";
  version.key = key_at(line);
  version.kind = text_at(line, {"kind"});
  version.uid = text_at(line, {"object", "uid"});
  version.writer = {text_at(line, {"actor", "user"}), text_at(line, {"actor", "userAgent"}),
                    text_at(line, {"actor", "fieldManager"}), text_at(line, {"actor", "verb"}),
                    text_at(line, {"actor", "subresource"})};
  for (const auto& one : list_at(line, {"transitions"})) {
    version.transitions.push_back(
        {.path = text_at(one, {"path"}),
         .type = text_at(one, {"type"}),
         .old_status = text_at(one, {"oldStatus"}),
         .new_status = text_at(one, {"newStatus"}),
         .reason = text_at(one, {"reason"}),
         .message = text_at(one, {"message"}),
         .observed_generation = integer_at(one, {"observedGeneration"}, 0),
         .transition_time = time_at(one, "transitionTime")});
  }
  for (const auto& one : list_at(line, {"repairs"})) {
    version.repairs.push_back({text_at(one, {"rule"}), text_at(one, {"path"}),
                               text_at(one, {"type"}), time_at(one, "claimed"),
                               time_at(one, "kept")});
  }
  version.gap = text_at(line, {"bodyGap"});
  const auto* body = find(line, "body");
  const bool has_body = body != nullptr && body->is_object();
  version.is_stand_in = has_body && !version.gap.empty();
  if (has_body && !version.is_stand_in) version.body = *body;
  return version;
}

std::optional<storage::Sighting> read_sighting(const Value& line) {
  const auto count = integer_at(line, {"count"}, 0);
  storage::Sighting sighting{key_at(line),
                             text_at(line, {"writer"}),
                             text_at(line, {"sighting"}),
                             static_cast<std::uint64_t>(count),
                             time_at(line, "first"),
                             time_at(line, "last")};
  const bool is_whole = count > 0 && !sighting.rule.empty() && !sighting.key.name.empty() &&
                        !sighting.key.resource.empty() && !sighting.writer.empty() &&
                        sighting.last.ns > 0 && sighting.first.ns > 0;
  if (!is_whole) return std::nullopt;
  return sighting;
}

}  // namespace gatefold::engine
