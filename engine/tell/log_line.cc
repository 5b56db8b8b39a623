#include "engine/tell/log_line.h"

#include <initializer_list>
#include <string>

#include "engine/gap.h"
#include "schema/json.h"

namespace gatefold::engine {
namespace {

std::string text_at(const Value& value, std::initializer_list<std::string_view> keys) {
  return std::string(string_at(value, keys));
}

}  // namespace

Revision revision_at(const Value& line, std::string_view member) {
  return {static_cast<std::uint64_t>(integer_at(line, {member}, 0))};
}

Time time_at(const Value& line, std::string_view member) {
  return parse_rfc3339(string_at(line, {member})).value_or(Time{});
}

storage::Actor actor_in(const Value& line) {
  return {.user = text_at(line, {"actor", "user"}),
          .user_agent = text_at(line, {"actor", "userAgent"}),
          .field_manager = text_at(line, {"actor", "fieldManager"}),
          .verb = text_at(line, {"actor", "verb"}),
          .subresource = text_at(line, {"actor", "subresource"})};
}

ObjectKey key_in(const Value& line) {
  return {text_at(line, {"object", "resource"}), text_at(line, {"object", "namespace"}),
          text_at(line, {"object", "name"})};
}

storage::Transition read_transition(const Value& transition) {
  return {.path = text_at(transition, {"path"}),
          .type = text_at(transition, {"type"}),
          .old_status = text_at(transition, {"oldStatus"}),
          .new_status = text_at(transition, {"newStatus"}),
          .reason = text_at(transition, {"reason"}),
          .message = text_at(transition, {"message"}),
          .observed_generation = integer_at(transition, {"observedGeneration"}, 0),
          .transition_time = time_at(transition, "transitionTime")};
}

storage::Repair read_repair(const Value& repair) {
  return {.rule = text_at(repair, {"rule"}),
          .path = text_at(repair, {"path"}),
          .type = text_at(repair, {"type"}),
          .claimed = time_at(repair, "claimed"),
          .kept = time_at(repair, "kept")};
}

std::optional<storage::Sighting> read_sighting(const Value& line) {
  const auto count = integer_at(line, {"count"}, 0);
  storage::Sighting sighting{key_in(line),
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

bool begins_life(const Value& line) {
  return string_at(line, {"type"}) == "ADDED" &&
         string_at(line, {"auditAnnotations", kGapAnnotation}).empty();
}

bool stands_in(const Value& line) {
  return !string_at(line, {"auditAnnotations", kStandInAnnotation}).empty();
}

bool ends_life(const Value& line) {
  return string_at(line, {"type"}) == "DELETED";
}

}  // namespace gatefold::engine
