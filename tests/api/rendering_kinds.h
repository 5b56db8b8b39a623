// A small catalog for rendering: a kind of a named group in two versions, a core kind with
// subresources, and a cluster-scoped kind without columns.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

#include "schema/catalog.h"
#include "schema/yaml.h"

namespace gatefold::test {

inline constexpr const char* kLampDefinition = R"(
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: lamps.light.example.com}
spec:
  group: light.example.com
  names: {plural: lamps, singular: lamp, kind: Lamp, listKind: LampList, shortNames: [lp], categories: [all, house]}
  scope: Namespaced
  versions:
  - name: v1
    served: true
    storage: true
    subresources: {status: {}}
    additionalPrinterColumns:
    - {name: Watts, type: integer, jsonPath: .spec.watts, description: Power.}
    - {name: Colours, type: string, jsonPath: .spec.colours, priority: 1}
    - {name: "On", type: boolean, jsonPath: .spec.on}
    - {name: Lit, type: string, jsonPath: '.status.conditions[?(@.type=="Lit")].status'}
    - {name: Age, type: date, jsonPath: .metadata.creationTimestamp}
    schema:
      openAPIV3Schema:
        type: object
        description: A lamp.
        required: [spec]
        properties:
          apiVersion: {type: string}
          kind: {type: string}
          metadata: {type: object}
          spec:
            type: object
            required: [watts, note]
            x-kubernetes-validations:
            - {rule: self.watts > 0, message: must be lit, fieldPath: .watts}
            properties:
              watts: {type: integer, format: int32, minimum: 1, maximum: 60}
              note: {type: string, nullable: true, maxLength: 9}
              "on": {type: boolean, default: false}
              colours: {type: array, maxItems: 3, x-kubernetes-list-type: set, items: {type: string, enum: [red, blue]}}
              ports:
                type: array
                x-kubernetes-list-type: map
                x-kubernetes-list-map-keys: [name]
                items:
                  type: object
                  required: [name]
                  properties: {name: {type: string, pattern: '^[a-z]+$'}, target: {x-kubernetes-int-or-string: true}}
              any: {type: object, x-kubernetes-preserve-unknown-fields: true, properties: {known: {type: string}}}
              owner: {type: object, x-kubernetes-embedded-resource: true, x-kubernetes-preserve-unknown-fields: true}
              extra: {type: object, x-kubernetes-map-type: atomic, additionalProperties: {type: string}}
              either: {type: object, oneOf: [{required: [a]}, {required: [b]}], properties: {a: {type: string}, b: {type: string}}}
          status: {type: object, x-kubernetes-preserve-unknown-fields: true}
  - name: v1beta1
    served: true
    storage: false
    schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
  - name: v1alpha1
    served: false
    storage: false
    schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
)";

inline constexpr const char* kRoomDefinition = R"(
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: rooms.light.example.com}
spec:
  group: light.example.com
  names: {plural: rooms, singular: room, kind: Room, listKind: RoomList}
  scope: Cluster
  versions:
  - name: v1beta1
    served: true
    storage: true
    schema: {openAPIV3Schema: {type: object, properties: {size: {type: number, minimum: 0.5}}}}
)";

inline constexpr const char* kServiceDefinition = R"(
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: services.example.com}
spec:
  group: example.com
  names: {plural: services, singular: service, kind: Service, listKind: ServiceList, shortNames: [svc]}
  scope: Namespaced
  versions:
  - name: v1
    served: true
    storage: true
    subresources: {status: {}}
    schema:
      openAPIV3Schema:
        type: object
        properties:
          spec:
            type: object
            properties:
              ports:
                type: array
                items: {type: object, properties: {port: {type: integer}}}
)";

inline Kind parsed_kind(const char* definition) {
  const auto document = parse_yaml(definition);
  REQUIRE(document.has_value());
  const auto kind = parse_kind(*document);
  if (!kind) FAIL(kind.error().message);
  return **kind;
}

// A core kind, as the documents of schema/kinds declare it beyond the form of a definition.
inline Kind core_service() {
  Kind kind = parsed_kind(kServiceDefinition);
  kind.group.clear();
  kind.resource = "services";
  kind.core = true;
  kind.delete_returns_object = true;
  return kind;
}

inline Kind core_namespace() {
  Kind kind = core_service();
  kind.kind = "Namespace";
  kind.list_kind = "NamespaceList";
  kind.plural = "namespaces";
  kind.singular = "namespace";
  kind.short_names = {"ns"};
  kind.resource = "namespaces";
  kind.scope = Scope::kCluster;
  kind.finalizers_path = "spec.finalizers";
  return kind;
}

inline Catalog catalog_of(std::vector<Kind> kinds) {
  std::vector<KindPtr> shared;
  for (Kind& kind : kinds) shared.push_back(std::make_shared<const Kind>(std::move(kind)));
  return Catalog(std::move(shared));
}

inline Catalog rendering_catalog() {
  return catalog_of({parsed_kind(kLampDefinition), parsed_kind(kRoomDefinition), core_service(),
                     core_namespace()});
}

}  // namespace gatefold::test
