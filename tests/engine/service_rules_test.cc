#include <fmt/format.h>

#include "engine/core/services.h"
#include "tests/engine/core_writes.h"

namespace gatefold::engine {
namespace {

using namespace engine::test;

TEST_CASE("rules of Services (R23.1)") {
  struct Case {
    std::string_view spec;
    Texts wanted;
  };
  const Case cases[] = {
      {R"({"ports":[{"port":80}]})", {}},
      {R"({"ports":[{"name":"a","port":80},{"name":"b","port":80,"protocol":"UDP"}]})", {}},
      {R"({"clusterIP":"None"})", {}},
      {R"({"type":"ExternalName","externalName":"example.com."})", {}},
      {R"({})", {"spec.ports: Required value"}},
      {R"({"ports":[]})", {"spec.ports: Required value"}},
      {R"({"ports":[{"port":1},{"name":"b","port":2}]})", {"spec.ports[0].name: Required value"}},
      {R"({"ports":[{"name":"a","port":1},{"name":"a","port":2}]})",
       {R"(spec.ports[1].name: Duplicate value: "a")"}},
      {R"({"ports":[{"name":"A","port":1}]})",
       {R"(spec.ports[0].name: Invalid value: "A": a lowercase RFC 1123 label must consist of )"
        R"(lower case alphanumeric characters or '-', and must start and end with an )"
        R"(alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is )"
        R"('[a-z0-9]([-a-z0-9]*[a-z0-9])?'))"}},
      {R"({"ports":[{"port":0,"targetPort":1}]})",
       {"spec.ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive"}},
      {R"({"ports":[{"port":65536,"targetPort":65535}]})",
       {"spec.ports[0].port: Invalid value: 65536: must be between 1 and 65535, inclusive"}},
      {R"({"ports":[{"port":80,"targetPort":-1}]})",
       {"spec.ports[0].targetPort: Invalid value: -1: must be between 1 and 65535, inclusive"}},
      {R"({"ports":[{"port":80,"targetPort":"sixteen-letters-"}]})",
       {R"(spec.ports[0].targetPort: Invalid value: "sixteen-letters-": )"
        "must be no more than 15 characters",
        R"(spec.ports[0].targetPort: Invalid value: "sixteen-letters-": )"
        "must not begin or end with a hyphen"}},
      {R"({"ports":[{"port":80,"targetPort":"8--0"}]})",
       {R"(spec.ports[0].targetPort: Invalid value: "8--0": )"
        "must contain at least one letter (a-z)",
        R"(spec.ports[0].targetPort: Invalid value: "8--0": )"
        "must not contain consecutive hyphens"}},
      {R"({"ports":[{"port":80,"targetPort":"Web"}]})",
       {R"(spec.ports[0].targetPort: Invalid value: "Web": )"
        "must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)"}},
      {R"({"ports":[{"port":80,"protocol":"ICMP"}]})",
       {R"(spec.ports[0].protocol: Unsupported value: "ICMP": )"
        R"(supported values: "SCTP", "TCP", "UDP")"}},
      {R"({"ports":[{"name":"a","port":80},{"name":"b","port":80}]})",
       {R"(spec.ports[1]: Duplicate value: )"
        R"(map[string]interface {}{"port":80, "protocol":"TCP"})"}},
      {R"({"ports":[{"port":80,"nodePort":30001}]})",
       {"spec.ports[0].nodePort: Forbidden: may not be used when `type` is 'ClusterIP'"}},
      {R"({"type":"NodePort","ports":[{"port":80,"nodePort":80}]})",
       {"spec.ports[0].nodePort: Invalid value: 80: provided port is not in the valid range. "
        "The range of valid ports is 30000-32767"}},
      {R"({"type":"NodePort","ports":[{"name":"a","port":80,"nodePort":30001},
                                      {"name":"b","port":81,"nodePort":30001},
                                      {"name":"c","port":81,"nodePort":30001,"protocol":"UDP"}]})",
       {"spec.ports[1].nodePort: Duplicate value: 30001"}},
      {R"({"type":"Cluster","ports":[{"port":80}]})",
       {R"(spec.type: Unsupported value: "Cluster": supported values: )"
        R"("ClusterIP", "ExternalName", "LoadBalancer", "NodePort")"}},
      {R"({"sessionAffinity":"Cookie","ports":[{"port":80}]})",
       {R"(spec.sessionAffinity: Unsupported value: "Cookie": )"
        R"(supported values: "ClientIP", "None")"}},
      {R"({"sessionAffinity":"ClientIP","ports":[{"port":80}],
           "sessionAffinityConfig":{"clientIP":{"timeoutSeconds":0}}})",
       {"spec.sessionAffinityConfig.clientIP.timeoutSeconds: Invalid value: 0: "
        "must be greater than 0 and less than 86400"}},
      {R"({"sessionAffinity":"ClientIP","ports":[{"port":80}],
           "sessionAffinityConfig":{"clientIP":{"timeoutSeconds":86400}}})",
       {}},
      {R"({"clusterIP":"here","ports":[{"port":80}]})",
       {R"(spec.clusterIPs[0]: Invalid value: "here": )"
        "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"}},
      {R"({"clusterIP":"10.0.0.1","clusterIPs":["10.0.0.2"],"ports":[{"port":80}]})",
       {R"(spec.clusterIPs: Invalid value: []string{"10.0.0.2"}: )"
        "first value must match `clusterIP`"}},
      {R"({"clusterIPs":["10.0.0.2"],"ports":[{"port":80}]})",
       {R"(spec.clusterIPs: Invalid value: []string{"10.0.0.2"}: )"
        "must be empty when `clusterIP` is not specified"}},
      {R"({"clusterIP":"None","clusterIPs":["None","10.0.0.2"],"ports":[{"port":80}]})",
       {R"(spec.clusterIPs: Invalid value: []string{"None", "10.0.0.2"}: )"
        "'None' must be the first and only value"}},
      {R"({"clusterIP":"10.0.0.1","clusterIPs":["10.0.0.1","here"],"ports":[{"port":80}]})",
       {R"(spec.clusterIPs[1]: Invalid value: "here": )"
        "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"}},
      {R"({"clusterIP":"10.0.0.1","clusterIPs":["10.0.0.1","10.0.0.2"],"ports":[{"port":80}],
           "ipFamilyPolicy":"PreferDualStack"})",
       {R"(spec.clusterIPs: Invalid value: []string{"10.0.0.1", "10.0.0.2"}: )"
        "may specify no more than one IP for each IP family",
        R"(spec.ipFamilies[1]: Duplicate value: "IPv4")"}},
      {R"({"clusterIP":"10.0.0.1","clusterIPs":["10.0.0.1","::2"],"ports":[{"port":80}]})",
       {R"(spec.ipFamilyPolicy: Invalid value: "SingleStack": must be 'RequireDualStack' or )"
        "'PreferDualStack' when multiple cluster IPs are specified",
        R"(spec.ipFamilyPolicy: Invalid value: "SingleStack": must be 'RequireDualStack' or )"
        "'PreferDualStack' when multiple IP families are specified"}},
      {R"({"clusterIP":"10.0.0.1","clusterIPs":["10.0.0.1","::2","::3"],"ports":[{"port":80}],
           "ipFamilyPolicy":"RequireDualStack","ipFamilies":["IPv4","IPv6"]})",
       {R"(spec.clusterIPs: Invalid value: []string{"10.0.0.1", "::2", "::3"}: )"
        "may only hold up to 2 values",
        R"(spec.ipFamilies[2]: Duplicate value: "IPv6")"}},
      {R"({"ipFamilies":["IPv6"],"clusterIP":"10.0.0.1","ports":[{"port":80}]})",
       {R"(spec.clusterIPs[0]: Invalid value: "10.0.0.1": )"
        "expected an IPv6 value as indicated by `ipFamilies[0]`"}},
      {R"({"ipFamilies":["IPv5"],"clusterIP":"None","selector":{"a":"b"}})",
       {R"(spec.ipFamilies[0]: Unsupported value: "IPv5": supported values: "IPv4", "IPv6")"}},
      {R"({"ipFamilyPolicy":"Both","ports":[{"port":80}],"ipFamilies":["IPv4","IPv6"]})",
       {R"(spec.ipFamilyPolicy: Unsupported value: "Both": supported values: )"
        R"("SingleStack", "PreferDualStack", "RequireDualStack")"}},
      {R"({"type":"LoadBalancer","clusterIP":"None","ports":[{"port":80}]})",
       {R"(spec.clusterIPs[0]: Invalid value: "None": )"
        "may not be set to 'None' for LoadBalancer services"}},
      {R"({"externalIPs":["192.0.2.1","2001:db8::1"],"ports":[{"port":80}]})", {}},
      {R"({"externalIPs":["nonsense"],"ports":[{"port":80}]})",
       {R"(spec.externalIPs[0]: Invalid value: "nonsense": )"
        "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"}},
      {R"({"externalIPs":["0.0.0.0","127.0.0.1","fe80::1","224.0.0.1"],"ports":[{"port":80}]})",
       {R"(spec.externalIPs[0]: Invalid value: "0.0.0.0": may not be unspecified (0.0.0.0))",
        R"(spec.externalIPs[1]: Invalid value: "127.0.0.1": )"
        "may not be in the loopback range (127.0.0.0/8, ::1/128)",
        R"(spec.externalIPs[2]: Invalid value: "fe80::1": )"
        "may not be in the link-local range (169.254.0.0/16, fe80::/10)",
        R"(spec.externalIPs[3]: Invalid value: "224.0.0.1": )"
        "may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)"}},
      {R"({"type":"LoadBalancer","loadBalancerSourceRanges":["10.0.0.0/8"," ::/0 "],
           "ports":[{"port":80}]})",
       {}},
      {R"({"type":"LoadBalancer","loadBalancerSourceRanges":["10.0.0.0/8","x"],
           "ports":[{"port":80}]})",
       {R"(spec.LoadBalancerSourceRanges[1]: Invalid value: "x": )"
        "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)"}},
      {R"({"loadBalancerSourceRanges":["10.0.0.0/8"],"ports":[{"port":80}]})",
       {"spec.LoadBalancerSourceRanges: Forbidden: may only be used when `type` is "
        "'LoadBalancer'"}},
      {R"({"type":"LoadBalancer","loadBalancerClass":"!!","ports":[{"port":80}]})",
       {R"(spec.loadBalancerClass: Invalid value: "!!": name part must consist of )"
        R"(alphanumeric characters, '-', '_' or '.', and must start and end with an )"
        R"(alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for )"
        R"(validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]'))"}},
      {R"({"ports":[{"port":80,"appProtocol":"kubernetes.io/h2c"}]})", {}},
      {R"({"ports":[{"port":80,"appProtocol":"/h2c"}]})",
       {R"(spec.ports[0].appProtocol: Invalid value: "/h2c": prefix part must be non-empty)"}},
      {R"({"selector":{"app":"web"},"ports":[{"port":80}]})", {}},
      {R"({"selector":{"a/":"-"},"ports":[{"port":80}]})",
       {R"(spec.selector: Invalid value: "a/": name part must be non-empty)",
        R"(spec.selector: Invalid value: "a/": name part must consist of alphanumeric )"
        R"(characters, '-', '_' or '.', and must start and end with an alphanumeric character )"
        R"((e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is )"
        R"('([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]'))",
        R"(spec.selector: Invalid value: "-": a valid label must be an empty string or consist )"
        R"(of alphanumeric characters, '-', '_' or '.', and must start and end with an )"
        R"(alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for )"
        R"(validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?'))"}},
      {R"({"trafficDistribution":"PreferClose","ports":[{"port":80}]})", {}},
      {R"({"trafficDistribution":"Nonsense","ports":[{"port":80}]})",
       {R"(spec.trafficDistribution: Unsupported value: "Nonsense": )"
        R"(supported values: "PreferClose")"}},
      {R"({"type":"ExternalName"})", {"spec.externalName: Required value"}},
      {R"({"type":"ExternalName","externalName":"a_b","clusterIPs":["10.0.0.1"],
           "ipFamilies":["IPv4"],"ipFamilyPolicy":"SingleStack"})",
       {"spec.clusterIPs: Forbidden: may not be set for ExternalName services",
        "spec.ipFamilies: Forbidden: may not be set for ExternalName services",
        "spec.ipFamilyPolicy: Forbidden: may not be set for ExternalName services",
        R"(spec.externalName: Invalid value: "a_b": a lowercase RFC 1123 subdomain must consist )"
        R"(of lower case alphanumeric characters, '-' or '.', and must start and end with an )"
        R"(alphanumeric character (e.g. 'example.com', regex used for validation is )"
        R"('[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*'))"}},
      {R"({"externalTrafficPolicy":"Local","ports":[{"port":80}]})",
       {R"(spec.externalTrafficPolicy: Invalid value: "Local": )"
        "may only be set for externally-accessible services"}},
      {R"({"healthCheckNodePort":30001,"ports":[{"port":80}]})",
       {"spec.healthCheckNodePort: Invalid value: 30001: may only be set when `type` is "
        "'LoadBalancer' and `externalTrafficPolicy` is 'Local'"}},
      {R"({"allocateLoadBalancerNodePorts":true,"loadBalancerClass":"a/b","ports":[{"port":80}]})",
       {"spec.allocateLoadBalancerNodePorts: Forbidden: "
        "may only be used when `type` is 'LoadBalancer'",
        "spec.loadBalancerClass: Forbidden: may only be used when `type` is 'LoadBalancer'"}},
  };
  for (const auto& [spec, wanted] : cases) {
    INFO(spec);
    CHECK(complaints("services", fmt::format(R"({{"spec":{}}})", spec)) == wanted);
  }
}

TEST_CASE("rules of updated Services") {
  struct Case {
    std::string_view old_spec, spec;
    Texts wanted;
  };
  const Case cases[] = {
      {R"({"ports":[{"port":80}]})",
       R"({"ports":[{"port":80}],"clusterIP":"10.0.0.1"})",
       {R"(spec.clusterIPs[0]: Invalid value: []string{"10.0.0.1"}: may not change once set)"}},
      {R"({"ports":[{"port":80}]})",
       R"({"clusterIP":"None"})",
       {R"(spec.clusterIPs[0]: Invalid value: []string{"None"}: may not change once set)"}},
      {R"({"ports":[{"port":80}],"clusterIP":"10.0.0.1","ipFamilyPolicy":"PreferDualStack"})",
       R"({"ports":[{"port":80}],"clusterIP":"10.0.0.1","clusterIPs":["10.0.0.1","::2"]})",
       {R"(spec.clusterIPs[1]: Invalid value: []string{"10.0.0.1", "::2"}: )"
        "may not change once set"}},
      {R"({"ports":[{"port":80}],"clusterIP":"10.0.0.1"})",
       R"({"ports":[{"port":80}],"clusterIP":"10.0.0.1","ipFamilies":["IPv6"]})",
       {R"(spec.clusterIPs[0]: Invalid value: "10.0.0.1": expected an IPv6 value as indicated )"
        "by `ipFamilies[0]`",
        R"(spec.ipFamilies[0]: Invalid value: []string{"IPv6"}: may not change once set)"}},
      {R"({"ports":[{"port":80}],"clusterIP":"10.0.0.1","clusterIPs":["10.0.0.1","::1"],
           "ipFamilyPolicy":"RequireDualStack"})",
       R"({"ports":[{"port":80}],"clusterIP":"10.0.0.1","clusterIPs":["10.0.0.1"],
           "ipFamilies":["IPv4"],"ipFamilyPolicy":"SingleStack"})",
       {}},
      {R"({"clusterIP":"None","ports":[{"port":80}]})",
       R"({"clusterIP":"None","ipFamilies":["IPv6"],"ports":[{"port":80}]})",
       {}},
      {R"({"type":"LoadBalancer","externalTrafficPolicy":"Local","ports":[{"port":80}]})",
       R"({"type":"LoadBalancer","externalTrafficPolicy":"Local","healthCheckNodePort":30000,
           "ports":[{"port":80}]})",
       {"spec.healthCheckNodePort: Forbidden: field is immutable"}},
      {R"({"type":"ExternalName","externalName":"a"})",
       R"({"ports":[{"port":80}],"clusterIP":"10.0.0.1"})",
       {}},
      {R"({"type":"LoadBalancer","loadBalancerClass":"a/b","ports":[{"port":80}]})",
       R"({"type":"LoadBalancer","loadBalancerClass":"a/c","ports":[{"port":80}]})",
       {R"(spec.loadBalancerClass: Invalid value: "a/c": may not change once set)"}},
      {R"({"ports":[{"port":80}]})",
       R"({"type":"LoadBalancer","loadBalancerClass":"a/c","ports":[{"port":80}]})",
       {}},
  };
  for (const auto& [old_spec, spec, wanted] : cases) {
    INFO(spec);
    const auto old_object = completed("services", fmt::format(R"({{"spec":{}}})", old_spec));
    CHECK(complaints("services", fmt::format(R"({{"spec":{}}})", spec), &old_object) == wanted);
  }
}

TEST_CASE("the annotation of source ranges is held to the field's rules") {
  const auto with = [](std::string_view type, std::string_view ranges) {
    return complaints("services", fmt::format(R"({{"metadata":{{"annotations":{{
            "service.beta.kubernetes.io/load-balancer-source-ranges":"{}"}}}},
            "spec":{{"type":"{}","ports":[{{"port":80}}]}}}})",
                                              ranges, type));
  };
  const std::string field =
      "metadata.annotations[service.beta.kubernetes.io/load-balancer-source-ranges]: ";
  CHECK(with("LoadBalancer", " 10.0.0.0/8, ::/0 ") == Texts{});
  CHECK(with("LoadBalancer", "") == Texts{});
  CHECK(with("LoadBalancer", "10.0.0.0/8,x") ==
        Texts{field + R"(Invalid value: "x": must be a valid CIDR value, )"
                      "(e.g. 10.9.8.0/24 or 2001:db8::/64)"});
  CHECK(with("ClusterIP", "10.0.0.0/8") ==
        Texts{field + "Forbidden: may only be used when `type` is 'LoadBalancer'"});
}

TEST_CASE("what a load balancer reports") {
  struct Case {
    std::string_view type, ingress;
    Texts wanted;
  };
  const std::string at = "status.loadBalancer.ingress";
  const Case cases[] = {
      {"LoadBalancer",
       R"([{"ip":"192.0.2.1"},{"hostname":"lb.example"},
                           {"ip":"::1","ipMode":"Proxy","hostname":"b"}])",
       {}},
      {"ClusterIP", "[]", {}},
      {"ClusterIP",
       R"([{"ip":"192.0.2.1"}])",
       {at + ": Forbidden: may only be used when `spec.type` is 'LoadBalancer'"}},
      {"LoadBalancer",
       R"([{"ip":"x"}])",
       {at + R"([0].ip: Invalid value: "x": must be a valid IP address, )"
             "(e.g. 10.9.8.7 or 2001:db8::ffff)"}},
      {"LoadBalancer",
       R"([{"hostname":"192.0.2.1"}])",
       {at + R"([0].hostname: Invalid value: "192.0.2.1": must be a DNS name, not an IP address)"}},
      {"LoadBalancer",
       R"([{"hostname":"a_b"}])",
       {at + R"([0].hostname: Invalid value: "a_b": a lowercase RFC 1123 subdomain must consist )"
             R"(of lower case alphanumeric characters, '-' or '.', and must start and end with an )"
             R"(alphanumeric character (e.g. 'example.com', regex used for validation is )"
             R"('[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*'))"}},
      {"LoadBalancer",
       R"([{"hostname":"a"},{"hostname":"b","ipMode":"VIP"}])",
       {at + "[1].ipMode: Forbidden: may not be specified when `ip` is not set"}},
      {"LoadBalancer",
       R"([{"ip":"192.0.2.1","ipMode":"Direct"}])",
       {at + R"([0].ipMode: Unsupported value: "Direct": supported values: "Proxy", "VIP")"}},
  };
  for (const auto& [type, ingress, wanted] : cases) {
    INFO(type << ' ' << ingress);
    const auto old_object = completed(
        "services", fmt::format(R"({{"spec":{{"type":"{}","ports":[{{"port":80}}]}}}})", type));
    Value object = old_object;
    object.get_object()["status"] =
        json(fmt::format(R"({{"loadBalancer":{{"ingress":{}}}}})", ingress));
    CHECK(complaints("services", canonical_json(object), &old_object, "status") == wanted);
  }
}

TEST_CASE("conditions of Services have no limits, other than those of Gateways") {
  const auto old_object = completed("services", R"({"spec":{"ports":[{"port":80}]}})");
  Value object = old_object;
  object.get_object()["status"] = json(R"({"conditions":[{"type":"any thing","status":"Perhaps",
      "reason":"","message":"","observedGeneration":-1,
      "lastTransitionTime":"2026-01-01T00:00:00Z"}]})");
  CHECK(complaints("services", canonical_json(object), &old_object, "status") == Texts{});
}

}  // namespace
}  // namespace gatefold::engine
