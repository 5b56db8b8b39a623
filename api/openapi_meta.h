// The schemas that all kinds share: metadata, options and answers of `meta/v1`.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "api/openapi_schema.h"

namespace gatefold::api {

inline constexpr std::string_view kObjectMetaSchema =
    "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta";
inline constexpr std::string_view kListMetaSchema = "io.k8s.apimachinery.pkg.apis.meta.v1.ListMeta";
inline constexpr std::string_view kStatusSchema = "io.k8s.apimachinery.pkg.apis.meta.v1.Status";
inline constexpr std::string_view kDeleteOptionsSchema =
    "io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions";
inline constexpr std::string_view kPatchSchema = "io.k8s.apimachinery.pkg.apis.meta.v1.Patch";

struct GroupVersion {
  std::string group;
  std::string version;
};

// All of them by full name. Delete options belong to each of `group_versions`, as their apiVersion
// says.
JsonObject meta_schemas(OpenApiDialect dialect, const std::vector<GroupVersion>& group_versions);

}  // namespace gatefold::api
