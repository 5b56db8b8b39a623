// Lines of the log that leave nothing out: what an event is to people (engine/history.h), and what
// else its record holds, so that a line with its object can become the same record again.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "schema/status.h"
#include "schema/value.h"
#include "storage/event.h"
#include "storage/prepared_event.h"

namespace gatefold::engine {

// What lines for people leave out: `labels`, `fields`, `owners`, `schema`, `expiry` where there are
// any, `previousLabels` and `previousFields` where they differ.
void add_exact_members(JsonObject& line, const storage::Event& event);

struct ExactLine {
  storage::Event event;
  storage::Body body;    // canonical, without resourceVersion; null where it is no longer kept
  std::string body_gap;  // then: why; beside a body that stands in: for what (engine/gap.h)
};

// Reads what engine::log_lines wrote with bodies. The error says which member is missing or wrong.
Result<ExactLine> parse_exact_line(std::string_view text);

}  // namespace gatefold::engine
