// Schemas of kinds as OpenAPI shows them, in version 2 and version 3.
#pragma once

#include <string>
#include <string_view>

#include "schema/kind.h"
#include "schema/value.h"

namespace gatefold::api {

enum class OpenApiDialect { kV2, kV3 };

// The name of a kind's schema, `io.k8s.networking.gateway.v1.Gateway`, and of its list's.
std::string schema_name(const Kind& kind, const KindVersion& version);
std::string list_schema_name(const Kind& kind, const KindVersion& version);

// `{"$ref": ...}` to a schema of the same document.
JsonObject reference_to(std::string_view name, OpenApiDialect dialect);

// `{"group": ..., "kind": ..., "version": ...}`.
JsonObject group_version_kind(std::string_view group, std::string_view version,
                              std::string_view kind);

JsonObject render_schema(const SchemaNode& schema, OpenApiDialect dialect);
JsonObject render_kind_schema(const Kind& kind, const KindVersion& version, OpenApiDialect dialect);
JsonObject render_list_schema(const Kind& kind, const KindVersion& version, OpenApiDialect dialect);

}  // namespace gatefold::api
