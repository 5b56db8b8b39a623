#include "schema/typed_decode.h"

#include "schema/catalog.h"
#include "tests/schema/parsed.h"

namespace gatefold {
namespace {

using namespace test;

const SchemaNode& schema_of(std::string_view resource) {
  static const CatalogPtr catalog = builtin_catalog();
  return *catalog->find("", resource)->storage_version().schema;
}

TEST_CASE("values of core kinds have the types of their fields") {
  struct Case {
    std::string_view resource, object, wanted;
  };
  const Case cases[] = {
      {"services", R"({"spec":{"ports":[{"port":80,"targetPort":"web"},{"port":null}]},
                       "status":null,"metadata":7,"unknown":[]})",
       ""},
      {"services", R"({"spec":"x"})",
       "json: cannot unmarshal string into Go struct field K.spec of type struct"},
      {"services", R"({"spec":{"ports":[{"port":"80"}]}})",
       "json: cannot unmarshal string into Go struct field K.spec.ports.port of type int32"},
      {"services", R"({"spec":{"ports":[{"port":1.5}]}})",
       "json: cannot unmarshal number 1.5 into Go struct field K.spec.ports.port of type int32"},
      {"services", R"({"spec":{"ports":[{"port":4294967376}]}})",
       "json: cannot unmarshal number 4294967376 into Go struct field K.spec.ports.port of type "
       "int32"},
      {"services", R"({"spec":{"ports":[{"targetPort":true}]}})",
       "json: cannot unmarshal bool into Go value of type int32"},
      {"services", R"({"spec":{"ports":{}}})",
       "json: cannot unmarshal object into Go struct field K.spec.ports of type []struct"},
      {"services", R"({"spec":{"externalIPs":[1]}})",
       "json: cannot unmarshal number into Go struct field K.spec.externalIPs of type string"},
      {"services", R"({"spec":{"publishNotReadyAddresses":"yes"}})",
       "json: cannot unmarshal string into Go struct field K.spec.publishNotReadyAddresses of "
       "type bool"},
      {"configmaps", R"({"data":{"a":1}})",
       "json: cannot unmarshal number into Go struct field K.data of type string"},
      {"configmaps", R"({"data":[]})",
       "json: cannot unmarshal array into Go struct field K.data of type map[string]string"},
      {"secrets", R"({"data":"x"})",
       "json: cannot unmarshal string into Go struct field K.data of type map[string][]uint8"},
      {"secrets", R"({"data":{"a":"eA==","b":"eA=!"}})", "illegal base64 data at input byte 3"},
  };
  for (const auto& [resource, text, wanted] : cases) {
    INFO(text);
    Value object = json(text);
    const auto decoded = decode_typed("K", schema_of(resource), object);
    CHECK((decoded ? "" : decoded.error()) == wanted);
    if (decoded) CHECK(object == json(text));
  }
}

TEST_CASE("bytes are stored in one form, and entries are there even when they are null") {
  Value secret = json(R"({"data":{"a":"Zm9v\nYg==\n","b":null,"c":"Zh=="},
                          "stringData":{"d":null},"type":null})");
  REQUIRE(decode_typed("Secret", schema_of("secrets"), secret));
  CHECK(secret == json(R"({"data":{"a":"Zm9vYg==","b":"","c":"Zg=="},"stringData":{"d":""},
                           "type":null})"));
}

}  // namespace
}  // namespace gatefold
