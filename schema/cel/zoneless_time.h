// Dates and times without a zone, as Go's time.Parse reads them.
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "schema/cel/val.h"

namespace gatefold::cel {

// By the layouts `2006-01-02` and `2006-01-02T15:04:05`; a fraction of a second may follow. In UTC.
// The error is Go's: `parsing time "x" as "2006-01-02": cannot parse "x" as "2006"`.
std::expected<Timestamp, std::string> parse_date(std::string_view text);
std::expected<Timestamp, std::string> parse_local_time(std::string_view text);

}  // namespace gatefold::cel
