// Schemas, and values that are drawn for them.
#pragma once

#include <random>
#include <vector>

#include "engine/apply/field_type.h"
#include "schema/value.h"

namespace gatefold::test {

// Of granular and atomic objects, of all sorts of lists, and of what is deduced.
std::vector<engine::FieldType> drawn_types();

// A value that has the form of the type, without duplicates. The root is an object.
Value drawn_value(std::mt19937& random, const engine::FieldType& type, int depth = 0);

}  // namespace gatefold::test
