// A moment of a history, as people name it.
#pragma once

#include <string_view>
#include <variant>

#include "schema/ids.h"
#include "schema/status.h"
#include "schema/time.h"

namespace gatefold {

// A revision, or a time that stands for the last revision at or before it.
using Moment = std::variant<Revision, Time>;

// A revision from 1 on in decimal digits, or a time in RFC 3339. kBadRequest says what is wrong.
Result<Moment> parse_moment(std::string_view text);

}  // namespace gatefold
