#include "engine/policy/match_resources.h"

#include <catch2/catch.hpp>

#include "schema/catalog.h"
#include "schema/json.h"

namespace gatefold::engine {
namespace {

Value json(std::string_view text) {
  auto parsed = parse_json(text);
  REQUIRE(parsed.has_value());
  return std::move(parsed->value);
}

MatchResources of_rules(std::string_view rules, std::string_view more = "") {
  return match_resources_of(
      json(std::string("{\"resourceRules\":") + std::string(rules) + std::string(more) + "}"));
}

// An update of a Gateway `g` in the namespace `n`.
WriteAttributes gateway_write() {
  const auto* kind = builtin_catalog()->find("gateway.networking.k8s.io", "gateways");
  return {.operation = "UPDATE",
          .kind = kind,
          .version = "v1",
          .subresource = "",
          .name = "g",
          .name_space = "n"};
}

}  // namespace

TEST_CASE("rules match by scope, operation, group, version, resource and name") {
  struct Case {
    std::string_view rule;
    bool matches;
  };
  const auto cases = {
      Case{R"({"operations":["*"],"apiGroups":["*"],"apiVersions":["*"],"resources":["*"]})", true},
      Case{R"({"operations":["CREATE"],"apiGroups":["*"],"apiVersions":["*"],"resources":["*"]})",
           false},
      Case{R"({"operations":["UPDATE"],"apiGroups":[""],"apiVersions":["*"],"resources":["*"]})",
           false},
      Case{R"({"operations":["UPDATE"],"apiGroups":["gateway.networking.k8s.io"],
               "apiVersions":["v1"],"resources":["gateways"]})",
           true},
      Case{R"({"operations":["UPDATE"],"apiGroups":["*"],"apiVersions":["v2"],
               "resources":["gateways"]})",
           false},
      Case{R"({"operations":["*"],"apiGroups":["*"],"apiVersions":["*"],
               "resources":["gateways/status"]})",
           false},
      Case{R"({"operations":["*"],"apiGroups":["*"],"apiVersions":["*"],"resources":["*/*"]})",
           true},
      Case{R"({"operations":["*"],"apiGroups":["*"],"apiVersions":["*"],"resources":["*"],
               "scope":"Cluster"})",
           false},
      Case{R"({"operations":["*"],"apiGroups":["*"],"apiVersions":["*"],"resources":["*"],
               "scope":"Namespaced","resourceNames":["f","g"]})",
           true},
      Case{R"({"operations":["*"],"apiGroups":["*"],"apiVersions":["*"],"resources":["*"],
               "resourceNames":["f"]})",
           false},
  };
  for (const auto& one : cases) {
    INFO(one.rule);
    const auto match = of_rules("[" + std::string(one.rule) + "]");
    CHECK(matched_version(match, gateway_write()).has_value() == one.matches);
  }
}

TEST_CASE("a star alone leaves subresources out") {
  auto write = gateway_write();
  write.subresource = "status";
  const auto with = [](std::string_view resource) {
    return of_rules(R"([{"operations":["*"],"apiGroups":["*"],"apiVersions":["*"],"resources":[")" +
                    std::string(resource) + R"("]}])");
  };
  CHECK_FALSE(matched_version(with("*"), write));
  CHECK_FALSE(matched_version(with("gateways"), write));
  CHECK(matched_version(with("gateways/*"), write));
  CHECK(matched_version(with("*/status"), write));
  CHECK_FALSE(matched_version(with("*/scale"), write));
}

TEST_CASE("a namespace is of cluster scope, and without rules everything matches") {
  auto write = gateway_write();
  write.kind = builtin_catalog()->find("", "namespaces");
  write.name = write.name_space = "n";
  const auto of_scope = [](std::string_view scope) {
    return of_rules(R"([{"operations":["*"],"apiGroups":["*"],"apiVersions":["*"],
                        "resources":["*"],"scope":")" +
                    std::string(scope) + R"("}])");
  };
  CHECK(matched_version(of_scope("Cluster"), write));
  CHECK_FALSE(matched_version(of_scope("Namespaced"), write));
  CHECK(matched_version(match_resources_of(json("{}")), write) == "v1");
}

TEST_CASE("another version of the same objects matches unless it has to be exact") {
  constexpr auto kRules = R"([{"operations":["*"],"apiGroups":["gateway.networking.k8s.io"],
                              "apiVersions":["v1beta1"],"resources":["gateways"]}])";
  CHECK(matched_version(of_rules(kRules), gateway_write()) == "v1beta1");
  CHECK_FALSE(matched_version(of_rules(kRules, R"(,"matchPolicy":"Exact")"), gateway_write()));
  const auto excluded =
      match_resources_of(json(std::string("{\"excludeResourceRules\":") + kRules + "}"));
  CHECK_FALSE(matched_version(excluded, gateway_write()));
}

TEST_CASE("selectors ask for labels of the namespace and of both objects") {
  const auto match = match_resources_of(json(R"({
    "namespaceSelector":{"matchLabels":{"env":"prod"}},
    "objectSelector":{"matchExpressions":[{"key":"a","operator":"Exists"}]}})"));
  const auto labelled = [](std::string_view labels) {
    return json(R"({"metadata":{"labels":)" + std::string(labels) + "}}");
  };
  const auto prod = labelled(R"({"env":"prod"})");
  const auto test = labelled(R"({"env":"test"})");
  const auto with = labelled(R"({"a":"1"})");
  const auto without = labelled("{}");
  const auto write = gateway_write();
  CHECK(selectors_match(match, write, &prod, &with, nullptr));
  CHECK(selectors_match(match, write, &prod, &without, &with));
  CHECK(selectors_match(match, write, &prod, nullptr, &with));
  CHECK_FALSE(selectors_match(match, write, &prod, &without, nullptr));
  CHECK_FALSE(selectors_match(match, write, &test, &with, nullptr));
  CHECK_FALSE(selectors_match(match, write, nullptr, &with, nullptr));
  // What is of no namespace is not asked for one; a namespace is asked for its own labels.
  auto of_cluster = write;
  of_cluster.name_space = "";
  CHECK(selectors_match(match, of_cluster, nullptr, &with, nullptr));
  auto itself = write;
  itself.kind = builtin_catalog()->find("", "namespaces");
  const auto both = labelled(R"({"a":"1","env":"prod"})");
  CHECK(selectors_match(match, itself, nullptr, &both, &with));
  CHECK_FALSE(selectors_match(match, itself, nullptr, &with, &both));
}

}  // namespace gatefold::engine
