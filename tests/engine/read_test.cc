#include "engine/read.h"

#include <fmt/format.h>

#include "tests/engine/lamps.h"

namespace gatefold::engine {
namespace {

using namespace engine::test;

const KindVersion& v1() {
  return *lamp_kind().version("v1");
}
const KindVersion& v1alpha1() {
  return *lamp_kind().version("v1alpha1");
}

constexpr std::string_view kStored =
    R"({"apiVersion":"light.example.com/v1","kind":"Lamp","metadata":{"name":"a","namespace":)"
    R"("hall","uid":"0"},"spec":{"watts":"5","zzz":1}})";

std::string shown(const KindVersion& version, std::string_view schema_id, Revision revision) {
  std::string out = "before ";
  append_object(out, lamp_kind(), version, schema_id, kStored, storage::find_splice(kStored),
                revision);
  return out;
}

TEST_CASE("stored bytes go out as they are under the schema that admitted them (R27.5)") {
  CHECK(shown(v1(), v1().schema_id, {}) == fmt::format("before {}", kStored));
  CHECK(shown(v1(), v1().schema_id, {7}) ==
        R"(before {"apiVersion":"light.example.com/v1","kind":"Lamp","metadata":{"name":"a",)"
        R"("namespace":"hall","resourceVersion":"7","uid":"0"},"spec":{"watts":"5","zzz":1}})");
}

TEST_CASE("under another schema they are converted (R27.5)") {
  constexpr std::string_view kConverted =
      R"(before {"apiVersion":"light.example.com/v1alpha1","kind":"Lamp","metadata":{"name":"a",)"
      R"("namespace":"hall","resourceVersion":"7","uid":"0"},"spec":{"colour":"red","watts":"5"}})";
  CHECK(shown(v1alpha1(), v1().schema_id, {7}) == kConverted);
  // The definition has changed since: what it no longer knows is not shown.
  CHECK(shown(v1(), "0123456789abcdef", {7}).ends_with(R"("spec":{"watts":"5"}})"));
  CHECK(shown(v1(), "0123456789abcdef", {}).find("resourceVersion") == std::string::npos);
}

TEST_CASE("an object is read as it is and as it was") {
  LampWorld world;
  const auto key = lamp_key("a");
  const auto first = world.put(key, "5", {{"on", "no"}});
  const auto second = world.put(key, "6");
  const auto read_at = [&](Revision revision) {
    auto then = world.view();
    then.snapshot = *then.snapshot->at(revision);
    then.head = then.snapshot->head();
    auto read = read_object(then, lamp_kind(), v1(), key);
    REQUIRE(read.has_value());
    return *read ? parse_lamp((*read)->json) : Lamp{};
  };
  const Lamp was{key, first, "5", {{"on", "no"}}};
  const Lamp is{key, second, "6", {}};

  const auto now = read_object(world.view(), lamp_kind(), v1(), key);
  REQUIRE((now && *now));
  CHECK((*now)->revision == second);
  CHECK(parse_lamp((*now)->json) == is);
  CHECK(read_at(first) == was);
  CHECK(read_at(second) == is);

  const auto third = world.remove(key);
  const auto gone = read_object(world.view(), lamp_kind(), v1(), key);
  REQUIRE(gone.has_value());
  CHECK_FALSE(gone->has_value());
  CHECK(read_at(third) == Lamp{});
  CHECK(read_at(second) == is);
}

}  // namespace
}  // namespace gatefold::engine
