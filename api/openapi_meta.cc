#include "api/openapi_meta.h"

#include "schema/invariant.h"
#include "schema/json.h"

namespace gatefold::api {
namespace {

constexpr std::string_view kPackage = "io.k8s.apimachinery.pkg.apis.meta.v1.";

// References are written as bare names.
constexpr std::string_view kSchemas = R"json({
"DeleteOptions": {
  "description": "How an object is to be deleted.",
  "type": "object",
  "properties": {
    "apiVersion": {"description": "Group and version of these options.", "type": "string"},
    "dryRun": {"description": "\"All\" checks the request and keeps nothing of it.", "type": "array",
      "items": {"type": "string"}, "x-kubernetes-list-type": "atomic"},
    "gracePeriodSeconds": {"description": "Seconds until the object goes; 0 is at once.",
      "type": "integer", "format": "int64"},
    "kind": {"description": "DeleteOptions.", "type": "string"},
    "orphanDependents": {"description": "Deprecated in favour of propagationPolicy: whether dependents lose their owner instead of being deleted.",
      "type": "boolean"},
    "preconditions": {"description": "What must hold for the deletion to happen.", "$ref": "Preconditions"},
    "propagationPolicy": {"description": "What happens to dependents: Orphan, Background or Foreground.",
      "type": "string"}
  }
},
"FieldsV1": {"description": "A set of fields, as a tree of path elements.", "type": "object"},
"ListMeta": {
  "description": "What every list carries.",
  "type": "object",
  "properties": {
    "continue": {"description": "Token that asks for the next page of the same list; empty on the last page.",
      "type": "string"},
    "remainingItemCount": {"description": "How many objects come after this page, where that is known.",
      "type": "integer", "format": "int64"},
    "resourceVersion": {"description": "Revision that the list shows; a watch can start from it.",
      "type": "string"},
    "selfLink": {"description": "Not set any more.", "type": "string"}
  }
},
"ManagedFieldsEntry": {
  "description": "The fields that one manager set.",
  "type": "object",
  "properties": {
    "apiVersion": {"description": "Group and version in which the fields are named.", "type": "string"},
    "fieldsType": {"description": "Form of the field set, FieldsV1.", "type": "string"},
    "fieldsV1": {"description": "The fields.", "$ref": "FieldsV1"},
    "manager": {"description": "Name of the manager.", "type": "string"},
    "operation": {"description": "Apply or Update.", "type": "string"},
    "subresource": {"description": "Subresource through which the fields were set; empty for the object itself.",
      "type": "string"},
    "time": {"description": "When the entry last changed.", "$ref": "Time"}
  }
},
"ObjectMeta": {
  "description": "What every object carries.",
  "type": "object",
  "properties": {
    "annotations": {"description": "Free data by key. Nothing can be selected by it.", "type": "object",
      "additionalProperties": {"type": "string", "default": ""}},
    "creationTimestamp": {"description": "When the object was created. Set by the server.", "$ref": "Time"},
    "deletionGracePeriodSeconds": {"description": "Seconds that were granted when the deletion was asked for. Set by the server.",
      "type": "integer", "format": "int64"},
    "deletionTimestamp": {"description": "When the deletion was asked for; the object goes as soon as it has no finalizers. Set by the server.",
      "$ref": "Time"},
    "finalizers": {"description": "Names of those who must agree before the object goes.", "type": "array",
      "items": {"type": "string", "default": ""}, "x-kubernetes-list-type": "set",
      "x-kubernetes-patch-strategy": "merge"},
    "generateName": {"description": "Prefix from which the server makes a name where none is given.", "type": "string"},
    "generation": {"description": "Counts the changes of what is wanted. Set by the server.",
      "type": "integer", "format": "int64"},
    "labels": {"description": "Short data by key, for selectors.", "type": "object",
      "additionalProperties": {"type": "string", "default": ""}},
    "managedFields": {"description": "Which manager set which fields. Set by the server.", "type": "array",
      "items": {"$ref": "ManagedFieldsEntry"}, "x-kubernetes-list-type": "atomic"},
    "name": {"description": "Unique among the objects of its kind in its namespace. Never changes.", "type": "string"},
    "namespace": {"description": "Namespace of the object; empty for kinds without one. Never changes.",
      "type": "string"},
    "ownerReferences": {"description": "The objects with which this one goes.", "type": "array",
      "items": {"$ref": "OwnerReference"}, "x-kubernetes-list-map-keys": ["uid"],
      "x-kubernetes-list-type": "map", "x-kubernetes-patch-merge-key": "uid",
      "x-kubernetes-patch-strategy": "merge"},
    "resourceVersion": {"description": "Revision of the last change. Sent with an update, the update happens only if it still holds.",
      "type": "string"},
    "selfLink": {"description": "Not set any more.", "type": "string"},
    "uid": {"description": "Tells the object from earlier and later ones of the same name. Set by the server.",
      "type": "string"}
  }
},
"OwnerReference": {
  "description": "An owner of an object.",
  "type": "object",
  "required": ["apiVersion", "kind", "name", "uid"],
  "properties": {
    "apiVersion": {"description": "Group and version of the owner.", "type": "string", "default": ""},
    "blockOwnerDeletion": {"description": "Whether the owner waits for this object when it is deleted in the foreground.",
      "type": "boolean"},
    "controller": {"description": "Whether the owner manages this object; at most one does.", "type": "boolean"},
    "kind": {"description": "Kind of the owner.", "type": "string", "default": ""},
    "name": {"description": "Name of the owner.", "type": "string", "default": ""},
    "uid": {"description": "uid of the owner.", "type": "string", "default": ""}
  },
  "x-kubernetes-map-type": "atomic"
},
"Patch": {"description": "A change, in the form that the content type names.", "type": "object"},
"Preconditions": {
  "description": "What must hold for a request to happen.",
  "type": "object",
  "properties": {
    "resourceVersion": {"description": "Revision that the object must have.", "type": "string"},
    "uid": {"description": "uid that the object must have.", "type": "string"}
  }
},
"Status": {
  "description": "How a request went where there is no object to show.",
  "type": "object",
  "properties": {
    "apiVersion": {"description": "v1.", "type": "string"},
    "code": {"description": "The HTTP code.", "type": "integer", "format": "int32"},
    "details": {"description": "More about the reason.", "$ref": "StatusDetails"},
    "kind": {"description": "Status.", "type": "string"},
    "message": {"description": "For people.", "type": "string"},
    "metadata": {"description": "Of an expired list: how to go on.", "$ref": "ListMeta"},
    "reason": {"description": "For programs, one word.", "type": "string"},
    "status": {"description": "Success or Failure.", "type": "string"}
  }
},
"StatusCause": {
  "description": "One of several reasons.",
  "type": "object",
  "properties": {
    "field": {"description": "Path of the field that is meant.", "type": "string"},
    "message": {"description": "For people.", "type": "string"},
    "reason": {"description": "For programs, one word.", "type": "string"}
  }
},
"StatusDetails": {
  "description": "More about a reason.",
  "type": "object",
  "properties": {
    "causes": {"description": "Each single complaint.", "type": "array", "items": {"$ref": "StatusCause"},
      "x-kubernetes-list-type": "atomic"},
    "group": {"description": "Group of what is meant.", "type": "string"},
    "kind": {"description": "Kind or resource of what is meant.", "type": "string"},
    "name": {"description": "Name of what is meant.", "type": "string"},
    "retryAfterSeconds": {"description": "When it makes sense to try again.", "type": "integer", "format": "int32"},
    "uid": {"description": "uid of what is meant.", "type": "string"}
  }
},
"Time": {"description": "A time in RFC 3339, in whole seconds.", "type": "string", "format": "date-time"}
})json";

// Bare names become references of the dialect.
void complete_references(Value& value, OpenApiDialect dialect) {
  if (value.is_array()) {
    for (Value& item : value.get_array()) complete_references(item, dialect);
  } else if (value.is_object()) {
    for (auto& [key, member] : value.get_object()) {
      if (key == "$ref") {
        member =
            reference_to(std::string(kPackage) + std::string(member.get_string()), dialect)["$ref"];
      } else {
        complete_references(member, dialect);
      }
    }
  }
}

}  // namespace

JsonObject meta_schemas(OpenApiDialect dialect, const std::vector<GroupVersion>& group_versions) {
  auto parsed = parse_json(kSchemas);
  GATEFOLD_ASSERT(parsed.has_value());
  complete_references(parsed->value, dialect);

  JsonArray delete_kinds;
  for (const GroupVersion& one : group_versions) {
    delete_kinds.push_back(group_version_kind(one.group, one.version, "DeleteOptions"));
  }
  JsonArray status_kinds;
  status_kinds.push_back(group_version_kind("", "v1", "Status"));

  JsonObject schemas;
  for (auto& [name, schema] : parsed->value.get_object()) {
    schemas[std::string(kPackage) + std::string(name)] = std::move(schema);
  }
  schemas[kDeleteOptionsSchema].get_object()["x-kubernetes-group-version-kind"] =
      std::move(delete_kinds);
  schemas[kStatusSchema].get_object()["x-kubernetes-group-version-kind"] = std::move(status_kinds);
  return schemas;
}

}  // namespace gatefold::api
