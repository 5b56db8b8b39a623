#include "engine/core/service_pool.h"

#include "engine/core/services.h"
#include "tests/engine/core_writes.h"

namespace gatefold::engine {
namespace {

using namespace test;

constexpr std::string_view kBalancer =
    R"({"metadata":{"name":"a"},"spec":{"type":"LoadBalancer","externalTrafficPolicy":"Local",
        "ports":[{"port":80}]}})";

ServicePool pool_of(const std::vector<Value>& services) {
  ServiceAllocations all;
  std::uint8_t n = 0;
  for (const auto& service : services) all = all.with(Uid{{++n}}, {}, holdings_of(service));
  return {std::make_shared<const ServiceAllocations>(std::move(all)), nullptr, {}};
}

Value spec(std::string_view text) {
  return {{"metadata", {{"name", "b"}}}, {"spec", json(text)}};
}

std::string refusal(const Value& service, const ServicePool& pool) {
  const auto checked = check_service_pool(service, pool);
  return checked ? "" : checked.error().message;
}

TEST_CASE("chance that falls on what another Service has is taken further (R23.1)") {
  const auto first = completed("services", kBalancer);
  const auto pool = pool_of({first});
  const auto second = completed("services", kBalancer, nullptr, "", kStamp, pool);
  CHECK(string_at(first, {"spec", "clusterIP"}) == "10.101.6.6");
  CHECK(string_at(second, {"spec", "clusterIP"}) == "10.101.6.7");
  const auto ports = [](const Value& service) {
    return std::pair(integer_at(service.at("spec").at("ports").as_array()[0], {"nodePort"}, 0),
                     integer_at(service, {"spec", "healthCheckNodePort"}, 0));
  };
  CHECK(ports(first) == std::pair<std::int64_t, std::int64_t>{31285, 31286});
  CHECK(ports(second) == std::pair<std::int64_t, std::int64_t>{31287, 31288});
  CHECK(refusal(second, pool).empty());
}

TEST_CASE("what a Service has goes with its type (R23.1)") {
  const auto balancer = completed("services", kBalancer);
  CHECK(holdings_of(balancer).size() == 3);
  CHECK(holdings_of(spec(R"({"type":"ClusterIP","clusterIPs":["None"]})")).empty());
  CHECK(holdings_of(spec(R"({"type":"ExternalName","clusterIPs":["10.96.0.9"]})")).empty());
  CHECK(
      holdings_of(spec(R"({"type":"NodePort","ports":[{"nodePort":1},{"nodePort":1}]})")).size() ==
      1);
  for (const auto* text : {"{}", R"({"spec":[]})", R"({"spec":{"type":"NodePort","ports":{}}})",
                           R"({"spec":{"type":"NodePort","ports":[7],"clusterIPs":[7,"x"]}})"}) {
    CHECK(holdings_of(json(text)).empty());
  }
}

TEST_CASE("a stated address or node port that another Service has is refused (R23.1)") {
  const auto pool = pool_of({spec(
      R"({"type":"NodePort","clusterIPs":["10.96.0.9","fd00::9"],"ports":[{"nodePort":30001}]})")});
  CHECK(refusal(spec(R"({"type":"ClusterIP","clusterIPs":["10.96.0.9"]})"), pool) ==
        R"(Service "b" is invalid: spec.clusterIPs: Invalid value: []string{"10.96.0.9"}: )"
        "failed to allocate IP 10.96.0.9: provided IP is already allocated");
  // However it is written.
  CHECK_FALSE(refusal(spec(R"({"type":"ClusterIP","clusterIPs":["fd00:0::9"]})"), pool).empty());
  CHECK(refusal(spec(R"({"type":"NodePort","ports":[{"nodePort":30002},{"nodePort":30001}]})"),
                pool) == R"(Service "b" is invalid: spec.ports[1].nodePort: Invalid value: 30001: )"
                         "provided port is already allocated");
  CHECK(
      refusal(spec(R"({"type":"LoadBalancer","externalTrafficPolicy":"Local",
                         "healthCheckNodePort":30001})"),
              pool) ==
      "Internal error occurred: failed to allocate requested HealthCheck NodePort 30001: provided "
      "port is already allocated");
  CHECK(refusal(spec(R"({"type":"NodePort","ports":[{"nodePort":30002}]})"), pool).empty());
}

TEST_CASE("nothing is left when all node ports are taken (R23.1)") {
  ServiceAllocations all;
  for (auto port = kNodePortMin; port <= kNodePortMax; ++port) {
    all = all.with(Uid{{1}}, {}, {holding_of(port)});
  }
  const ServicePool pool(std::make_shared<const ServiceAllocations>(std::move(all)), nullptr, {});
  CHECK(refusal(completed("services", kBalancer, nullptr, "", kStamp, pool), pool) ==
        "Internal error occurred: failed to allocate a nodePort: range is full");
}

TEST_CASE("events that are not committed count, and what a Service has it keeps (R23.1)") {
  const auto nine = holding_of(*parse_address("10.96.0.9"));
  const auto ten = holding_of(*parse_address("10.96.0.10"));
  const auto all =
      std::make_shared<const ServiceAllocations>(ServiceAllocations().with(Uid{{1}}, {}, {nine}));
  const ChangedServices changed{{Uid{{1}}, {ten}}};
  const ServicePool pool(all, &changed, {});
  CHECK_FALSE(pool.is_taken(nine));  // let go by the event
  CHECK(pool.is_taken(ten));
  CHECK_FALSE(ServicePool(all, nullptr, {nine}).is_taken(nine));
  CHECK(all->with(Uid{{1}}, {nine}, {}).holders(nine).empty());
  CHECK(all->holders(nine) == std::vector<Uid>{Uid{{1}}});
}

}  // namespace
}  // namespace gatefold::engine
