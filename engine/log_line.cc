#include "engine/log_line.h"

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

bool begins_life(const Value& line) {
  return string_at(line, {"type"}) == "ADDED" &&
         string_at(line, {"auditAnnotations", kGapAnnotation}).empty();
}

bool ends_life(const Value& line) {
  return string_at(line, {"type"}) == "DELETED";
}

}  // namespace gatefold::engine
