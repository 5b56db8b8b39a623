// Short ways to write values, schemas and kinds down in tests.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <catch2/catch.hpp>

#include "schema/field_error.h"
#include "schema/json.h"
#include "schema/kind.h"
#include "schema/schema_node.h"
#include "schema/yaml.h"

namespace gatefold::test {

inline Value json(std::string_view text) {
  INFO(text);
  auto parsed = parse_json(text);
  REQUIRE(parsed.has_value());
  return std::move(parsed->value);
}

inline Value yaml(std::string_view text) {
  auto parsed = parse_yaml(text);
  INFO((parsed ? "" : parsed.error().message));
  REQUIRE(parsed.has_value());
  return std::move(*parsed);
}

// Of a schema in YAML.
inline SchemaPtr schema(std::string_view text) {
  auto parsed = parse_schema(yaml(text));
  INFO((parsed ? "" : parsed.error().message));
  REQUIRE(parsed.has_value());
  return std::move(*parsed);
}

inline KindPtr kind(std::string_view text) {
  auto parsed = parse_kind(yaml(text));
  INFO((parsed ? "" : parsed.error().message));
  REQUIRE(parsed.has_value());
  return std::move(*parsed);
}

// `field: body` of each error.
inline std::vector<std::string> texts(const FieldErrors& errors) {
  std::vector<std::string> texts;
  for (const auto& error : errors) texts.push_back(error.field + ": " + error.body);
  return texts;
}

using Texts = std::vector<std::string>;

}  // namespace gatefold::test
