#include "schema/cel/type.h"

#include <catch2/catch.hpp>

namespace gatefold::cel {
namespace {

TypePtr simple(TypeKind kind) {
  return simple_type(kind);
}

TEST_CASE("types print as error messages name them") {
  const auto text = simple(TypeKind::kString);
  struct Row {
    TypePtr type;
    std::string_view message;
    std::string_view name;
  };
  const Row rows[] = {
      {simple(TypeKind::kDyn), "dyn", "dyn"},
      {simple(TypeKind::kNull), "null", "null_type"},
      {simple(TypeKind::kBool), "bool", "bool"},
      {simple(TypeKind::kInt), "int", "int"},
      {simple(TypeKind::kUint), "uint", "uint"},
      {simple(TypeKind::kDouble), "double", "double"},
      {simple(TypeKind::kString), "string", "string"},
      {simple(TypeKind::kBytes), "bytes", "bytes"},
      {simple(TypeKind::kTimestamp), "timestamp", "google.protobuf.Timestamp"},
      {simple(TypeKind::kDuration), "duration", "google.protobuf.Duration"},
      {simple(TypeKind::kType), "type", "type"},
      {simple(TypeKind::kError), "!error!", "error"},
      {list_type(map_type(text, simple(TypeKind::kDyn))), "list(map(string, dyn))", "list"},
      {map_type(text, list_type(text)), "map(string, list(string))", "map"},
      {optional_type(simple(TypeKind::kInt)), "optional_type(int)", "optional_type"},
      {type_type(simple(TypeKind::kNull)), "type(null)", "type"},
      {opaque_type("net.IP"), "net.IP", "net.IP"},
      {parameter_type("A"), "A", "A"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.message);
    CHECK(to_string(*row.type) == row.message);
    CHECK(row.type->name == row.name);
  }
}

TEST_CASE("a type that prints too long is cut") {
  auto type = simple(TypeKind::kInt);
  for (int i = 0; i < 60; ++i) type = map_type(type, type);
  const auto text = to_string(*type);
  CHECK(text.size() < 5000);
  CHECK(text.ends_with("..."));
}

TEST_CASE("types are the same when all that they are made of is") {
  const auto text = simple(TypeKind::kString);
  const auto number = simple(TypeKind::kInt);
  struct Row {
    TypePtr a;
    TypePtr b;
    bool is_same;
  };
  const Row rows[] = {
      {text, text, true},
      {text, number, false},
      {list_type(text), list_type(text), true},
      {list_type(text), list_type(number), false},
      {map_type(text, number), map_type(text, number), true},
      {map_type(text, number), map_type(text, text), false},
      {opaque_type("net.IP"), opaque_type("net.IP"), true},
      {opaque_type("net.IP"), opaque_type("net.CIDR"), false},
      {parameter_type("A"), parameter_type("A"), true},
      {parameter_type("A"), parameter_type("B"), false},
      {optional_type(text), list_type(text), false},
  };
  for (const auto& row : rows) {
    CAPTURE(to_string(*row.a), to_string(*row.b));
    CHECK(is_exactly(*row.a, *row.b) == row.is_same);
  }
}

}  // namespace
}  // namespace gatefold::cel
