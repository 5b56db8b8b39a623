#include "api/discovery.h"

#include <catch2/catch.hpp>

#include "api/version_info.h"
#include "schema/json.h"
#include "tests/api/rendering_kinds.h"
#include "tests/support/golden.h"

namespace gatefold::api {
namespace {

using test::golden;
using test::rendering_catalog;

Value parsed(std::string_view text) {
  auto document = parse_json(text);
  REQUIRE(document.has_value());
  return std::move(document->value);
}

std::string readable(std::string_view text) {
  return pretty_json(parsed(text));
}

const Value* row_named(const Value& list, std::string_view name) {
  for (const Value& row : list.at("resources").get_array()) {
    if (string_at(row, {"name"}) == name) return &row;
  }
  return nullptr;
}

std::vector<std::string> texts(const Value& array) {
  std::vector<std::string> all;
  for (const Value& item : array.get_array()) all.emplace_back(item.get_string());
  return all;
}

}  // namespace

TEST_CASE("aggregated discovery shows groups, versions, resources and subresources (R2.1, R2.6)") {
  const Catalog catalog = rendering_catalog();
  CHECK(golden("discovery/aggregated_core.json",
               readable(aggregated_core(catalog, AggregatedVersion::kV2).text)) == "");
  CHECK(golden("discovery/aggregated_groups.json",
               readable(aggregated_groups(catalog, AggregatedVersion::kV2).text)) == "");
}

TEST_CASE("the two aggregated versions differ in nothing but apiVersion (R2.3)") {
  const Catalog catalog = rendering_catalog();
  Value beta = parsed(aggregated_groups(catalog, AggregatedVersion::kV2beta1).text);
  CHECK(string_at(beta, {"apiVersion"}) == "apidiscovery.k8s.io/v2beta1");
  beta.get_object()["apiVersion"] = "apidiscovery.k8s.io/v2";
  CHECK(beta == parsed(aggregated_groups(catalog, AggregatedVersion::kV2).text));
}

TEST_CASE("every resource and subresource of aggregated discovery has a responseKind (R2.6)") {
  const auto catalog = builtin_catalog();
  for (const Document& document : {aggregated_core(*catalog, AggregatedVersion::kV2),
                                   aggregated_groups(*catalog, AggregatedVersion::kV2)}) {
    int resources = 0;
    const Value list = parsed(document.text);
    for (const Value& group : list.at("items").get_array()) {
      for (const Value& version : group.at("versions").get_array()) {
        CHECK(string_at(version, {"freshness"}) == "Current");
        for (const Value& resource : version.at("resources").get_array()) {
          ++resources;
          CHECK(!string_at(resource, {"responseKind", "kind"}).empty());
          const Value* subresources = find(resource, "subresources");
          if (subresources == nullptr) continue;
          for (const Value& one : subresources->get_array()) {
            CHECK(!string_at(one, {"responseKind", "kind"}).empty());
          }
        }
      }
    }
    CHECK(resources > 0);
  }
}

TEST_CASE("an etag is the upper-case SHA-512 of the text and follows the content alone (R2.5)") {
  // NIST's example: the digest of "abc".
  CHECK(upper_hex_sha512("abc") ==
        "DDAF35A193617ABACC417349AE20413112E6FA4E89A97EA20A9EEEE64B55D39A"
        "2192992A274FC1A836BA3C23A3FEEBBD454D4423643CE80E2A9AC94FA54CA49F");
  const Catalog catalog = rendering_catalog();
  const Document first = aggregated_groups(catalog, AggregatedVersion::kV2);
  CHECK(first.etag == upper_hex_sha512(first.text));
  CHECK(first.etag == aggregated_groups(rendering_catalog(), AggregatedVersion::kV2).etag);

  Kind lamp = test::parsed_kind(test::kLampDefinition);
  lamp.short_names.emplace_back("lamp2");
  const Catalog changed = test::catalog_of({lamp, test::parsed_kind(test::kRoomDefinition)});
  CHECK(first.etag != aggregated_groups(changed, AggregatedVersion::kV2).etag);
}

TEST_CASE("legacy discovery shows the same by group and version (R2.1, R2.7)") {
  const Catalog catalog = rendering_catalog();
  CHECK(golden("discovery/legacy_versions.json",
               readable(legacy_versions(catalog, "10.0.0.1:6443"))) == "");
  CHECK(golden("discovery/legacy_groups.json", readable(legacy_groups(catalog))) == "");
  CHECK(golden("discovery/legacy_group.json",
               readable(legacy_group(catalog, "light.example.com").value())) == "");
  CHECK(golden("discovery/legacy_resources.json",
               readable(legacy_resources(catalog, "light.example.com", "v1").value())) == "");
  CHECK(golden("discovery/legacy_core_resources.json",
               readable(legacy_resources(catalog, "", "v1").value())) == "");
}

TEST_CASE("groups and versions that are not served have no legacy document") {
  const Catalog catalog = rendering_catalog();
  CHECK_FALSE(legacy_group(catalog, "none.example.com"));
  CHECK_FALSE(legacy_group(catalog, ""));
  CHECK_FALSE(legacy_resources(catalog, "light.example.com", "v1alpha1"));
  CHECK_FALSE(legacy_resources(catalog, "light.example.com", "v9"));
  CHECK_FALSE(legacy_resources(catalog, "none.example.com", "v1"));
  CHECK_FALSE(legacy_resources(catalog, "", "v2"));
}

TEST_CASE("a scale is told as what it is") {
  const auto catalog = builtin_catalog();
  const Value list = parsed(legacy_resources(*catalog, "apps", "v1").value());
  const Value* scale = row_named(list, "deployments/scale");
  REQUIRE(scale != nullptr);
  CHECK(*scale == parsed(R"({"name":"deployments/scale","singularName":"","namespaced":true,
      "group":"autoscaling","version":"v1","kind":"Scale","verbs":["get","patch","update"]})"));
  CHECK(row_named(list, "daemonsets/scale") == nullptr);

  const Kind& deployments = *catalog->find("apps", "deployments");
  const auto aggregated =
      parsed(aggregated_groups(test::catalog_of({deployments}), AggregatedVersion::kV2).text);
  CHECK(
      aggregated.at("items").at(0).at("versions").at(0).at("resources").at(0).at("subresources") ==
      parsed(R"([
      {"subresource":"scale","responseKind":{"group":"autoscaling","version":"v1","kind":"Scale"},
       "verbs":["get","patch","update"]},
      {"subresource":"status","responseKind":{"group":"apps","version":"v1","kind":"Deployment"},
       "verbs":["get","patch","update"]}])"));

  // Those of custom resources come as real servers list them.
  Kind custom = deployments;
  custom.core = false;
  std::vector<std::string_view> names;
  for (const auto& one : subresources_of(custom, custom.versions[0])) names.push_back(one.name);
  CHECK(names == std::vector<std::string_view>{"status", "scale"});
}

TEST_CASE("the Gateway API's rows are those of a real server (R2.8)") {
  const auto catalog = builtin_catalog();
  const Value list = parsed(legacy_resources(*catalog, "gateway.networking.k8s.io", "v1").value());
  CHECK(string_at(list, {"groupVersion"}) == "gateway.networking.k8s.io/v1");

  const Value* classes = row_named(list, "gatewayclasses");
  REQUIRE(classes != nullptr);
  CHECK(*classes ==
        parsed(R"({"name":"gatewayclasses","singularName":"gatewayclass","namespaced":false,
      "kind":"GatewayClass","verbs":["delete","deletecollection","get","list","patch","create","update","watch"],
      "shortNames":["gc"],"categories":["gateway-api"],"storageVersionHash":"YwVCumQdey0="})"));
  const Value* status = row_named(list, "gateways/status");
  REQUIRE(status != nullptr);
  CHECK(*status ==
        parsed(R"({"name":"gateways/status","singularName":"","namespaced":true,"kind":"Gateway",
      "verbs":["get","patch","update"]})"));

  const std::pair<std::string_view, std::string_view> hashes[] = {
      {"gateways", "vTT6VZ2LmOo="},
      {"httproutes", "s9TOoTqdPlk="},
      {"referencegrants", "yiMy9EZI11Y="}};
  for (const auto& [name, hash] : hashes) {
    const Value* row = row_named(list, name);
    INFO(name);
    REQUIRE(row != nullptr);
    CHECK(string_at(*row, {"storageVersionHash"}) == hash);
    CHECK((row_named(list, std::string(name) + "/status") != nullptr) ==
          (name != "referencegrants"));
  }

  const Value group = parsed(legacy_group(*catalog, "gateway.networking.k8s.io").value());
  CHECK(
      group ==
      parsed(R"({"kind":"APIGroup","apiVersion":"v1","name":"gateway.networking.k8s.io","versions":[
      {"groupVersion":"gateway.networking.k8s.io/v1","version":"v1"},
      {"groupVersion":"gateway.networking.k8s.io/v1beta1","version":"v1beta1"}],
      "preferredVersion":{"groupVersion":"gateway.networking.k8s.io/v1","version":"v1"}})"));
}

TEST_CASE(
    "the root lists the paths of the catalog and "
    "those that it is told, sorted, each once (R1.10)") {
  const Value document = parsed(root_paths(rendering_catalog(), {"/version", "/healthz", "/apis"}));
  const std::vector<std::string> expected = {"/api",
                                             "/api/v1",
                                             "/apis",
                                             "/apis/",
                                             "/apis/light.example.com",
                                             "/apis/light.example.com/v1",
                                             "/apis/light.example.com/v1beta1",
                                             "/healthz",
                                             "/version"};
  CHECK(texts(document.at("paths")) == expected);
}

TEST_CASE("an empty catalog still answers in form") {
  const Catalog nothing;
  CHECK(parsed(legacy_groups(nothing)) ==
        parsed(R"({"kind":"APIGroupList","apiVersion":"v1","groups":[]})"));
  CHECK(parsed(aggregated_groups(nothing, AggregatedVersion::kV2).text)
            .at("items")
            .get_array()
            .empty());
}

TEST_CASE("the version is one that clients of 1.33 understand (R0.1, R3.1)") {
  const Value version = parsed(version_document());
  CHECK(string_at(version, {"major"}) == "1");
  CHECK(string_at(version, {"minor"}) == "33");
  CHECK(string_at(version, {"gitVersion"}).starts_with("v1.33.0+gatefold-"));
  CHECK(string_at(version, {"platform"}).find('/') != std::string_view::npos);
  for (const char* name :
       {"gitCommit", "gitTreeState", "buildDate", "goVersion", "compiler", "platform"}) {
    INFO(name);
    CHECK(find(version, name) != nullptr);
  }
}

}  // namespace gatefold::api
