// Ages: durations as people write them, that count back from now.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "schema/time.h"

namespace gatefold {

// Go's time.ParseDuration, not negative, with whole days in front where there are any: `2h`, `3d`,
// `1d12h`. Nothing where it is none.
std::optional<std::int64_t> parse_age_ns(std::string_view text);

// A time in RFC 3339, or an age that counts back from `now`; nothing where it is neither.
std::optional<Time> parse_time_or_age(std::string_view text, Time now);

}  // namespace gatefold
