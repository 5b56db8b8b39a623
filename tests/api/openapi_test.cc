#include "api/openapi.h"

#include <chrono>
#include <set>

#include <catch2/catch.hpp>

#include "api/openapi_proto.h"
#include "schema/json.h"
#include "tests/api/rendering_kinds.h"
#include "tests/support/golden.h"

namespace gatefold::api {
namespace {

using test::golden;
using test::rendering_catalog;

constexpr const char* kLampKey = "apis/light.example.com/v1";
constexpr std::string_view kLampSchema = "com.example.light.v1.Lamp";

Value parsed(std::string_view text) {
  auto document = parse_json(text);
  REQUIRE(document.has_value());
  return std::move(document->value);
}

Value v3_document(const Catalog& catalog, const char* key) {
  const OpenApiV3 rendered = render_openapi_v3(catalog);
  const auto found = rendered.documents.find(key);
  REQUIRE(found != rendered.documents.end());
  return parsed(found->second.text);
}

std::set<std::string> query_parameters(const Value& operation) {
  std::set<std::string> names;
  for (const Value& parameter : operation.at("parameters").get_array()) {
    if (string_at(parameter, {"in"}) == "query") names.emplace(string_at(parameter, {"name"}));
  }
  return names;
}

void collect(const Value& value, std::string_view key, std::vector<Value>& found) {
  if (value.is_array()) {
    for (const Value& item : value.get_array()) collect(item, key, found);
  } else if (value.is_object()) {
    for (const auto& [name, member] : value.get_object()) {
      if (name == key && member.is_string()) found.push_back(member);
      collect(member, key, found);
    }
  }
}

// References that lead nowhere.
std::vector<std::string> dangling(const Value& document, std::string_view prefix,
                                  const Value& schemas) {
  std::vector<Value> references;
  collect(document, "$ref", references);
  std::vector<std::string> lost;
  for (const Value& reference : references) {
    const std::string_view text = reference.get_string();
    if (!text.starts_with(prefix) || find(schemas, text.substr(prefix.size())) == nullptr) {
      lost.emplace_back(text);
    }
  }
  return lost;
}

std::vector<std::string> repeated_operation_ids(const Value& document) {
  std::vector<Value> ids;
  collect(document, "operationId", ids);
  std::set<std::string> seen;
  std::vector<std::string> repeated;
  for (const Value& id : ids) {
    if (!seen.emplace(id.get_string()).second) repeated.emplace_back(id.get_string());
  }
  return repeated;
}

// Reads protobuf's wire format far enough to look at what was written: (field, bytes or number)
// pairs.
struct WireField {
  std::uint64_t field;
  std::string bytes;
  std::uint64_t number = 0;
};

std::uint64_t read_varint(std::string_view& bytes) {
  std::uint64_t value = 0;
  for (unsigned shift = 0;; shift += 7) {
    REQUIRE(!bytes.empty());
    const auto byte = static_cast<unsigned char>(bytes.front());
    bytes.remove_prefix(1);
    value |= std::uint64_t{byte & 0x7FU} << shift;
    if ((byte & 0x80U) == 0) return value;
  }
}

std::vector<WireField> read_message(std::string_view bytes) {
  std::vector<WireField> fields;
  while (!bytes.empty()) {
    const std::uint64_t tag = read_varint(bytes);
    WireField field{tag >> 3U, {}, 0};
    const std::uint64_t type = tag & 7U;
    if (type == 0) {
      field.number = read_varint(bytes);
    } else {
      REQUIRE((type == 1 || type == 2));
      const std::uint64_t length = type == 1 ? 8 : read_varint(bytes);
      REQUIRE(length <= bytes.size());
      field.bytes = bytes.substr(0, length);
      bytes.remove_prefix(length);
    }
    fields.push_back(std::move(field));
  }
  return fields;
}

// The message in `field`, nullptr where there is none; of `named` ones the value of that name.
std::string member(std::string_view message, std::uint64_t field) {
  for (const WireField& one : read_message(message)) {
    if (one.field == field) return one.bytes;
  }
  FAIL("no field " << field);
  return {};
}

std::string named(std::string_view message, std::uint64_t field, std::string_view name) {
  for (const WireField& one : read_message(message)) {
    if (one.field == field && member(one.bytes, 1) == name) return member(one.bytes, 2);
  }
  FAIL("nothing named " << name);
  return {};
}

}  // namespace

TEST_CASE("the index names every served version by the digest of its document (R3.3, R3.4)") {
  const OpenApiV3 rendered = render_openapi_v3(rendering_catalog());
  const Value index = parsed(rendered.index.text);
  std::set<std::string> keys;
  for (const auto& [key, entry] : index.at("paths").get_object()) {
    keys.emplace(key);
    const Document& document = rendered.documents.at(std::string(key));
    CHECK(string_at(entry, {"serverRelativeURL"}) ==
          "/openapi/v3/" + std::string(key) + "?hash=" + document.etag);
    CHECK(document.etag == upper_hex_sha512(document.text));
  }
  CHECK(keys == std::set<std::string>{"api/v1", kLampKey, "apis/light.example.com/v1beta1"});
  CHECK(keys.size() == rendered.documents.size());
}

TEST_CASE(
    "digests are the same on every rendering and follow a change of their own document only") {
  const OpenApiV3 first = render_openapi_v3(rendering_catalog());
  CHECK(first.index.etag == render_openapi_v3(rendering_catalog()).index.etag);
  Kind room = test::parsed_kind(test::kRoomDefinition);
  room.plural = "chambers";
  const OpenApiV3 changed =
      render_openapi_v3(test::catalog_of({test::parsed_kind(test::kLampDefinition), room,
                                          test::core_service(), test::core_namespace()}));
  CHECK(changed.documents.at(kLampKey).etag == first.documents.at(kLampKey).etag);
  CHECK(changed.documents.at("apis/light.example.com/v1beta1").etag !=
        first.documents.at("apis/light.example.com/v1beta1").etag);
}

TEST_CASE("a kind's schema keeps types, validation and extensions in version 3 (R3.7)") {
  const Value document = v3_document(rendering_catalog(), kLampKey);
  const Value& schema = document.at("components").at("schemas").at(kLampSchema);
  CHECK(golden("openapi/lamp_v3.json", pretty_json(schema)) == "");
  CHECK(schema.at("x-kubernetes-group-version-kind") ==
        parsed(R"([{"group":"light.example.com","kind":"Lamp","version":"v1"}])"));
  CHECK(string_at(schema, {"properties", "metadata", "$ref"}) ==
        "#/components/schemas/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta");
}

TEST_CASE("version 2 leaves out what its clients choke on (R3.6)") {
  const Value document = parsed(render_openapi_v2(rendering_catalog()).json.text);
  const Value& schema = document.at("definitions").at(kLampSchema);
  CHECK(golden("openapi/lamp_v2.json", pretty_json(schema)) == "");
  const Value& spec = schema.at("properties").at("spec");
  CHECK(spec.at("required") == parsed(R"(["watts"])"));  // note may be null
  CHECK(find(spec.at("properties").at("note"), "type") == nullptr);
  CHECK(find(spec.at("properties").at("any"), "properties") == nullptr);
  CHECK(find(spec.at("properties").at("either"), "oneOf") == nullptr);
}

TEST_CASE("a scale has paths and a schema of its own") {
  const auto catalog = builtin_catalog();
  const Value v3 = v3_document(*catalog, "apis/apps/v1");
  const std::string path = "/apis/apps/v1/namespaces/{namespace}/deployments/{name}/scale";
  const Value& item = v3.at("paths").at(path);
  const auto scale = parsed(R"({"group":"autoscaling","kind":"Scale","version":"v1"})");
  for (const auto* method : {"get", "put", "patch"}) {
    CHECK(item.at(method).at("x-kubernetes-group-version-kind") == scale);
  }
  CHECK(find(item, "delete") == nullptr);
  CHECK(string_at(item, {"get", "operationId"}) == "readAppsV1NamespacedDeploymentScale");
  const auto reference =
      parsed(R"({"$ref":"#/components/schemas/io.k8s.api.autoscaling.v1.Scale"})");
  CHECK(item.at("put").at("requestBody").at("content").at("application/json").at("schema") ==
        reference);
  const Value& schemas = v3.at("components").at("schemas");
  CHECK(schemas.at("io.k8s.api.autoscaling.v1.Scale").at("x-kubernetes-group-version-kind").at(0) ==
        scale);
  CHECK(dangling(v3, "#/components/schemas/", schemas).empty());
  CHECK(find(v3_document(*catalog, "api/v1").at("components").at("schemas"),
             "io.k8s.api.autoscaling.v1.Scale") == nullptr);

  const Value v2 = parsed(render_openapi_v2(*catalog).json.text);
  CHECK(find(v2.at("paths"), path) != nullptr);
  CHECK(find(v2.at("definitions"), "io.k8s.api.autoscaling.v1.Scale") != nullptr);
}

TEST_CASE("paths tell the kind, the query parameters and the forms of patch (R3.5)") {
  const Value document = v3_document(rendering_catalog(), kLampKey);
  const Value& paths = document.at("paths");
  const Value& object = paths.at("/apis/light.example.com/v1/namespaces/{namespace}/lamps/{name}");
  const Value& patch = object.at("patch");
  CHECK(patch.at("x-kubernetes-group-version-kind") ==
        parsed(R"({"group":"light.example.com","kind":"Lamp","version":"v1"})"));
  CHECK(query_parameters(patch) ==
        std::set<std::string>{"dryRun", "fieldManager", "fieldValidation", "force"});
  const std::set<std::string> write{"dryRun", "fieldManager", "fieldValidation"};
  CHECK(query_parameters(object.at("put")) == write);
  const Value& collection = paths.at("/apis/light.example.com/v1/namespaces/{namespace}/lamps");
  CHECK(query_parameters(collection.at("post")) == write);
  CHECK(query_parameters(collection.at("get")).contains("labelSelector"));
  CHECK(find(collection, "delete") != nullptr);
  CHECK(find(paths, "/apis/light.example.com/v1/lamps") != nullptr);
  CHECK(find(paths, "/apis/light.example.com/v1/namespaces/{namespace}/lamps/{name}/status") !=
        nullptr);

  const auto takes = [](const Value& operation, std::string_view type) {
    return find(operation.at("requestBody").at("content"), type) != nullptr;
  };
  CHECK(takes(patch, "application/apply-patch+yaml"));
  CHECK_FALSE(takes(patch, "application/strategic-merge-patch+json"));
  const Value core = v3_document(rendering_catalog(), "api/v1");
  CHECK(takes(core.at("paths").at("/api/v1/namespaces/{namespace}/services/{name}").at("patch"),
              "application/strategic-merge-patch+json"));
  CHECK(find(core.at("paths").at("/api/v1/namespaces"), "delete") == nullptr);
  CHECK(find(core.at("paths").at("/api/v1/namespaces/{name}/finalize"), "put") != nullptr);
}

TEST_CASE("no reference of the built-in kinds dangles and no operation id repeats") {
  const auto catalog = builtin_catalog();
  const OpenApiV3 v3 = render_openapi_v3(*catalog);
  REQUIRE(v3.documents.contains("apis/gateway.networking.k8s.io/v1"));
  for (const auto& [key, text] : v3.documents) {
    INFO(key);
    const Value document = parsed(text.text);
    CHECK(dangling(document, "#/components/schemas/", document.at("components").at("schemas"))
              .empty());
    CHECK(repeated_operation_ids(document).empty());
  }
  const Value v2 = parsed(render_openapi_v2(*catalog).json.text);
  CHECK(dangling(v2, "#/definitions/", v2.at("definitions")).empty());
  CHECK(repeated_operation_ids(v2).empty());
}

TEST_CASE("explain finds the listeners of a Gateway in both versions (R3.7)") {
  const auto catalog = builtin_catalog();
  const Value v3 = v3_document(*catalog, "apis/gateway.networking.k8s.io/v1");
  const Value v2 = parsed(render_openapi_v2(*catalog).json.text);
  for (const Value* schemas : {&v3.at("components").at("schemas"), &v2.at("definitions")}) {
    const Value* gateway = find(*schemas, "io.k8s.networking.gateway.v1.Gateway");
    REQUIRE(gateway != nullptr);
    const Value& listeners = gateway->at("properties").at("spec").at("properties").at("listeners");
    CHECK(string_at(listeners, {"type"}) == "array");
    CHECK(listeners.at("x-kubernetes-list-map-keys") == parsed(R"(["name"])"));
    CHECK(string_at(listeners, {"items", "properties", "port", "type"}) == "integer");
  }
}

TEST_CASE("protobuf holds the same definitions, paths and extensions (R3.6)") {
  const std::string bytes = render_openapi_v2(rendering_catalog()).protobuf.text;
  CHECK(member(bytes, 1) == "2.0");
  CHECK(member(member(bytes, 2), 1) == "Gatefold");
  const std::string lamp = named(member(bytes, 9), 1, kLampSchema);
  CHECK(member(member(lamp, 22), 1) == "object");
  CHECK(parsed(member(named(lamp, 31, "x-kubernetes-group-version-kind"), 2)) ==
        parsed(R"([{"group":"light.example.com","kind":"Lamp","version":"v1"}])"));
  const std::string properties = member(lamp, 25);
  CHECK(member(named(properties, 1, "metadata"), 1) ==
        "#/definitions/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta");
  const std::string spec = named(properties, 1, "spec");
  const std::string colours = named(member(spec, 25), 1, "colours");
  CHECK(member(member(member(member(colours, 23), 1), 22), 1) == "string");
  const std::string extra = named(member(spec, 25), 1, "extra");
  CHECK(member(member(member(member(extra, 21), 1), 22), 1) == "string");

  const std::string path =
      named(member(bytes, 8), 2, "/apis/light.example.com/v1/namespaces/{namespace}/lamps/{name}");
  const std::string patch = member(path, 8);
  CHECK(parsed(member(named(patch, 13, "x-kubernetes-group-version-kind"), 2)) ==
        parsed(R"({"group":"light.example.com","kind":"Lamp","version":"v1"})"));
  std::set<std::string> query;
  std::set<std::string> consumes;
  for (const WireField& field : read_message(patch)) {
    if (field.field == 7) consumes.insert(field.bytes);
    if (field.field != 8) continue;
    const std::string parameter = member(field.bytes, 1);
    if (read_message(parameter).front().field != 2) continue;  // the body
    query.insert(member(member(member(parameter, 2), 3), 4));
  }
  CHECK(query == std::set<std::string>{"dryRun", "fieldManager", "fieldValidation", "force"});
  CHECK(consumes == std::set<std::string>{"application/json-patch+json",
                                          "application/merge-patch+json",
                                          "application/apply-patch+yaml"});
}

TEST_CASE("numbers, flags and long texts keep their value in protobuf") {
  const Value document = parsed(R"({"swagger":"2.0","definitions":{"X":{
      "maximum":0.5,"maxLength":300,"uniqueItems":true,"required":["a","b"],"enum":["a",1],"default":{"a":1},
      "additionalProperties":false}}})");
  const std::string bytes = encode_gnostic(document);
  const std::string schema = named(member(bytes, 9), 1, "X");
  std::vector<std::string> required;
  std::vector<std::string> enumeration;
  for (const WireField& field : read_message(schema)) {
    if (field.field == 7) CHECK(field.bytes == std::string("\0\0\0\0\0\0\xE0\x3F", 8));
    if (field.field == 11) CHECK(field.number == 300);
    if (field.field == 16) CHECK(field.number == 1);
    if (field.field == 19) required.push_back(field.bytes);
    if (field.field == 20) enumeration.push_back(member(field.bytes, 2));
    if (field.field == 21) CHECK(read_message(field.bytes).front().number == 0);
  }
  CHECK(required == std::vector<std::string>{"a", "b"});
  CHECK(enumeration == std::vector<std::string>{"\"a\"", "1"});
  CHECK(member(member(schema, 5), 2) == R"({"a":1})");
}

}  // namespace gatefold::api
