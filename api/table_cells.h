// One cell of a Table.
#pragma once

#include <string>

#include "api/table.h"

namespace gatefold::api {

// Appends the cell as JSON. What a JSONPath does not find is null; computed columns say it in words
// (`<none>`,
// `<unknown>`).
void append_cell(std::string& out, const TableColumn& column, const Value& object, Time now);

}  // namespace gatefold::api
