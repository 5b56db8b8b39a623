#include "schema/path.h"

#include <catch2/catch.hpp>

namespace gatefold {
namespace {

TEST_CASE("the root of a path prints as nothing") {
  const Path root;
  CHECK(root.is_root());
  CHECK(root.text().empty());
}

TEST_CASE("members are joined by dots and items stand in brackets") {
  const Path root;
  const Path spec(root, "spec");
  const Path listeners(spec, "listeners");
  const Path first(listeners, std::size_t{0});
  const Path name(first, "name");
  CHECK_FALSE(spec.is_root());
  CHECK(spec.text() == "spec");
  CHECK(first.text() == "spec.listeners[0]");
  CHECK(name.text() == "spec.listeners[0].name");
}

TEST_CASE("items of items need no dot, and neither does an item at the root") {
  const Path root;
  const Path outer(root, std::size_t{3});
  const Path inner(outer, std::size_t{12});
  CHECK(inner.text() == "[3][12]");
}

TEST_CASE("keys of maps are appended as they are, or stand in brackets") {
  const Path root;
  const Path map(root, "spec");
  CHECK(Path(map, "b.c").text() == "spec.b.c");
  const Path key = Path::of_key(map, "b.c");
  CHECK(Path(key, "d").text() == "spec[b.c].d");
}

}  // namespace
}  // namespace gatefold
