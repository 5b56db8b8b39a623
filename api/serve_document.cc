#include "api/serve_document.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "api/version_info.h"
#include "engine/tokens.h"
#include "schema/json.h"

namespace gatefold::api {
namespace {

constexpr std::string_view kProtobufV2 =
    "application/com.github.proto-openapi.spec.v2.v1.0+protobuf";

constexpr std::string_view kIssuerPath = "/.well-known/openid-configuration";
constexpr std::string_view kKeysPath = "/openid/v1/jwks";

Status no_resource() {
  return {.reason = Reason::kNotFound,
          .message = "the server could not find the requested resource"};
}

// `"<etag>"` against If-None-Match.
bool is_cached(const Request& request, const std::string& etag) {
  return request.if_none_match == '"' + etag + '"';
}

Response tagged(const Request& request, const Document& document, std::string content_type) {
  Response response{.content_type = std::move(content_type), .body = document.text};
  if (is_cached(request, document.etag)) {
    response.code = 304;
    response.body.clear();
  }
  response.headers.emplace_back("ETag", '"' + document.etag + '"');
  response.headers.emplace_back("Vary", "Accept");
  return response;
}

Response discovery_root(const Context& context, const Request& request, const Catalog& catalog,
                        bool is_core) {
  auto form = negotiate_discovery(request.accept);
  if (!form) return error_response(form.error());
  if (*form == DiscoveryForm::kLegacy) {
    return json_response(200,
                         is_core ? legacy_versions(catalog, request.host) : legacy_groups(catalog));
  }
  const bool is_v2 = *form == DiscoveryForm::kAggregatedV2;
  const auto document = context.documents.aggregated(
      catalog, is_core, is_v2 ? AggregatedVersion::kV2 : AggregatedVersion::kV2beta1);
  auto response =
      tagged(request, *document,
             fmt::format("application/json;g=apidiscovery.k8s.io;v={};as=APIGroupDiscoveryList",
                         is_v2 ? "v2" : "v2beta1"));
  response.headers.emplace_back("Cache-Control", "public");
  return response;
}

Response optional_json(std::optional<std::string> text) {
  return text ? json_response(200, std::move(*text)) : error_response(no_resource());
}

bool takes_json(std::string_view accept) {
  const auto clauses = parse_accept(accept);
  return clauses.empty() || std::ranges::any_of(clauses, [](const AcceptClause& clause) {
           const bool is_type = clause.type == "application" || clause.type == "*";
           return is_type && (clause.subtype == "json" || clause.subtype == "*");
         });
}

Response openapi_v3_document(const OpenApiV3& openapi, const Request& request,
                             std::string_view key) {
  const auto found = openapi.documents.find(key);
  if (found == openapi.documents.end()) return error_response(no_resource());
  if (!takes_json(request.accept)) {
    return error_response({.reason = Reason::kNotAcceptable,
                           .message = "only the following media types are accepted: "
                                      "application/json"});
  }
  const auto& document = found->second;
  const auto hash = request.query.first("hash");
  if (hash && !hash->empty() && *hash != document.etag) {
    Response moved = text_response(301, "");
    moved.headers.emplace_back("Location",
                               fmt::format("/openapi/v3/{}?hash={}", key, document.etag));
    return moved;
  }
  auto response = tagged(request, document, "application/json");
  if (hash && !hash->empty()) {
    response.headers.emplace_back("Cache-Control", "public, immutable, max-age=31536000");
  }
  return response;
}

Response openapi_v2_document(const OpenApiV2& openapi, const Request& request) {
  for (const auto& clause : parse_accept(request.accept)) {
    if (clause.subtype.find("proto-openapi.spec.v2") != std::string::npos) {
      return tagged(request, openapi.protobuf, std::string(kProtobufV2));
    }
    if (clause.subtype == "json" || clause.subtype == "*") break;
  }
  return tagged(request, openapi.json, "application/json");
}

std::vector<std::string> split_path(std::string_view path) {
  std::vector<std::string> segments;
  while (!path.empty()) {
    if (path.starts_with('/')) path.remove_prefix(1);
    const auto end = std::min(path.find('/'), path.size());
    if (end > 0) segments.push_back(percent_decode(path.substr(0, end), false));
    path.remove_prefix(end);
  }
  return segments;
}

// What others need to check tokens by themselves (R3.10).
std::optional<Response> issuer_document(const Context& context, const Request& request) {
  Response response;
  if (request.path == kIssuerPath) {
    response.body =
        to_json(JsonObject{{"issuer", engine::kTokenIssuer},
                           {"jwks_uri", fmt::format("http://{}{}", request.host, kKeysPath)},
                           {"response_types_supported", JsonArray{"id_token"}},
                           {"subject_types_supported", JsonArray{"public"}},
                           {"id_token_signing_alg_values_supported", JsonArray{"ES256"}}});
  } else if (request.path == kKeysPath) {
    response.content_type = "application/jwk-set+json";
    response.body = to_json(JsonObject{{"keys", JsonArray{context.engine.token_key()}}});
  } else {
    return std::nullopt;
  }
  response.headers.emplace_back("Cache-Control", "public, max-age=3600");
  return response;
}

std::string paths_document(const Catalog& catalog) {
  return root_paths(catalog,
                    {std::string(kIssuerPath), "/healthz", "/livez", "/metrics", "/openapi/v2",
                     "/openapi/v3", std::string(kKeysPath), "/readyz", "/version"});
}

}  // namespace

Reply serve_document(const Context& context, const Request& request) {
  if (auto probe = context.probes.answer(request.path, request.query)) return std::move(*probe);
  const auto segments = split_path(request.path);
  if (request.method != "GET" && request.method != "HEAD") {
    return error_response(
        {.reason = Reason::kMethodNotAllowed,
         .message = "the server does not allow this method on the requested resource"});
  }
  if (request.path == "/version") return json_response(200, version_document());
  if (request.path == "/metrics") {
    return Response{.content_type = "text/plain; version=0.0.4; charset=utf-8",
                    .body = context.metrics.text(context.engine)};
  }
  if (auto issuer = issuer_document(context, request)) return std::move(*issuer);
  const auto view = context.engine.view();
  if (view == nullptr)
    return error_response(unavailable("the store is being opened again").error());
  const auto& catalog = *view->catalog;
  const auto count = segments.size();
  if (count == 0) return json_response(200, paths_document(catalog));
  if (segments[0] == "api" && count == 1) return discovery_root(context, request, catalog, true);
  if (segments[0] == "apis" && count == 1) return discovery_root(context, request, catalog, false);
  if (segments[0] == "api" && count == 2)
    return optional_json(legacy_resources(catalog, "", segments[1]));
  if (segments[0] == "apis" && count == 2) return optional_json(legacy_group(catalog, segments[1]));
  if (segments[0] == "apis" && count == 3)
    return optional_json(legacy_resources(catalog, segments[1], segments[2]));
  if (request.path == "/openapi/v2") {
    return openapi_v2_document(*context.documents.openapi_v2(catalog), request);
  }
  if (count >= 2 && segments[0] == "openapi" && segments[1] == "v3") {
    const auto openapi = context.documents.openapi_v3(catalog);
    if (count == 2) return tagged(request, openapi->index, "application/json");
    const auto at = request.path.find("/v3/") + 4;
    return openapi_v3_document(*openapi, request, percent_decode(request.path.substr(at), false));
  }
  return json_response(404, paths_document(catalog));
}

}  // namespace gatefold::api
