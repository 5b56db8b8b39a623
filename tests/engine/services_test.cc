#include "engine/core/services.h"

#include <cstdio>
#include <set>

#include <fmt/format.h>

#include "tests/engine/core_writes.h"

namespace gatefold::engine {
namespace {

using namespace engine::test;

std::string spec_of(const Value& object) {
  return canonical_json(*find(object, "spec"));
}

TEST_CASE("a new Service gets what its type needs (R23.1)") {
  struct Case {
    std::string_view spec, wanted;
  };
  const Case cases[] = {
      {R"({"ports":[{"port":80}]})",
       R"({"type":"ClusterIP","sessionAffinity":"None","clusterIP":"10.101.6.6",
           "clusterIPs":["10.101.6.6"],"ipFamilies":["IPv4"],"ipFamilyPolicy":"SingleStack",
           "internalTrafficPolicy":"Cluster",
           "ports":[{"port":80,"protocol":"TCP","targetPort":80}]})"},
      {R"({"type":"","sessionAffinity":"","clusterIP":"","clusterIPs":[],"ipFamilies":[],
           "ports":[{"port":80,"protocol":"","targetPort":0},{"port":81,"targetPort":""}]})",
       R"({"type":"ClusterIP","sessionAffinity":"None","clusterIP":"10.101.6.6",
           "clusterIPs":["10.101.6.6"],"ipFamilies":["IPv4"],"ipFamilyPolicy":"SingleStack",
           "internalTrafficPolicy":"Cluster",
           "ports":[{"port":80,"protocol":"TCP","targetPort":80},
                    {"port":81,"protocol":"TCP","targetPort":81}]})"},
      {R"({"type":"NodePort","ports":[{"port":80,"targetPort":"web"},{"port":53,"protocol":"UDP"},
                                      {"port":9,"nodePort":30001}]})",
       R"({"type":"NodePort","sessionAffinity":"None","clusterIP":"10.101.6.6",
           "clusterIPs":["10.101.6.6"],"ipFamilies":["IPv4"],"ipFamilyPolicy":"SingleStack",
           "internalTrafficPolicy":"Cluster","externalTrafficPolicy":"Cluster",
           "ports":[{"port":80,"protocol":"TCP","targetPort":"web","nodePort":31285},
                    {"port":53,"protocol":"UDP","targetPort":53,"nodePort":31286},
                    {"port":9,"protocol":"TCP","targetPort":9,"nodePort":30001}]})"},
      {R"({"type":"LoadBalancer","externalTrafficPolicy":"Local","ports":[{"port":80}]})",
       R"({"type":"LoadBalancer","sessionAffinity":"None","clusterIP":"10.101.6.6",
           "clusterIPs":["10.101.6.6"],"ipFamilies":["IPv4"],"ipFamilyPolicy":"SingleStack",
           "internalTrafficPolicy":"Cluster","externalTrafficPolicy":"Local",
           "allocateLoadBalancerNodePorts":true,"healthCheckNodePort":31286,
           "ports":[{"port":80,"protocol":"TCP","targetPort":80,"nodePort":31285}]})"},
      {R"({"type":"LoadBalancer","allocateLoadBalancerNodePorts":false,"ports":[{"port":80}]})",
       R"({"type":"LoadBalancer","sessionAffinity":"None","clusterIP":"10.101.6.6",
           "clusterIPs":["10.101.6.6"],"ipFamilies":["IPv4"],"ipFamilyPolicy":"SingleStack",
           "internalTrafficPolicy":"Cluster","externalTrafficPolicy":"Cluster",
           "allocateLoadBalancerNodePorts":false,
           "ports":[{"port":80,"protocol":"TCP","targetPort":80}]})"},
      {R"({"externalIPs":["192.0.2.1"],"clusterIP":"10.96.0.9","ports":[{"port":80}]})",
       R"({"type":"ClusterIP","sessionAffinity":"None","clusterIP":"10.96.0.9",
           "clusterIPs":["10.96.0.9"],"ipFamilies":["IPv4"],"ipFamilyPolicy":"SingleStack",
           "internalTrafficPolicy":"Cluster","externalTrafficPolicy":"Cluster",
           "externalIPs":["192.0.2.1"],
           "ports":[{"port":80,"protocol":"TCP","targetPort":80}]})"},
      {R"({"clusterIP":"fd00::9"})",
       R"({"type":"ClusterIP","sessionAffinity":"None","clusterIP":"fd00::9",
           "clusterIPs":["fd00::9"],"ipFamilies":["IPv6"],"ipFamilyPolicy":"SingleStack",
           "internalTrafficPolicy":"Cluster"})"},
      {R"({"ipFamilies":["IPv6"]})",
       R"({"type":"ClusterIP","sessionAffinity":"None","clusterIP":"fd00:10:96::6:505",
           "clusterIPs":["fd00:10:96::6:505"],"ipFamilies":["IPv6"],
           "ipFamilyPolicy":"SingleStack","internalTrafficPolicy":"Cluster"})"},
      {R"({"ipFamilyPolicy":"PreferDualStack"})",
       R"({"type":"ClusterIP","sessionAffinity":"None","clusterIP":"10.101.6.6",
           "clusterIPs":["10.101.6.6","fd00:10:96::6:505"],"ipFamilies":["IPv4","IPv6"],
           "ipFamilyPolicy":"PreferDualStack","internalTrafficPolicy":"Cluster"})"},
      {R"({"ipFamilyPolicy":"RequireDualStack","ipFamilies":["IPv6"],"clusterIP":"fd00::9"})",
       R"({"type":"ClusterIP","sessionAffinity":"None","clusterIP":"fd00::9",
           "clusterIPs":["fd00::9","10.101.6.6"],"ipFamilies":["IPv6","IPv4"],
           "ipFamilyPolicy":"RequireDualStack","internalTrafficPolicy":"Cluster"})"},
      {R"({"sessionAffinityConfig":{"clientIP":{"timeoutSeconds":5}},"clusterIP":"None",
           "selector":{"app":"a"}})",
       R"({"type":"ClusterIP","sessionAffinity":"None","clusterIP":"None","clusterIPs":["None"],
           "ipFamilies":["IPv4"],"ipFamilyPolicy":"SingleStack","internalTrafficPolicy":"Cluster",
           "selector":{"app":"a"}})"},
      {R"({"type":"NodePort","ports":[{"port":53,"protocol":"UDP"},{"port":53},
                                      {"port":9},{"port":9,"protocol":"UDP","nodePort":30001}]})",
       R"({"type":"NodePort","sessionAffinity":"None","clusterIP":"10.101.6.6",
           "clusterIPs":["10.101.6.6"],"ipFamilies":["IPv4"],"ipFamilyPolicy":"SingleStack",
           "internalTrafficPolicy":"Cluster","externalTrafficPolicy":"Cluster",
           "ports":[{"port":53,"protocol":"UDP","targetPort":53,"nodePort":31285},
                    {"port":53,"protocol":"TCP","targetPort":53,"nodePort":31285},
                    {"port":9,"protocol":"TCP","targetPort":9,"nodePort":30001},
                    {"port":9,"protocol":"UDP","targetPort":9,"nodePort":30001}]})"},
      {R"({"clusterIP":"None","selector":{"app":"a"}})",
       R"({"type":"ClusterIP","sessionAffinity":"None","clusterIP":"None","clusterIPs":["None"],
           "ipFamilies":["IPv4"],"ipFamilyPolicy":"SingleStack","internalTrafficPolicy":"Cluster",
           "selector":{"app":"a"}})"},
      {R"({"clusterIP":"None"})",
       R"({"type":"ClusterIP","sessionAffinity":"None","clusterIP":"None","clusterIPs":["None"],
           "ipFamilies":["IPv4","IPv6"],"ipFamilyPolicy":"RequireDualStack",
           "internalTrafficPolicy":"Cluster"})"},
      {R"({"type":"ExternalName","externalName":"example.com"})",
       R"({"type":"ExternalName","sessionAffinity":"None","externalName":"example.com"})"},
      {R"({"type":"ExternalName","externalName":"a.b","sessionAffinity":"ClientIP"})",
       R"({"type":"ExternalName","sessionAffinity":"ClientIP","externalName":"a.b",
           "sessionAffinityConfig":{"clientIP":{"timeoutSeconds":10800}}})"},
  };
  for (const auto& [spec, wanted] : cases) {
    const auto object = completed("services", fmt::format(R"({{"spec":{}}})", spec));
    CHECK(spec_of(object) == canonical_json(json(wanted)));
    // What is complete stays as it is, whatever chance says.
    CHECK(spec_of(completed("services", canonical_json(object), &object, "", stamp_of(77))) ==
          spec_of(object));
    CHECK(complaints("services", canonical_json(object), &object) ==
          complaints("services", canonical_json(object)));
  }
}

TEST_CASE("addresses and node ports are drawn from their ranges, by chance alone") {
  std::set<std::string> addresses;
  for (int byte = 0; byte < 256; ++byte) {
    const auto stamp = stamp_of(static_cast<std::uint8_t>(byte));
    constexpr std::string_view kService = R"({"spec":{"type":"NodePort","ports":[
        {"port":1},{"port":2},{"port":3}]}})";
    const auto object = completed("services", kService, nullptr, "", stamp);
    CHECK(object == completed("services", kService, nullptr, "", stamp));
    CHECK(texts(validate_core(kind_of("services"), "", object, nullptr)) ==
          Texts{"spec.ports[0].name: Required value", "spec.ports[1].name: Required value",
                "spec.ports[2].name: Required value"});
    const std::string address(string_at(object, {"spec", "clusterIP"}));
    int second = 0, third = 0, fourth = 0;
    REQUIRE(std::sscanf(address.c_str(), "10.%d.%d.%d", &second, &third, &fourth) == 3);
    CHECK((second >= 96 && second <= 111));
    CHECK((third >= 1 && third <= 254));
    CHECK((fourth >= 1 && fourth <= 254));
    addresses.insert(address);
  }
  CHECK(addresses.size() > 100);
}

TEST_CASE("node ports are drawn anew at the end of their range") {
  Stamp stamp;
  stamp.random[27] = 10;
  stamp.random[28] = 207;  // 10 * 256 + 207 = 2767: the last one
  const auto object =
      completed("services", R"({"spec":{"type":"NodePort","ports":[{"port":1},{"port":2}]}})",
                nullptr, "", stamp);
  const auto& ports = find_path(object, {"spec", "ports"})->get_array();
  CHECK(integer_at(ports[0], {"nodePort"}, 0) == kNodePortMax);
  CHECK(integer_at(ports[1], {"nodePort"}, 0) == kNodePortMin);
}

TEST_CASE(
    "an updated Service keeps what was given to it, and drops what its new type has no use for") {
  constexpr std::string_view kCluster = R"({"ports":[{"port":80}]})";
  constexpr std::string_view kNode = R"({"type":"NodePort","ports":[{"name":"a","port":80},
                                                                    {"name":"b","port":81}]})";
  constexpr std::string_view kLocal =
      R"({"type":"LoadBalancer","externalTrafficPolicy":"Local","ports":[{"port":80}]})";
  constexpr std::string_view kDual =
      R"({"clusterIP":"10.96.0.9","clusterIPs":["10.96.0.9","fd00::9"],
      "ipFamilyPolicy":"PreferDualStack","ipFamilies":["IPv4","IPv6"],"ports":[{"port":80}]})";
  struct Case {
    std::string_view name, old_spec, patch;  // the patch is laid over the old spec,
    bool is_put;                             // or stands for itself
    std::string_view wanted;                 // members that are looked at; null: absent
  };
  const Case cases[] = {
      {"a PUT keeps the address", kCluster, R"({"ports":[{"port":81}]})", true,
       R"({"clusterIP":"10.101.6.6","clusterIPs":["10.101.6.6"]})"},
      {"a PUT keeps both addresses", kDual, R"({"ports":[{"port":81}]})", true,
       R"({"clusterIP":"10.96.0.9","clusterIPs":["10.96.0.9","fd00::9"],
           "ipFamilies":["IPv4","IPv6"],"ipFamilyPolicy":"PreferDualStack"})"},
      {"a PUT keeps node ports by the names of their ports", kNode,
       R"({"type":"NodePort","ports":[{"name":"b","port":9},{"name":"c","port":82}]})", true,
       R"({"ports":[{"name":"b","port":9,"protocol":"TCP","targetPort":9,"nodePort":31286},
                    {"name":"c","port":82,"protocol":"TCP","targetPort":82,"nodePort":30413}]})"},
      {"a node port that another port asks for is not kept", kNode,
       R"({"type":"NodePort","ports":[{"name":"b","port":81},
                                      {"name":"c","port":82,"nodePort":31286}]})",
       true,
       R"({"ports":[{"name":"b","port":81,"protocol":"TCP","targetPort":81,"nodePort":30413},
                    {"name":"c","port":82,"protocol":"TCP","targetPort":82,"nodePort":31286}]})"},
      {"to ExternalName", kCluster, R"({"type":"ExternalName","externalName":"a.b"})", false,
       R"({"clusterIP":null,"clusterIPs":null,"ipFamilies":null,"ipFamilyPolicy":null})"},
      {"from ExternalName", R"({"type":"ExternalName","externalName":"a.b"})",
       R"({"type":"ClusterIP","ports":[{"port":80}]})", false, R"({"clusterIP":"10.109.78.78"})"},
      {"NodePort to ClusterIP", kNode, R"({"type":"ClusterIP"})", false,
       R"({"externalTrafficPolicy":null,
           "ports":[{"name":"a","port":80,"protocol":"TCP","targetPort":80},
                    {"name":"b","port":81,"protocol":"TCP","targetPort":81}]})"},
      {"ClusterIP to NodePort", kCluster, R"({"type":"NodePort"})", false,
       R"({"externalTrafficPolicy":"Cluster","clusterIP":"10.101.6.6",
           "ports":[{"port":80,"protocol":"TCP","targetPort":80,"nodePort":30413}]})"},
      {"LoadBalancer to NodePort", kLocal, R"({"type":"NodePort"})", false,
       R"({"externalTrafficPolicy":"Local","healthCheckNodePort":null,
           "allocateLoadBalancerNodePorts":null,
           "ports":[{"port":80,"protocol":"TCP","targetPort":80,"nodePort":31285}]})"},
      {"LoadBalancer to ClusterIP", kLocal, R"({"type":"ClusterIP"})", false,
       R"({"externalTrafficPolicy":null,"healthCheckNodePort":null,
           "allocateLoadBalancerNodePorts":null})"},
      {"Local to Cluster", kLocal, R"({"externalTrafficPolicy":"Cluster"})", false,
       R"({"healthCheckNodePort":null,"allocateLoadBalancerNodePorts":true})"},
      {"a PUT keeps the health check", kLocal, kLocal, true, R"({"healthCheckNodePort":31286})"},
      {"one family is enough: the second address goes", kDual,
       R"({"ipFamilyPolicy":"SingleStack"})", false,
       R"({"clusterIP":"10.96.0.9","clusterIPs":["10.96.0.9"],"ipFamilies":["IPv4"]})"},
      {"a PUT that releases the second address", kDual,
       R"({"ipFamilyPolicy":"SingleStack","ports":[{"port":80}]})", true,
       R"({"clusterIP":"10.96.0.9","clusterIPs":["10.96.0.9"],"ipFamilies":["IPv4"]})"},
      {"a second address is drawn when both families are wanted", kCluster,
       R"({"ipFamilyPolicy":"PreferDualStack"})", false,
       R"({"clusterIP":"10.101.6.6","clusterIPs":["10.101.6.6","fd00:10:96::4e:4d4d"],
           "ipFamilies":["IPv4","IPv6"]})"},
      {"a patch of clusterIP alone means both", kCluster, R"({"clusterIP":"10.96.0.9"})", false,
       R"({"clusterIP":"10.96.0.9","clusterIPs":["10.96.0.9"]})"},
  };
  for (const auto& [name, old_spec, patch, is_put, wanted] : cases) {
    INFO(name);
    const auto old_object = completed("services", fmt::format(R"({{"spec":{}}})", old_spec));
    Value spec = is_put ? json(patch) : *find(old_object, "spec");
    if (!is_put) {
      for (const auto& member : json(patch).get_object()) {
        spec.get_object()[member.key()] = member.value();
      }
    }
    const auto object = completed("services", fmt::format(R"({{"spec":{}}})", canonical_json(spec)),
                                  &old_object, "", stamp_of(77));
    for (const auto& member : json(wanted).get_object()) {
      const auto* found = find_path(object, {"spec", {member.key().data(), member.key().size()}});
      INFO(std::string_view(member.key().data(), member.key().size()));
      CHECK((found == nullptr ? "null" : canonical_json(*found)) == canonical_json(member.value()));
    }
  }
}

TEST_CASE("subresources of a Service give it nothing") {
  const auto old_object = completed("services", R"({"spec":{"ports":[{"port":80}]}})");
  CHECK(completed("services", R"({"spec":{"ports":[]},"status":{}})", &old_object, "status") ==
        json(R"({"spec":{"ports":[],"type":"ClusterIP","sessionAffinity":"None",
                  "internalTrafficPolicy":"Cluster"},"status":{}})"));
}

TEST_CASE("a load balancer's addresses are its own, and go with it") {
  const auto old_object = completed("services", R"({"spec":{"type":"LoadBalancer",
      "ports":[{"port":80}]},"status":{"loadBalancer":{"ingress":[{"ip":"192.0.2.1"},
      {"ip":"192.0.2.2","ipMode":"Proxy"},{"hostname":"a"}]}}})",
                                    nullptr, "status");
  CHECK(*find_path(old_object, {"status", "loadBalancer", "ingress"}) ==
        json(R"([{"ip":"192.0.2.1","ipMode":"VIP"},{"ip":"192.0.2.2","ipMode":"Proxy"},
                 {"hostname":"a"}])"));
  Value object = old_object;
  CHECK(completed("services", canonical_json(object), &old_object).at("status") ==
        old_object.at("status"));
  object.at("spec").get_object()["type"] = "ClusterIP";
  CHECK(completed("services", canonical_json(object), &old_object).at("status") ==
        json(R"({"loadBalancer":{}})"));
}

}  // namespace
}  // namespace gatefold::engine
