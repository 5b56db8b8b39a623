// Services beside each other: no address and no node port is given twice.
#include <set>

#include <fmt/format.h>

#include "tests/contract/objects.h"

namespace gatefold::test {
namespace {

Value service(std::string_view name, std::string_view spec = R"({"ports":[{"port":80}]})") {
  return {{"apiVersion", "v1"},
          {"kind", "Service"},
          {"metadata", {{"name", name}}},
          {"spec", json(spec)}};
}

}  // namespace

TEST_CASE("an address that a Service has is nobody else's until it is let go (R23.1)") {
  const auto door = GATEFOLD_EVERY_DOOR();
  const auto first = done(door->write(create(kServices, service("first"))));
  const std::string address(string_at(first, {"spec", "clusterIP"}));
  auto claim = service("second");
  claim.at("spec").as_object()["clusterIP"] = address;
  const auto refused = door->write(create(kServices, claim));
  CHECK(refused.reason == "Invalid");
  CHECK(refused.message ==
        fmt::format(
            R"(Service "second" is invalid: spec.clusterIPs: Invalid value: []string{{"{0}"}}: )"
            "failed to allocate IP {0}: provided IP is already allocated",
            address));
  auto dry = create(kServices, claim);
  dry.dry_run = true;
  CHECK(door->write(dry).reason == "Invalid");
  // Its own is no obstacle.
  done(door->write(update(kServices, labelled(first, "a", "b"))));
  done(door->write(remove(kServices, "first")));
  CHECK(string_at(done(door->write(create(kServices, claim))), {"spec", "clusterIP"}) == address);
}

TEST_CASE("a node port that a Service has is nobody else's until it is let go (R23.1)") {
  const auto door = GATEFOLD_EVERY_DOOR();
  constexpr std::string_view kSpec =
      R"({"type":"NodePort","ports":[{"port":80,"nodePort":30123}]})";
  done(door->write(create(kServices, service("first", kSpec))));
  const auto refused = door->write(create(kServices, service("second", kSpec)));
  CHECK(refused.reason == "Invalid");
  CHECK(fields_of(refused) == "spec.ports[0].nodePort");
  done(door->write(create(kServices, service("third"))));
  const auto taking =
      json(R"({"spec":{"type":"NodePort","ports":[{"port":80,"nodePort":30123}]}})");
  CHECK(door->write(patch(kServices, "third", taking)).reason == "Invalid");
  done(door->write(patch(kServices, "first", json(R"({"spec":{"type":"ClusterIP"}})"))));
  done(door->write(patch(kServices, "third", taking)));
}

}  // namespace gatefold::test
