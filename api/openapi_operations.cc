#include "api/openapi_operations.h"

#include <algorithm>
#include <array>
#include <span>
#include <string>

#include "api/discovery.h"
#include "api/openapi_meta.h"
#include "schema/invariant.h"

namespace gatefold::api {
namespace {

struct Parameter {
  std::string_view name;
  std::string_view type;
  std::string_view description;
};

constexpr std::array<Parameter, 17> kParameters = {{
    {"allowWatchBookmarks", "boolean", "Whether a watch also reports revisions without a change."},
    {"continue", "string", "Token of the previous page."},
    {"dryRun", "string", "\"All\" checks the request and keeps nothing of it."},
    {"fieldManager", "string", "Who makes the change; at most 128 characters."},
    {"fieldSelector", "string", "Shows only objects with these fields."},
    {"fieldValidation", "string", "What unknown and doubled fields do: Ignore, Warn or Strict."},
    {"force", "boolean", "Whether an apply takes over fields of other managers."},
    {"gracePeriodSeconds", "integer", "Seconds until the object goes; 0 is at once."},
    {"labelSelector", "string", "Shows only objects with these labels."},
    {"limit", "integer", "How many objects a page has at most."},
    {"orphanDependents", "boolean", "Deprecated in favour of propagationPolicy."},
    {"propagationPolicy", "string",
     "What happens to dependents: Orphan, Background or Foreground."},
    {"resourceVersion", "string", "Revision that is asked for."},
    {"resourceVersionMatch", "string", "How resourceVersion is meant: Exact or NotOlderThan."},
    {"sendInitialEvents", "boolean", "Whether a watch begins with the objects that are there."},
    {"timeoutSeconds", "integer", "How long a list or a watch may take."},
    {"watch", "boolean", "Whether to report changes instead of listing."},
}};

using Names = std::span<const std::string_view>;
constexpr std::string_view kListParameters[] = {"allowWatchBookmarks",
                                                "continue",
                                                "fieldSelector",
                                                "labelSelector",
                                                "limit",
                                                "resourceVersion",
                                                "resourceVersionMatch",
                                                "sendInitialEvents",
                                                "timeoutSeconds",
                                                "watch"};
constexpr std::string_view kGetParameters[] = {"resourceVersion"};
constexpr std::string_view kWriteParameters[] = {"dryRun", "fieldManager", "fieldValidation"};
constexpr std::string_view kPatchParameters[] = {"dryRun", "fieldManager", "fieldValidation",
                                                 "force"};
constexpr std::string_view kDeleteParameters[] = {"dryRun", "gracePeriodSeconds",
                                                  "orphanDependents", "propagationPolicy"};
constexpr std::string_view kDeleteCollectionParameters[] = {
    "continue",          "dryRun",
    "fieldSelector",     "gracePeriodSeconds",
    "labelSelector",     "limit",
    "orphanDependents",  "propagationPolicy",
    "resourceVersion",   "resourceVersionMatch",
    "sendInitialEvents", "timeoutSeconds"};

constexpr std::string_view kMediaTypes[] = {"application/json", "application/yaml"};
constexpr std::string_view kPatchTypes[] = {
    "application/json-patch+json", "application/merge-patch+json", "application/apply-patch+yaml"};
constexpr std::string_view kCorePatchTypes[] = {
    "application/json-patch+json", "application/merge-patch+json",
    "application/strategic-merge-patch+json", "application/apply-patch+yaml"};

constexpr std::string_view kReadCodes[] = {"200"};
constexpr std::string_view kCreateCodes[] = {"200", "201", "202"};
constexpr std::string_view kUpdateCodes[] = {"200", "201"};
constexpr std::string_view kDeleteCodes[] = {"200", "202"};

// What one method on one path does; texts of the document are derived from it.
struct Operation {
  std::string_view method;  // of HTTP, lower case
  std::string_view action;  // x-kubernetes-action
  std::string_view verb;    // first word of the operation's id
  Names parameters;
  std::string request;   // name of the body's schema, may be empty
  std::string response;  // name of the answer's schema
  Names codes;
};

struct Place {
  const Kind& kind;
  const KindVersion& version;
  OpenApiDialect dialect;
  bool namespaced;          // the path has a {namespace}
  bool named;               // the path has a {name}
  std::string_view suffix;  // of the operation's id: "Status"
  const Kind* shown_kind;   // what is read and written there
  const KindVersion* shown_version;
};

std::string capitalized(std::string_view word) {
  std::string text(word);
  if (!text.empty() && text[0] >= 'a' && text[0] <= 'z')
    text[0] = static_cast<char>(text[0] - 'a' + 'A');
  return text;
}

// `GatewayNetworkingV1`; `CoreV1` for the core group.
std::string package_word(const Kind& kind, const KindVersion& version) {
  std::string_view group =
      kind.group.empty() ? std::string_view("core") : std::string_view(kind.group);
  constexpr std::string_view kSuffix = ".k8s.io";
  if (group.ends_with(kSuffix)) group.remove_suffix(kSuffix.size());
  std::string text;
  bool starts_word = true;
  for (const char c : group) {
    const bool alphanumeric = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (alphanumeric) text += starts_word ? capitalized({&c, 1}) : std::string(1, c);
    starts_word = !alphanumeric;
  }
  return text + capitalized(version.name);
}

JsonArray texts(Names names) {
  JsonArray array;
  for (const std::string_view name : names) array.emplace_back(name);
  return array;
}

JsonObject parameter(std::string_view name, std::string_view type, std::string_view place,
                     std::string_view description, OpenApiDialect dialect) {
  JsonObject out{{"name", name}, {"in", place}, {"description", description}};
  if (place == "path") out["required"] = true;
  if (dialect == OpenApiDialect::kV3) {
    out["schema"] = JsonObject{{"type", type}, {"uniqueItems", true}};
  } else {
    out["type"] = type;
    out["uniqueItems"] = true;
  }
  return out;
}

JsonArray query_parameters(Names names, OpenApiDialect dialect) {
  JsonArray parameters;
  for (const std::string_view name : names) {
    const auto found = std::ranges::find(kParameters, name, &Parameter::name);
    GATEFOLD_ASSERT(found != kParameters.end());
    parameters.push_back(parameter(name, found->type, "query", found->description, dialect));
  }
  return parameters;
}

JsonArray path_parameters(const Place& place) {
  JsonArray parameters;
  if (place.named) {
    parameters.push_back(
        parameter("name", "string", "path", "Name of the " + place.kind.kind + ".", place.dialect));
  }
  if (place.namespaced) {
    parameters.push_back(
        parameter("namespace", "string", "path", "Namespace of the objects.", place.dialect));
  }
  parameters.push_back(
      parameter("pretty", "string", "query", "\"true\" indents the answer.", place.dialect));
  return parameters;
}

JsonObject content(Names types, const std::string& schema) {
  JsonObject out;
  for (const std::string_view type : types) {
    out[type] = JsonObject{{"schema", reference_to(schema, OpenApiDialect::kV3)}};
  }
  return out;
}

std::string_view code_text(std::string_view code) {
  if (code == "200") return "OK";
  if (code == "201") return "Created";
  return "Accepted";
}

JsonObject responses(const Operation& operation, OpenApiDialect dialect) {
  JsonObject out;
  for (const std::string_view code : operation.codes) {
    JsonObject response{{"description", code_text(code)}};
    if (dialect == OpenApiDialect::kV3) {
      response["content"] = content(kMediaTypes, operation.response);
    } else {
      response["schema"] = reference_to(operation.response, dialect);
    }
    out[code] = std::move(response);
  }
  out["401"] = JsonObject{{"description", "Unauthorized"}};
  return out;
}

std::string operation_id(const Operation& operation, const Place& place) {
  const bool everywhere = place.kind.namespaced() && !place.namespaced;
  std::string id(operation.verb);
  id += package_word(place.kind, place.version);
  if (operation.action == "deletecollection") id += "Collection";
  if (place.namespaced) id += "Namespaced";
  id += place.kind.kind;
  id += place.suffix;
  if (everywhere) id += "ForAllNamespaces";
  return id;
}

void add_body(JsonObject& out, const Operation& operation, const Place& place,
              JsonArray& parameters) {
  if (operation.request.empty()) return;
  Names types = kMediaTypes;
  if (operation.action == "patch") types = place.kind.core ? Names(kCorePatchTypes) : kPatchTypes;
  const bool required = operation.method != "delete";
  if (place.dialect == OpenApiDialect::kV3) {
    JsonObject body{{"content", content(types, operation.request)}};
    if (required) body["required"] = true;
    out["requestBody"] = std::move(body);
    return;
  }
  JsonObject body{
      {"name", "body"}, {"in", "body"}, {"schema", reference_to(operation.request, place.dialect)}};
  if (required) body["required"] = true;
  parameters.insert(parameters.begin(), std::move(body));
  out["consumes"] = texts(types);
}

JsonObject render(const Operation& operation, const Place& place) {
  const Kind& kind = place.kind;
  JsonArray tags;
  std::string tag = package_word(kind, place.version);
  tag[0] = static_cast<char>(tag[0] - 'A' + 'a');
  tags.emplace_back(tag);
  JsonObject out{
      {"description", capitalized(operation.action) + ": " + kind.kind +
                          (place.suffix.empty() ? "" : ", " + std::string(place.suffix))},
      {"operationId", operation_id(operation, place)},
      {"tags", std::move(tags)}};
  JsonArray parameters = query_parameters(operation.parameters, place.dialect);
  add_body(out, operation, place, parameters);
  out["parameters"] = std::move(parameters);
  out["responses"] = responses(operation, place.dialect);
  if (place.dialect == OpenApiDialect::kV2) {
    out["produces"] = texts(kMediaTypes);
    out["schemes"] = JsonArray{"https"};
  }
  out["x-kubernetes-action"] = operation.action;
  out["x-kubernetes-group-version-kind"] = group_version_kind(
      place.shown_kind->group, place.shown_version->name, place.shown_kind->kind);
  return out;
}

void add_path(JsonObject& paths, const std::string& path, const Place& place,
              std::span<const Operation> operations) {
  JsonObject item;
  for (const Operation& operation : operations) item[operation.method] = render(operation, place);
  item["parameters"] = path_parameters(place);
  paths[path] = std::move(item);
}

// The operations on one path, in the order of the verbs of HTTP.
struct Operations {
  std::string object;
  std::string list;

  Operation listing() const {
    return {"get", "list", "list", kListParameters, "", list, kReadCodes};
  }
  Operation creating() const {
    return {"post", "post", "create", kWriteParameters, object, object, kCreateCodes};
  }
  Operation deleting_all() const {
    return {"delete",
            "deletecollection",
            "delete",
            kDeleteCollectionParameters,
            std::string(kDeleteOptionsSchema),
            std::string(kStatusSchema),
            kReadCodes};
  }
  Operation reading() const {
    return {"get", "get", "read", kGetParameters, "", object, kReadCodes};
  }
  Operation replacing() const {
    return {"put", "put", "replace", kWriteParameters, object, object, kUpdateCodes};
  }
  Operation patching() const {
    return {"patch", "patch",     "patch", kPatchParameters, std::string(kPatchSchema),
            object,  kUpdateCodes};
  }
  Operation deleting(bool returns_object) const {
    return {"delete",
            "delete",
            "delete",
            kDeleteParameters,
            std::string(kDeleteOptionsSchema),
            returns_object ? object : std::string(kStatusSchema),
            kDeleteCodes};
  }
};

std::vector<Operation> subresource_operations(const Operations& all,
                                              const Subresource& subresource) {
  std::vector<Operation> operations;
  for (const std::string_view verb : subresource.verbs) {
    if (verb == "get") operations.push_back(all.reading());
    if (verb == "update") operations.push_back(all.replacing());
    if (verb == "patch") operations.push_back(all.patching());
    if (verb == "create") operations.push_back(all.creating());
  }
  return operations;
}

}  // namespace

void append_paths(JsonObject& paths, const Kind& kind, const KindVersion& version,
                  OpenApiDialect dialect) {
  const Operations all{schema_name(kind, version), list_schema_name(kind, version)};
  const std::string base =
      (kind.group.empty() ? "/api/" : "/apis/" + kind.group + "/") + version.name;
  const bool namespaced = kind.namespaced();
  const std::string collection =
      base + (namespaced ? "/namespaces/{namespace}/" : "/") + kind.plural;
  Place place{kind, version, dialect, false, false, "", &kind, &version};
  if (kind.is_review) {
    place.namespaced = namespaced;
    const Operation only[] = {all.creating()};
    add_path(paths, collection, place, only);
    return;
  }

  if (namespaced) {
    const Operation everywhere[] = {all.listing()};
    add_path(paths, base + '/' + kind.plural, place, everywhere);
  }
  place.namespaced = namespaced;
  std::vector<Operation> on_collection{all.listing()};
  if (!kind.shows_log()) on_collection.push_back(all.creating());
  if (std::ranges::find(verbs_of(kind), "deletecollection") != verbs_of(kind).end()) {
    on_collection.push_back(all.deleting_all());
  }
  add_path(paths, collection, place, on_collection);

  place.named = true;
  std::vector<Operation> on_object{all.reading()};
  if (!kind.shows_log()) {
    on_object.insert(on_object.end(),
                     {all.replacing(), all.patching(), all.deleting(kind.delete_returns_object)});
  }
  add_path(paths, collection + "/{name}", place, on_object);
  for (const Subresource& subresource : subresources_of(kind, version)) {
    const std::string suffix = capitalized(subresource.name);
    place.suffix = suffix;
    place.shown_kind = subresource.kind;
    place.shown_version = subresource.version;
    const Operations on_part{schema_name(*subresource.kind, *subresource.version), ""};
    add_path(paths, collection + "/{name}/" + std::string(subresource.name), place,
             subresource_operations(on_part, subresource));
  }
}

}  // namespace gatefold::api
