// One cell of a Table.
#pragma once

#include <string>

#include "api/table.h"

namespace gatefold::api {

// Appends the cell as JSON. `core` kinds print what they lack as words (`<none>`, `<unknown>`),
// others as null.
void append_cell(std::string& out, const TableColumn& column, bool core, const Value& object,
                 Time now);

}  // namespace gatefold::api
