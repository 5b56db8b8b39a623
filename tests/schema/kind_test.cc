#include "schema/kind.h"

#include <algorithm>

#include "tests/schema/parsed.h"

namespace gatefold {
namespace {

using test::Texts;

constexpr std::string_view kLamp = R"(
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: lamps.light.example.com}
spec:
  group: light.example.com
  scope: Namespaced
  names: {plural: lamps, singular: lamp, kind: Lamp, listKind: LampList, shortNames: [lm],
          categories: [all]}
  versions:
  - name: v1beta1
    served: true
    deprecated: true
    deprecationWarning: old
    schema: {openAPIV3Schema: {type: object}}
  - name: v1
    served: true
    storage: true
    subresources: {status: {}}
    schema: {openAPIV3Schema: {type: object, properties: {spec: {type: object}}}}
    additionalPrinterColumns:
    - {name: Watts, type: integer, format: int32, jsonPath: .spec.watts, priority: 1,
       description: d}
    selectableFields:
    - jsonPath: .spec.colour
)";

Value definition() {
  return test::yaml(kLamp);
}

Status refusal(const Value& document) {
  const auto parsed = parse_kind(document);
  REQUIRE_FALSE(parsed.has_value());
  return parsed.error();
}

std::string cause(const Value& document) {
  const auto status = refusal(document);
  REQUIRE(status.details.causes.size() == 1);
  return status.details.causes[0].field + ": " + status.details.causes[0].message;
}

// The member at `path`, such as `spec/versions/0/name`; made where it is missing.
Value& at(Value& value, std::string_view path) {
  const auto slash = path.find('/');
  const auto key = path.substr(0, slash);
  Value& below = value.is_array() ? value.get_array().at(std::stoul(std::string(key)))
                                  : value.get_object()[key];
  return slash == std::string_view::npos ? below : at(below, path.substr(slash + 1));
}

TEST_CASE("a definition is read") {
  const auto kind = test::kind(kLamp);
  CHECK(kind->group == "light.example.com");
  CHECK(kind->kind == "Lamp");
  CHECK(kind->list_kind == "LampList");
  CHECK(kind->plural == "lamps");
  CHECK(kind->singular == "lamp");
  CHECK(kind->short_names == Texts{"lm"});
  CHECK(kind->categories == Texts{"all"});
  CHECK(kind->namespaced());
  CHECK(kind->resource == "lamps.light.example.com");
  CHECK(kind->api_version("v1") == "light.example.com/v1");
  CHECK(kind->resource_name().group_kind() == "Lamp.light.example.com");
  CHECK(kind->storage_version().name == "v1");
  CHECK_FALSE(kind->core);
  CHECK(kind->has_generation);
  CHECK(kind->name_rule == NameRule::kDns1123Subdomain);
}

TEST_CASE("versions are in order, with what each of them says") {
  const auto kind = test::kind(kLamp);
  REQUIRE(kind->versions.size() == 2);
  const auto& stable = kind->versions[0];
  CHECK(stable.name == "v1");
  CHECK(stable.served);
  CHECK(stable.storage);
  CHECK(stable.status_subresource);
  CHECK_FALSE(stable.deprecated);
  CHECK(stable.schema->member("spec") != nullptr);
  REQUIRE(stable.columns.size() == 1);
  CHECK(stable.columns[0].name == "Watts");
  CHECK(stable.columns[0].type == "integer");
  CHECK(stable.columns[0].format == "int32");
  CHECK(stable.columns[0].json_path == ".spec.watts");
  CHECK(stable.columns[0].priority == 1);
  CHECK(stable.columns[0].description == "d");
  REQUIRE(stable.selectable_fields.size() == 1);
  CHECK(stable.selectable_fields[0].name == "spec.colour");
  CHECK(stable.selectable_fields[0].json_path == ".spec.colour");
  const auto* beta = kind->version("v1beta1");
  REQUIRE(beta != nullptr);
  CHECK(beta->deprecated);
  CHECK(kind->deprecation_of(*beta) == "old");
  auto unsaid = *beta;
  unsaid.deprecation_warning.clear();
  CHECK(kind->deprecation_of(unsaid) ==
        "light.example.com/v1beta1 Lamp is deprecated; use light.example.com/v1 Lamp");
  CHECK_FALSE(beta->status_subresource);
  CHECK(kind->version("v2") == nullptr);
}

TEST_CASE("names that are left out follow from the kind") {
  Value document = definition();
  auto& names = document.at("spec").at("names").get_object();
  names.erase("singular");
  names.erase("listKind");
  const auto kind = parse_kind(document).value();
  CHECK(kind->singular == "lamp");
  CHECK(kind->list_kind == "LampList");
}

TEST_CASE("the core group has no name") {
  Value document = definition();
  document.at("spec").get_object()["group"] = "";
  const auto kind = parse_kind(document).value();
  CHECK(kind->resource == "lamps");
  CHECK(kind->api_version("v1") == "v1");
}

TEST_CASE("a schema's name changes with the schema and its version, and with nothing else") {
  const auto kind = test::kind(kLamp);
  const auto& id = kind->version("v1")->schema_id;
  CHECK(id.size() == 16);
  CHECK(id != kind->version("v1beta1")->schema_id);

  Value document = definition();
  document.at("spec").at("names").get_object()["shortNames"] = JsonArray{"other"};
  auto& version = document.at("spec").at("versions").get_array().at(1).get_object();
  version["served"] = false;
  CHECK(parse_kind(document).value()->version("v1")->schema_id == id);
  version["schema"].at("openAPIV3Schema").get_object()["nullable"] = true;
  CHECK(parse_kind(document).value()->version("v1")->schema_id != id);
}

TEST_CASE("what built-in kinds do differently is data too") {
  Value document = definition();
  document.at("spec").get_object()["x-gatefold"] = test::yaml(R"(
core: true
generation: false
unconditionalUpdate: true
createOnUpdate: true
deleteReturnsObject: true
statusKeepsMetadata: true
nameRule: dns1035Label
finalizersPath: spec.finalizers
immutable: [{path: .spec.type}]
fieldSelectors: [{name: spec.type, path: .spec.type}]
tableColumns:
- {name: Data, type: integer, compute: count, paths: [.data, .binaryData]}
)");
  const auto kind = parse_kind(document).value();
  CHECK(kind->core);
  CHECK_FALSE(kind->has_generation);
  CHECK(kind->unconditional_update);
  CHECK(kind->create_on_update);
  CHECK(kind->delete_returns_object);
  CHECK(kind->status_keeps_metadata);
  CHECK(kind->name_rule == NameRule::kDns1035Label);
  CHECK(kind->finalizers_path == "spec.finalizers");
  REQUIRE(kind->immutable_fields.size() == 1);
  CHECK(kind->immutable_fields[0].json_path == ".spec.type");
  for (const auto& version : kind->versions) {
    REQUIRE_FALSE(version.selectable_fields.empty());
    CHECK(version.selectable_fields.back().name == "spec.type");
    REQUIRE(version.columns.size() == 1);
    CHECK(version.columns[0].compute == PrinterColumn::Compute::kCount);
    CHECK(version.columns[0].paths == Texts{".data", ".binaryData"});
  }
}

TEST_CASE("a definition that can't be read names the member that is wrong") {
  const auto with = [](std::string_view path, Value value) {
    Value document = definition();
    at(document, path) = std::move(value);
    return cause(document);
  };
  CHECK(cause(Value(JsonObject{})) == "spec: Invalid value: \"null\": is missing");
  CHECK(with("spec/names", nullptr).starts_with("spec.names"));
  CHECK(with("spec/names/plural", "") ==
        "spec.names.plural: Invalid value: \"null\": must not be empty");
  CHECK(with("spec/names/kind", 3) == "spec.names.kind: Invalid value: \"null\": must be a string");
  CHECK(with("spec/scope", "Foo") ==
        "spec.scope: Invalid value: \"null\": must be Cluster or Namespaced");
  CHECK(with("spec/versions/0/storage", true) ==
        "spec.versions: Invalid value: \"null\": must have exactly one version marked as storage "
        "version");
  CHECK(with("spec/versions/1/storage", false).contains("must have exactly one version"));
  CHECK(with("spec/versions/0/name", "v1").starts_with("spec.versions: "));
  CHECK(with("spec/versions/1/schema", JsonObject{}) ==
        "spec.versions[1].schema.openAPIV3Schema: Invalid value: \"null\": is missing");
  CHECK(with("spec/versions/1/schema/openAPIV3Schema/type", "thing")
            .starts_with("spec.versions[1].schema.openAPIV3Schema: "));
  CHECK(with("spec/versions/1/additionalPrinterColumns/0/jsonPath", "spec")
            .starts_with("spec.versions[1].additionalPrinterColumns[0].jsonPath: "));
  CHECK(with("spec/versions/1/selectableFields/0/jsonPath", "spec")
            .starts_with("spec.versions[1].selectableFields.jsonPath: "));
  CHECK(with("spec/names/shortNames", JsonArray{1}).starts_with("spec.names.shortNames: "));
  CHECK(with("spec/x-gatefold", JsonObject{{"typo", true}}) ==
        "spec.x-gatefold.typo: Invalid value: \"null\": is unknown");
  const JsonObject ratio{
      {"name", "X"}, {"type", "string"}, {"compute", "ratio"}, {"paths", JsonArray{".a"}}};
  CHECK(with("spec/x-gatefold", JsonObject{{"tableColumns", JsonArray{ratio}}}) ==
        "spec.x-gatefold.tableColumns[0].paths: Invalid value: \"null\": are too few");
  CHECK(with("spec/x-gatefold", JsonObject{{"nameRule", "x"}}) ==
        "spec.x-gatefold.nameRule: Invalid value: \"null\": is unknown");
}

TEST_CASE("a refused definition is an invalid CustomResourceDefinition") {
  Value document = definition();
  document.at("spec").get_object()["scope"] = "Foo";
  const auto status = refusal(document);
  CHECK(status.reason == Reason::kInvalid);
  CHECK(status.details.name == "lamps.light.example.com");
  CHECK(status.details.kind == "CustomResourceDefinition");
}

TEST_CASE("versions are ordered as Kubernetes orders them") {
  Texts versions = {"foo1", "v1alpha1", "v11beta2",  "v2",       "v10",    "v3beta1", "v12alpha1",
                    "v1",   "foo10",    "v11alpha2", "v10beta3", "v1beta", "v",       "v0"};
  std::ranges::sort(versions, version_comes_first);
  CHECK(versions == Texts{"v10", "v2", "v1", "v0", "v11beta2", "v10beta3", "v3beta1", "v12alpha1",
                          "v11alpha2", "v1alpha1", "foo1", "foo10", "v", "v1beta"});
  CHECK_FALSE(version_comes_first("v1", "v1"));
}

}  // namespace
}  // namespace gatefold
