#include "tests/schema/definitions.h"

#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>

#include <fmt/format.h>

#include "schema/definition.h"
#include "schema/meta.h"

namespace gatefold::test {

Value foos(std::string_view spec) {
  auto definition = yaml(R"(
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: foos.lc.com}
spec:
  group: lc.com
  scope: Namespaced
  names: {plural: foos, kind: Foo}
  versions:
  - name: v1
    served: true
    storage: true
    schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
)");
  const auto own = yaml(spec);
  auto& members = definition.as_object()["spec"].as_object();
  for (const auto& [key, value] : own.as_object()) members[key] = value;
  return definition;
}

Value foos_of_schema(std::string_view schema) {
  return foos(fmt::format(
      "{{versions: [{{name: v1, served: true, storage: true, schema: {{openAPIV3Schema: {}}}}}]}}",
      schema));
}

Value foos_of_property(std::string_view schema) {
  return foos_of_schema(fmt::format("{{type: object, properties: {{a: {}}}}}", schema));
}

Value admitted(Value definition, const Value* old_definition) {
  const auto unknown = decode_definition(definition);
  INFO((unknown ? "" : unknown.error()));
  REQUIRE(unknown.has_value());
  default_definition(definition);
  prepare_definition(definition, old_definition);
  return definition;
}

Texts complaints(const Value& definition) {
  return texts(validate_definition(admitted(definition), nullptr));
}

std::string refusal(const Value& definition, const FieldErrors& errors) {
  return invalid({"apiextensions.k8s.io", "customresourcedefinitions", "CustomResourceDefinition"},
                 name_of(definition), errors)
      .error()
      .message;
}

const std::string& observed_lifecycle() {
  static const std::string kText = [] {
    const auto path =
        std::filesystem::path(GATEFOLD_SOURCE_DIR) / "../shared/spec/observed/crd-lifecycle.txt";
    std::ifstream file(path);
    if (!file.good()) std::cout << "SKIP: no observed/crd-lifecycle.txt beside the project\n";
    return std::string(std::istreambuf_iterator<char>(file), {});
  }();
  return kText;
}

}  // namespace gatefold::test
