// What each kind that is compiled in is, beside its document: the golden that comes with it.
#include <catch2/catch.hpp>

#include "api/discovery.h"
#include "schema/catalog.h"
#include "schema/defaults.h"
#include "schema/json.h"
#include "tests/support/golden.h"

namespace gatefold::api {
namespace {

JsonArray columns_of(const KindVersion& version) {
  JsonArray columns;
  for (const auto& column : version.columns) {
    columns.emplace_back(column.priority == 0 ? column.name : "[" + column.name + "]");
  }
  return columns;
}

JsonArray fields_of(const KindVersion& version) {
  JsonArray fields;
  for (const auto& field : version.selectable_fields) fields.emplace_back(field.name);
  return fields;
}

// An object of which nothing is said, once it has its defaults.
Value smallest(const Kind& kind, const KindVersion& version) {
  Value object{{"apiVersion", kind.api_version(version.name)},
               {"kind", kind.kind},
               {"metadata", {{"name", "a"}}}};
  apply_defaults(*version.schema, object);
  return object;
}

Value shown(const Kind& kind) {
  JsonArray short_names;
  for (const auto& name : kind.short_names) short_names.emplace_back(name);
  JsonArray verbs;
  for (const auto& verb : verbs_of(kind)) verbs.emplace_back(verb);
  JsonArray versions;
  for (const auto& version : kind.versions) {
    if (!version.served) continue;
    versions.emplace_back(JsonObject{{"name", version.name},
                                     {"columns", columns_of(version)},
                                     {"selectableFields", fields_of(version)},
                                     {"status", version.status_subresource},
                                     {"scale", version.scale.has_value()},
                                     {"smallest", smallest(kind, version)}});
  }
  return JsonObject{{"kind", kind.kind},
                    {"listKind", kind.list_kind},
                    {"singular", kind.singular},
                    {"shortNames", std::move(short_names)},
                    {"namespaced", kind.namespaced()},
                    {"generation", kind.has_generation},
                    {"verbs", std::move(verbs)},
                    {"versions", std::move(versions)}};
}

}  // namespace

TEST_CASE("each kind that is compiled in is what its golden says") {
  for (const auto& kind : core_catalog()->kinds()) {
    const auto file = "kinds/" + kind->resource_name().group_resource() + ".json";
    CHECK(test::golden(file, pretty_json(shown(*kind))) == "");
  }
}

}  // namespace gatefold::api
