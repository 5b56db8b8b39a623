#include "api/openapi.h"

#include <vector>

#include "api/discovery.h"
#include "api/openapi_meta.h"
#include "api/openapi_operations.h"
#include "api/openapi_proto.h"
#include "api/openapi_schema.h"
#include "api/version_info.h"
#include "schema/json.h"

namespace gatefold::api {
namespace {

JsonObject info() {
  return {{"title", "Gatefold"}, {"version", git_version()}};
}

void append_kinds(JsonObject& schemas, JsonObject& paths, const Catalog& catalog,
                  const GroupVersion& wanted, OpenApiDialect dialect) {
  for (const KindPtr& kind : catalog.kinds()) {
    if (kind->group != wanted.group) continue;
    const KindVersion* version = kind->version(wanted.version);
    if (version == nullptr || !version->served) continue;
    schemas[schema_name(*kind, *version)] = render_kind_schema(*kind, *version, dialect);
    if (!kind->is_review) {
      schemas[list_schema_name(*kind, *version)] = render_list_schema(*kind, *version, dialect);
    }
    for (const Subresource& part : subresources_of(*kind, *version)) {
      if (part.kind == kind.get()) continue;
      schemas[schema_name(*part.kind, *part.version)] =
          render_kind_schema(*part.kind, *part.version, dialect);
    }
    append_paths(paths, *kind, *version, dialect);
  }
}

std::vector<GroupVersion> group_versions(const Catalog& catalog) {
  std::vector<GroupVersion> all;
  for (const std::string& group : catalog.groups()) {
    for (const std::string& version : catalog.group_versions(group))
      all.push_back({group, version});
  }
  return all;
}

Document group_version_document(const Catalog& catalog, const GroupVersion& wanted) {
  JsonObject schemas = meta_schemas(OpenApiDialect::kV3, {wanted});
  JsonObject paths;
  append_kinds(schemas, paths, catalog, wanted, OpenApiDialect::kV3);
  const JsonObject document{
      {"openapi", "3.0.0"},
      {"info", info()},
      {"paths", std::move(paths)},
      {"components", JsonObject{{"schemas", std::move(schemas)}}},
  };
  return make_document(to_json(document));
}

}  // namespace

OpenApiV3 render_openapi_v3(const Catalog& catalog) {
  OpenApiV3 rendered;
  JsonObject paths;
  for (const GroupVersion& one : group_versions(catalog)) {
    const std::string key =
        one.group.empty() ? "api/" + one.version : "apis/" + one.group + '/' + one.version;
    Document document = group_version_document(catalog, one);
    paths[key] = JsonObject{{"serverRelativeURL", "/openapi/v3/" + key + "?hash=" + document.etag}};
    rendered.documents.emplace(key, std::move(document));
  }
  rendered.index = make_document(to_json(JsonObject{{"paths", std::move(paths)}}));
  return rendered;
}

OpenApiV2 render_openapi_v2(const Catalog& catalog) {
  const std::vector<GroupVersion> all = group_versions(catalog);
  JsonObject definitions = meta_schemas(OpenApiDialect::kV2, all);
  JsonObject paths;
  for (const GroupVersion& one : all)
    append_kinds(definitions, paths, catalog, one, OpenApiDialect::kV2);
  const Value document = JsonObject{
      {"swagger", "2.0"},
      {"info", info()},
      {"paths", std::move(paths)},
      {"definitions", std::move(definitions)},
  };
  return {make_document(to_json(document)), make_document(encode_gnostic(document))};
}

}  // namespace gatefold::api
