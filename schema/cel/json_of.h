// Values of an evaluation as JSON, for those who ask a program from outside.
#pragma once

#include <expected>
#include <string>

#include "schema/cel/val.h"
#include "schema/value.h"

namespace gatefold::cel {

// Numbers that JSON has not are the texts "NaN", "+Inf" and "-Inf"; bytes are base64; what
// is opaque is the text that string() makes of it; a type is its name; an optional is its value or
// null; map keys are texts. The error names a value that has no such form, or nests too deep.
std::expected<Value, std::string> json_of(Arena& arena, const Val& value);

}  // namespace gatefold::cel
