// Values as text, as Go prints them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "schema/cel/val.h"

namespace gatefold::cel {

// `%g`: `1.5`, `1e+06`, `NaN`, `+Inf`.
std::string double_text(double value);
// Seconds: `3600s`, `0.5s`.
std::string duration_text(std::int64_t ns);
// RFC 3339 in its own zone, with as many digits of a fraction as it needs.
std::string timestamp_text(const Timestamp& value);
// As schema/time.h reads it.
std::optional<Timestamp> parse_timestamp(std::string_view text);
inline constexpr std::int64_t kTimestampSecondsMin = -62'135'596'800;  // year 1
inline constexpr std::int64_t kTimestampSecondsMax = 253'402'300'799;  // year 9999

// Whole numbers of base 10 as Go's strconv reads them: a sign before signed ones only.
std::optional<std::int64_t> parse_int(std::string_view text);
std::optional<std::uint64_t> parse_uint(std::string_view text);

// Without Unicode's white space at its ends.
std::string_view trim_space(std::string_view text);

// `%v`, as messages show a key or an element: texts without quotes, `[1, 2]`, `{a: 1}`. Cut after a
// few thousand bytes.
std::string message_text(const Val& value);

}  // namespace gatefold::cel
