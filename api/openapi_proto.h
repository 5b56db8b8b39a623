// OpenAPI version 2 in protobuf: the message `openapi.v2.Document` of gnostic, which kubectl reads
// (R3.6).
#pragma once

#include <string>

#include "schema/value.h"

namespace gatefold::api {

// Encodes a document that has info, paths and definitions. Members that the message has no field
// for are left out; those that begin with `x-` become vendor extensions, their value as JSON text.
std::string encode_gnostic(const Value& document);

}  // namespace gatefold::api
