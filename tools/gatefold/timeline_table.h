// Timelines of conditions as a table with a text chart.
#pragma once

#include <span>
#include <string_view>

#include "engine/tell/timeline.h"
#include "schema/value.h"
#include "tools/gatefold/paint.h"

namespace gatefold::tools {

// Good is what True says of most conditions, and False of those that are there only while something
// is wrong.
Colour status_colour(std::string_view type, std::string_view status);

// One row for each condition in each life of the object: its status now and since when, its share
// of time in each status, how often it went back, and a chart from its first transition to the end.
void print_timelines(std::span<const engine::ConditionTimeline> timelines, const Paint& paint);
// With all spans: {"timeline": {...}}.
Value timeline_value(const engine::ConditionTimeline& timeline);

}  // namespace gatefold::tools
