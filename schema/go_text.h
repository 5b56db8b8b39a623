// How Go prints and encodes decoded values, where clients see them so.
#pragma once

#include <string>
#include <string_view>

#include "schema/value.h"

namespace gatefold {

// %v: `map[a:1 b:[x y]]`, members in order.
std::string go_text(const Value& value);
// %T: `map[string]interface {}`, `int64`.
std::string_view go_type(const Value& value);
// As its encoder of JSON writes them, canonical: what HTML would read as markup is escaped.
std::string go_json(const Value& value);

}  // namespace gatefold
