// Timelines of conditions as a table with a text chart.
#pragma once

#include <span>

#include "engine/tell/timeline.h"
#include "schema/value.h"

namespace gatefold::tools {

// One row for each condition in each life of the object: its status now and since when, its share
// of time in each status, how often it went back, and a chart from its first transition to the end.
void print_timelines(std::span<const engine::ConditionTimeline> timelines);
// With all spans: {"timeline": {...}}.
Value timeline_value(const engine::ConditionTimeline& timeline);

}  // namespace gatefold::tools
