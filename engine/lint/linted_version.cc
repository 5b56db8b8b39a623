#include "engine/lint/linted_version.h"

#include "engine/tell/log_line.h"
#include "schema/json.h"

namespace gatefold::engine {

std::optional<LintedVersion> read_linted_version(const Value& line) {
  if (integer_at(line, {"revision"}, 0) <= 0 || find(line, "object") == nullptr) {
    return std::nullopt;
  }
  LintedVersion version;
  version.revision = revision_at(line, "revision");
  version.previous = revision_at(line, "previous");
  version.time = time_at(line, "time");
  version.is_addition = begins_life(line);
  version.is_deletion = ends_life(line);
  version.key = key_in(line);
  version.kind = string_at(line, {"kind"});
  version.uid = string_at(line, {"object", "uid"});
  version.writer = actor_in(line);
  for (const auto& one : list_at(line, {"transitions"})) {
    version.transitions.push_back(read_transition(one));
  }
  for (const auto& one : list_at(line, {"repairs"})) version.repairs.push_back(read_repair(one));
  version.gap = string_at(line, {"bodyGap"});
  const auto* body = find(line, "body");
  const bool has_body = body != nullptr && body->is_object();
  version.is_stand_in = has_body && !version.gap.empty();
  if (has_body && !version.is_stand_in) version.body = *body;
  return version;
}

}  // namespace gatefold::engine
