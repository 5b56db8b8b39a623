// Paths as error texts write them (`spec.listeners[0].name`), read: in objects and in schemas.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "schema/value.h"

namespace gatefold::test {

using Step = std::variant<std::string, std::size_t>;

std::vector<Step> steps_of(std::string_view path);

// `below` at `place`; either may be empty.
std::string joined(std::string_view place, std::string_view below);

// nullptr where there is nothing.
const Value* value_at(const Value& object, std::string_view path);

// Sets it, null removes it. What leads there is made; an index is of an item that is there, or the
// next one.
void set_at(Value& object, std::string_view path, Value value);

struct SchemaPlace {
  const Value* node = nullptr;  // nullptr where the schema has no such place
  std::string path;             // as sites have it: `spec.listeners[].tls.options{}`
};

SchemaPlace schema_at(const Value& schema, std::string_view path);

}  // namespace gatefold::test
