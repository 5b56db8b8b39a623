#include "api/negotiate.h"

#include <array>

#include <catch2/catch.hpp>
#include <fmt/format.h>

namespace gatefold::api {
namespace {

// `json table v1`, or the reason of a refusal.
std::string negotiated(std::string_view accept, std::string_view pretty = "",
                       std::string_view user_agent = "") {
  const auto result = negotiate(accept, pretty, user_agent);
  if (!result) return std::string(reason_name(result.error().reason));
  constexpr std::array<std::string_view, 4> kShapes = {"object", "table", "metadata",
                                                       "metadata-list"};
  return fmt::format("{} {}{}{}", result->media == MediaType::kYaml ? "yaml" : "json",
                     kShapes.at(static_cast<std::size_t>(result->shape)),
                     result->shape == Shape::kObject ? "" : " " + result->version,
                     result->pretty ? " pretty" : "");
}

std::string discovery(std::string_view accept) {
  const auto form = negotiate_discovery(accept);
  if (!form) return std::string(reason_name(form.error().reason));
  constexpr std::array<std::string_view, 3> kForms = {"legacy", "v2", "v2beta1"};
  return std::string(kForms.at(static_cast<std::size_t>(*form)));
}

}  // namespace

TEST_CASE("the first clause that can be served is taken (R4.3, R4.11)") {
  const auto [accept, wanted] = GENERATE(table<std::string, std::string>({
      {"", "json object"},
      {"  ", "json object"},
      {"*/*", "json object"},
      {"*", "json object"},
      {"application/*", "json object"},
      {"application/json", "json object"},
      {"Application/JSON", "json object"},
      {"application/json;charset=utf-8", "json object"},
      {"application/yaml", "yaml object"},
      {"text/html, application/yaml", "yaml object"},
      {"application/yaml;q=0.5, application/json", "json object"},
      {"application/json;q=0.1, application/yaml;q=0.2", "yaml object"},
      {"*/*, application/yaml", "yaml object"},
      {"application/*;q=1, application/yaml;q=0.9", "json object"},
      {"application/vnd.kubernetes.protobuf,application/json", "json object"},
      {"application/vnd.kubernetes.protobuf, */*", "json object"},
      {"application/vnd.kubernetes.protobuf;as=Table;v=v1beta1;g=meta.k8s.io,application/yaml",
       "yaml object"},
      {"application/vnd.kubernetes.protobuf;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,"
       "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1",
       "json metadata v1"},
      {"application/json;as=Table;v=v1;g=meta.k8s.io", "json table v1"},
      {"application/json;as=Table;g=meta.k8s.io;v=v1beta1", "json table v1beta1"},
      {"application/json;as=Table;v=v1;g=\"meta.k8s.io\"", "json table v1"},
      {"application/yaml;as=Table;v=v1;g=meta.k8s.io", "yaml table v1"},
      {"application/json;as=Table;v=v2;g=meta.k8s.io,application/json", "json object"},
      {"application/json;as=Table;v=v1;g=other.io,application/json", "json object"},
      {"application/json;as=Nothing;v=v1;g=meta.k8s.io,application/json", "json object"},
      {"application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1", "json metadata v1"},
      {"application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1", "json metadata-list v1"},
      {"application/json;as=Table;v=v2;g=meta.k8s.io", "NotAcceptable"},
      {"application/vnd.kubernetes.protobuf", "NotAcceptable"},
      {"text/html", "NotAcceptable"},
      {"image/*", "NotAcceptable"},
      {",;=/", "NotAcceptable"},
  }));
  INFO(accept);
  CHECK(negotiated(accept) == wanted);
}

TEST_CASE("what the query says of indentation wins over the client's name (R4.19)") {
  const auto [pretty, user_agent, wanted] = GENERATE(table<std::string, std::string, std::string>({
      {"", "", "json object"},
      {"", "kubectl/v1.33.0", "json object"},
      {"", "curl/8.0", "json object pretty"},
      {"", "Wget/1.21", "json object pretty"},
      {"", "Mozilla/5.0 (X11)", "json object pretty"},
      {"", "my curl", "json object"},
      {"1", "", "json object pretty"},
      {"true", "", "json object pretty"},
      {"True", "", "json object pretty"},
      {"yes", "", "json object"},
      {"false", "curl/8.0", "json object"},
      {"0", "curl/8.0", "json object"},
  }));
  INFO(pretty << " " << user_agent);
  CHECK(negotiated("", pretty, user_agent) == wanted);
}

TEST_CASE("clauses are in the order of preference") {
  const auto clauses = parse_accept("a/*;Q=0.5, */*, b/c;X=\"y\";q=1, d/e;q=0.5, broken");
  REQUIRE(clauses.size() == 4);
  CHECK(clauses[0].type == "b");
  CHECK(clauses[0].parameter("x") == "y");
  CHECK(clauses[0].parameter("z").empty());
  CHECK(clauses[1].type == "*");
  CHECK(clauses[2].type == "d");
  CHECK(clauses[3].type == "a");
}

TEST_CASE("discovery is aggregated for those who ask (R2.2, R2.3)") {
  constexpr std::string_view kV2 =
      "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";
  constexpr std::string_view kV2Beta1 =
      "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList";
  CHECK(discovery("") == "legacy");
  CHECK(discovery("application/json") == "legacy");
  CHECK(discovery("*/*") == "legacy");
  CHECK(discovery(kV2) == "v2");
  CHECK(discovery(kV2Beta1) == "v2beta1");
  CHECK(discovery(fmt::format("{},{},application/json", kV2, kV2Beta1)) == "v2");
  CHECK(discovery(fmt::format("{},application/json", kV2Beta1)) == "v2beta1");
  CHECK(discovery("application/json;g=apidiscovery.k8s.io;v=v9;as=APIGroupDiscoveryList,"
                  "application/json") == "legacy");
  CHECK(discovery("application/yaml") == "NotAcceptable");
}

TEST_CASE("media types of bodies have no letter case and no parameters (R4.13)") {
  CHECK(media_type_of("") == "application/json");
  CHECK(media_type_of(" ; charset=utf-8") == "application/json");
  CHECK(media_type_of("Application/JSON; Charset=UTF-8") == "application/json");
  CHECK(media_type_of("APPLICATION/MERGE-PATCH+JSON") == "application/merge-patch+json");
  CHECK(media_type_of("text/plain;a=b") == "text/plain");
}

}  // namespace gatefold::api
