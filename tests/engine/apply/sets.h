// Sets of fields as tests write them down.
#pragma once

#include <string>
#include <string_view>

#include "engine/apply/field_set.h"
#include "tests/schema/parsed.h"

namespace gatefold::test {

// Of FieldsV1.
inline engine::FieldSet fields(std::string_view text) {
  auto parsed = engine::parse_fields_v1(json(text));
  INFO(text);
  REQUIRE(parsed.has_value());
  return std::move(*parsed);
}

inline std::string written(const engine::FieldSet& fields) {
  return to_json(engine::to_fields_v1(fields));
}

}  // namespace gatefold::test
