// Cells that Events need (R22.7): what happened is told in several fields, of which the first that
// is there counts.
#pragma once

#include <string>

#include "schema/kind.h"
#include "schema/time.h"
#include "schema/value.h"

namespace gatefold::api {

// Appends the cell as JSON, by `column.compute`:
//   kTrimmed      the text at the first path, without space around it; empty where there is none
//   kFirstAge     since the first of the times that is set; `<unknown>` for none
//   kOccurrences  the first of the counts that is not 0; 1 for none
//   kEventObject  `pod/web` of the reference at the first path
//   kEventSource  the first of two texts, and behind a comma the first of the two after them
void append_event_cell(std::string& out, const PrinterColumn& column, const Value& object,
                       Time now);

}  // namespace gatefold::api
