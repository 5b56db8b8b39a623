// One cell of a Table.
#pragma once

#include <string>

#include "api/table.h"

namespace gatefold::api {

// Appends the cell as JSON. What a JSONPath does not find is null; computed columns say it in words
// (`<none>`,
// `<unknown>`).
void append_cell(std::string& out, const TableColumn& column, const Value& object, Time now);

// The member that a path without brackets leads to (`.spec.ports`), nullptr where there is none;
// such paths are all that computed cells name.
const Value* follow(const Value& object, std::string_view path);

}  // namespace gatefold::api
