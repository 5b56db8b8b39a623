#include "schema/definition_version.h"

#include <fmt/format.h>

#include "tests/schema/definitions.h"

namespace gatefold {
namespace {

using test::complaints;
using test::foos;
using test::foos_of_property;
using test::Texts;
using test::yaml;

constexpr std::string_view kVersion =
    R"(schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}})";

Value of_version(std::string_view members) {
  return foos(fmt::format("{{versions: [{{name: v1, served: true, storage: true, {}, {}}}]}}",
                          kVersion, members));
}

TEST_CASE("a warning of deprecation is short, printable and of deprecated versions (R19.9)") {
  const auto warned = [](std::string_view members) { return complaints(of_version(members)); };
  const std::string where = "spec.versions[0].deprecationWarning: Invalid value: ";
  CHECK(warned("deprecated: true") == Texts{});
  CHECK(warned("deprecated: true, deprecationWarning: 'use \"v2\"'") == Texts{});
  CHECK(warned("deprecationWarning: old") ==
        Texts{where + "\"old\": can only be set for deprecated versions"});
  CHECK(warned("deprecated: true, deprecationWarning: ''") ==
        Texts{where + "\"\": must not be an empty string"});
  CHECK(warned("deprecated: true, deprecationWarning: \"a\\nb\"") ==
        Texts{where +
              "\"a\\nb\": must only contain printable UTF-8 characters; non-printable character "
              "found at index 1"});
  CHECK(warned("deprecated: true, deprecationWarning: " + std::string(257, 'x')) ==
        Texts{where + "\"" + std::string(257, 'x') + "\": must be <= 256 characters long"});
}

TEST_CASE("selectable fields are few scalars by their names (R19.4)") {
  const auto of_fields = [](std::string_view fields) {
    auto definition = foos_of_property(
        "{type: object, properties: {s: {type: string}, f: {type: number}, m: {type: object, "
        "additionalProperties: {type: boolean}}}}");
    definition.at_pointer("/spec/versions/0").as_object()["selectableFields"] = yaml(fields);
    return complaints(definition);
  };
  CHECK(of_fields("[{jsonPath: .a.s}, {jsonPath: .a.m.k}]") == Texts{});
  CHECK(of_fields("[{jsonPath: .a.s}, {jsonPath: .a.s}]") ==
        Texts{"spec.selectableFields[1].jsonPath: Duplicate value: \".a.s\""});
  CHECK(of_fields("[{}]") == Texts{"spec.selectableFields[0].jsonPath: Required value"});
  const std::pair<std::string_view, std::string_view> wrong[] = {
      {"a.s", "is an invalid path: expected [ or . but got: a"},
      {".a['s']", "is an invalid path: array notation is not allowed"},
      {".a.", "is an invalid path: unexpected end of JSON path"},
      {".a.s.x", "is an invalid path: does not refer to a valid field"},
      {".a.f",
       "must point to a field of type string, boolean or integer. Enum string fields and strings "
       "with formats are allowed."}};
  for (const auto& [path, detail] : wrong) {
    INFO(path);
    CHECK(of_fields(fmt::format("[{{jsonPath: \"{}\"}}]", path)) ==
          Texts{fmt::format("spec.selectableFields[0].jsonPath: Invalid value: \"{}\": {}", path,
                            detail)});
  }
  std::string nine;
  for (int i = 0; i < 9; ++i) nine += fmt::format("{{jsonPath: .a.m.k{}}}, ", i);
  CHECK(of_fields("[" + nine + "]") ==
        Texts{"spec.selectableFields: Too many: 9: must have at most 8 items"});
}

TEST_CASE("a webhook that converts has an address (R19.4)") {
  const auto of_webhook = [](std::string_view webhook) {
    return complaints(
        foos(fmt::format("{{conversion: {{strategy: Webhook, webhook: {}}}}}", webhook)));
  };
  const std::string where = "spec.conversion.webhookClientConfig";
  CHECK(of_webhook("{conversionReviewVersions: [v1], clientConfig: {url: 'https://a/b'}}") ==
        Texts{});
  CHECK(of_webhook("{conversionReviewVersions: [v1], clientConfig: {service: {name: a, namespace: "
                   "b, path: /c}}}") == Texts{});
  CHECK(of_webhook("{conversionReviewVersions: [v1], clientConfig: {}}") ==
        Texts{where + ": Required value: exactly one of url or service is required"});
  CHECK(of_webhook("{conversionReviewVersions: [v2, v2], clientConfig: {url: 'http://u@?q#f'}}") ==
        Texts{where + ".url: Invalid value: \"http\": 'https' is the only allowed URL scheme; "
                      "desired format: https://host[/path]",
              where + ".url: Invalid value: \"\": host must be specified; desired format: "
                      "https://host[/path]",
              where + ".url: Invalid value: \"u\": user information is not permitted in the URL",
              where + ".url: Invalid value: \"f\": fragments are not permitted in the URL",
              where + ".url: Invalid value: \"q\": query parameters are not permitted in the URL",
              "spec.conversion.conversionReviewVersions[1]: Invalid value: \"v2\": duplicate "
              "version",
              "spec.conversion.conversionReviewVersions: Invalid value: []string{\"v2\", \"v2\"}: "
              "must include at least one of v1, v1beta1"});
  CHECK(of_webhook("{conversionReviewVersions: [v1], clientConfig: {service: {port: 0, path: "
                   "a//b}}}") ==
        Texts{where + ".service.name: Required value: service name is required",
              where + ".service.namespace: Required value: service namespace is required",
              where + ".service.port: Invalid value: 0: port is not valid: must be between 1 and "
                      "65535, inclusive",
              where + ".service.path: Invalid value: \"a//b\": must start with a '/'",
              where + ".service.path: Invalid value: \"a//b\": segment[0] may not be empty",
              where + ".service.path: Invalid value: \"a//b\": segment[1] may not be empty"});
  CHECK(complaints(foos("{conversion: {strategy: None, webhook: {conversionReviewVersions: [v1], "
                        "clientConfig: {}}}}")) ==
        Texts{where + ": Forbidden: should not be set when strategy is not set to Webhook",
              "spec.conversion.conversionReviewVersions: Forbidden: should not be set when "
              "strategy is not set to Webhook"});
  CHECK(complaints(foos("{conversion: {strategy: Magic}}")) ==
        Texts{"spec.conversion.strategy: Unsupported value: \"Magic\": supported values: \"None\", "
              "\"Webhook\""});
}

}  // namespace
}  // namespace gatefold
