// What makes each of the doors.
#pragma once

#include <memory>

#include "tests/support/door.h"

namespace gatefold::test {

std::unique_ptr<Door> open_embedded_door();
std::unique_ptr<Door> open_reopened_door();
std::unique_ptr<Door> open_http_door();

// A Status as every door shows it.
Answer refusal(const Status& status);

}  // namespace gatefold::test
