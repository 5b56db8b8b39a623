#include "engine/apply/field_set.h"

#include "tests/engine/apply/sets.h"

namespace gatefold::engine {
namespace {

using test::fields;
using test::written;

const auto kA = PathElement::of_field("a");
const auto kB = PathElement::of_field("b");
const auto kC = PathElement::of_field("c");

TEST_CASE("a set has what was inserted, and nothing above or below it") {
  FieldSet set;
  CHECK(set.empty());
  set.insert({});
  CHECK(set.empty());
  const FieldPath path{kA, kB};
  set.insert(path);
  set.insert(path);
  CHECK(set.size() == 1);
  CHECK(set.has(path));
  CHECK_FALSE(set.has(FieldPath{kA}));
  CHECK_FALSE(set.has(FieldPath{kA, kB, kC}));
  CHECK_FALSE(set.has({}));
  CHECK(set.below(kA)->has_member(kB));
  CHECK(set.below(kB) == nullptr);
}

TEST_CASE("what stands at a level may come in any order, and more than once") {
  std::vector<FieldSubset> subsets;
  subsets.push_back({kB, fields(R"({"f:x":{}})")});
  subsets.push_back({kA, FieldSet()});
  subsets.push_back({kB, fields(R"({"f:y":{}})")});
  CHECK(written(FieldSet::of({kC, kA, kC}, subsets)) ==
        R"({"f:a":{},"f:b":{"f:x":{},"f:y":{}},"f:c":{}})");
}

TEST_CASE("sets are united, intersected and subtracted member by member") {
  const auto a = fields(R"({"f:a":{".":{},"f:b":{},"f:c":{}},"f:d":{"f:e":{}}})");
  const auto b = fields(R"({"f:a":{"f:b":{}},"f:d":{},"f:z":{}})");
  CHECK(written(unite(a, b)) ==
        R"({"f:a":{".":{},"f:b":{},"f:c":{}},"f:d":{".":{},"f:e":{}},"f:z":{}})");
  CHECK(written(intersect(a, b)) == R"({"f:a":{"f:b":{}}})");
  CHECK(written(subtract(a, b)) == R"({"f:a":{".":{},"f:c":{}},"f:d":{"f:e":{}}})");
  CHECK(subtract(b, fields(R"({"f:a":{"f:b":{}},"f:d":{},"f:z":{}})")).empty());
}

TEST_CASE("trees are subtracted with all that is below them") {
  const auto a = fields(R"({"f:a":{".":{},"f:b":{"f:c":{}}},"f:d":{"f:e":{},"f:g":{}}})");
  CHECK(written(subtract_trees(a, fields(R"({"f:a":{}})"))) == R"({"f:d":{"f:e":{},"f:g":{}}})");
  CHECK(written(subtract_trees(a, fields(R"({"f:a":{"f:b":{}},"f:d":{"f:e":{}}})"))) ==
        R"({"f:a":{},"f:d":{"f:g":{}}})");
}

TEST_CASE("leaves are the members without others below them") {
  CHECK(written(leaves(fields(R"({"f:a":{".":{},"f:b":{}},"f:c":{}})"))) ==
        R"({"f:a":{"f:b":{}},"f:c":{}})");
}

TEST_CASE("members are visited level by level") {
  std::string paths;
  fields(R"({"f:b":{},"f:a":{".":{},"f:y":{"f:z":{}},"f:x":{}}})")
      .for_each([&](const FieldPath& path) { paths += path_text(path) + " "; });
  CHECK(paths == ".a .b .a.x .a.y.z ");
}

}  // namespace
}  // namespace gatefold::engine
