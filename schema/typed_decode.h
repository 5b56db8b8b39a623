// Decoding of core kinds as Go's decoder does it for its structs: types first, before anything is
// validated (R6.15, R9.7, R23.2).
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "schema/schema_node.h"
#include "schema/value.h"

namespace gatefold {

// A JSON type as Go's decoder names it: "bool" and "number" for what JSON schemas part further.
std::string_view go_json_word(const Value& value);

// Whether every known member but `metadata` has a value of its type; null fits all. In place: bytes
// (format `byte`) become canonical base64, line ends dropped, and null entries of a map of texts
// become "". Fails with Go's complaint about the first misfit; `kind` stands for Go's struct.
std::expected<void, std::string> decode_typed(std::string_view kind, const SchemaNode& schema,
                                              Value& object);

}  // namespace gatefold
