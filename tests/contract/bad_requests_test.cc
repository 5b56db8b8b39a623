// Requests that nobody should send, whatever their bodies are: paths, methods, media types and
// options. Each is refused with a reason and writes nothing.
#include <fmt/format.h>

#include "tests/contract/objects.h"
#include "tests/contract/refusals.h"

namespace gatefold::test {
namespace {

HttpPeer::Headers shown_as(std::string_view what) {
  return {{"Accept", fmt::format("application/json;as={};v=v1;g=meta.k8s.io", what)}};
}

}  // namespace

TEST_CASE("paths that lead nowhere (R1.10, R1.11, R1.12)") {
  refused({"GET", "/apis/gateway.networking.k8s.io/v1/nope", {}, ""},
          {404, "NotFound", "could not find"});
  refused({"GET", "/apis/gateway.networking.k8s.io/v9/gateways", {}, ""},
          {404, "NotFound", "could not find the requested resource"});
  refused({"GET", "/apis/nope/v1/gateways", {}, ""},
          {404, "NotFound", "could not find the requested resource"});
  refused({"GET", "/api/v2/configmaps", {}, ""},
          {404, "NotFound", "could not find the requested resource"});
  refused({"GET", "/api/v1/namespaces/default/nope/x", {}, ""},
          {404, "NotFound", "could not find the requested resource"});
  refused({"POST", "/apis/gateway.networking.k8s.io/v1/gateways", {}, named("bad")},
          {404, "NotFound", "could not find the requested resource"});
  refused({"GET", "/apis/gateway.networking.k8s.io/v1/namespaces/default/gatewayclasses", {}, ""},
          {404, "NotFound", "could not find the requested resource"});
  refused({"GET", kPath + "/web/nope", {}, ""}, {404, "NotFound", "\"web\" not found"});
  refused({"GET", kPath + "/web/status/more", {}, ""}, {404, "", "\"paths\""});
  refused({"GET", kPath + "/..", {}, ""}, {404, "NotFound", "not found"});
  refused({"GET", kPath + "/../../../../etc/passwd", {}, ""}, {404, "", "\"paths\""});
  refused({"GET", kPath + "/..%2f..%2fkube-system%2fweb", {}, ""}, {404, "NotFound", "not found"});
  refused({"GET", kPath + "/web%00", {}, ""}, {404, "NotFound", "not found"});
  refused({"GET", "/api/v1/namespaces/default%2Fweb/configmaps/x", {}, ""},
          {404, "NotFound", "not found"});
  refused({"DELETE", "/api/v1/namespaces/..%2fdefault", {}, ""}, {404, "NotFound", "not found"});
  refused({"GET", "//api//v1//configmaps", {}, ""}, {404, "", "\"paths\""});
  refused({"GET", "/nope", {}, ""}, {404, "", "paths"});
  refused({"POST", "/api/v1/namespaces/nowhere/configmaps", {}, to_json(config_map("a"))},
          {404, "NotFound", "namespaces \"nowhere\" not found"});
  refused({"POST", "/api/v1/namespaces/%2e%2e/configmaps", {}, to_json(config_map("a"))},
          {404, "NotFound", "not found"});
}

TEST_CASE("methods that are not for it (R1.9, R1.12)") {
  refused({"PUT", kPath, {}, named("bad")}, {400, "BadRequest", "name must be provided"});
  refused({"PATCH", kPath, type("application/merge-patch+json"), "{}"},
          {400, "BadRequest", "name must be provided"});
  refused({"POST", kPath + "/web/status", {}, named("web")}, {405, "MethodNotAllowed", "create"});
  refused({"DELETE", kPath + "/web/status", {}, ""}, {405, "MethodNotAllowed", "delete"});
  refused({"OPTIONS", kPath, {}, ""}, {405, "MethodNotAllowed", "is not supported on resources"});
  refused({"TRACE", kPath, {}, ""}, {405, "MethodNotAllowed", "is not supported on resources"});
  refused({"PUT", kMaps, {}, to_json(config_map("a"))},
          {405, "MethodNotAllowed", "does not allow this method"});
  refused({"POST", kMaps + "/a", {}, to_json(config_map("a"))},
          {405, "MethodNotAllowed", "does not allow this method"});
  refused(
      {"PATCH", "/api/v1/namespaces/default/finalize", type("application/merge-patch+json"), "{}"},
      {405, "MethodNotAllowed", "does not allow this method"});
}

TEST_CASE("collections that nobody empties, and watches that nobody writes to") {
  const Refusal not_allowed{405, "MethodNotAllowed", "does not allow this method"};
  refused({"DELETE", "/api/v1/namespaces", {}, ""}, not_allowed);
  refused({"DELETE", "/api/v1/namespaces?labelSelector=a", {}, ""}, not_allowed);
  refused({"DELETE", "/api/v1/configmaps", {}, ""}, not_allowed);
  refused({"POST", "/api/v1/configmaps", {}, to_json(config_map("a"))}, not_allowed);
  refused({"PUT", "/api/v1/configmaps", {}, to_json(config_map("a"))}, not_allowed);
  refused({"DELETE", "/api/v1/configmaps/a", {}, ""}, {404, "NotFound", "could not find"});
  refused({"DELETE", "/apis/gateway.networking.k8s.io/v1/gateways/web", {}, ""},
          {404, "NotFound", "could not find"});

  const std::string watch = "/api/v1/watch/namespaces/default/configmaps";
  refused({"POST", watch, {}, to_json(config_map("a"))}, not_allowed);
  refused({"DELETE", watch, {}, ""}, not_allowed);
  refused({"DELETE", "/api/v1/watch/namespaces/default", {}, ""}, not_allowed);
  refused({"PUT", watch + "/a", {}, to_json(config_map("a"))}, not_allowed);
  refused({"PATCH", watch + "/a", type("application/merge-patch+json"), "{}"}, not_allowed);
  refused({"DELETE",
           "/apis/gateway.networking.k8s.io/v1/watch/namespaces/default/gateways/web",
           {},
           ""},
          {405, "MethodNotAllowed", "is not supported on resources"});
  refused({"GET", "/api/v1/watch/configmaps/a", {}, ""}, {404, "NotFound", "could not find"});
}

TEST_CASE("what can't be shown is not done (R22.1, R22.3, R22.8)") {
  const auto as_list = shown_as("PartialObjectMetadataList");
  const auto as_table = shown_as("Table");
  const std::string odd = "?includeObject=Foo";
  const Refusal no_list{406, "NotAcceptable", "you requested PartialObjectMetadataList"};
  const Refusal no_include{400, "BadRequest", "includeObject: Invalid value"};
  const auto with_type = [](HttpPeer::Headers headers, std::string_view content_type) {
    headers.emplace_back("Content-Type", content_type);
    return headers;
  };
  const auto merge_list = with_type(as_list, "application/merge-patch+json");
  const auto merge_table = with_type(as_table, "application/merge-patch+json");
  const auto patch = R"({"metadata":{"labels":{"a":"b"}}})";

  refused({"POST", kPath, as_list, named("bad")}, no_list);
  refused({"POST", kPath + odd, as_table, named("bad")}, no_include);
  refused({"PUT", kPath + "/web", as_list, named("web")}, no_list);
  refused({"PATCH", kPath + "/web", merge_list, patch}, no_list);
  refused({"PATCH", kPath + "/web" + odd, merge_table, patch}, no_include);
  refused({"DELETE", kPath + "/web", as_list, ""}, no_list);
  refused({"DELETE", kPath + "/web" + odd, as_table, ""}, no_include);
  refused({"DELETE", kPath + odd, as_table, ""}, no_include);
  refused({"DELETE", kPath, shown_as("PartialObjectMetadata"), ""},
          {406, "NotAcceptable", "you requested PartialObjectMetadata"});
  refused({"GET", kPath + "/nope", as_list, ""}, no_list);
  refused({"GET", kPath + "?watch=1", as_list, ""}, no_list);
  refused({"GET", kPath, shown_as("PartialObjectMetadata"), ""},
          {406, "NotAcceptable", "the requested object is a list"});
  // Nothing of it is there.
  refused({"GET", kPath + "/bad", {}, ""}, {404, "NotFound", "not found"});
}

TEST_CASE("the first thing that is wrong is told (R7.1)") {
  const auto plain = type("text/plain");
  const Refusal unknown{415, "UnsupportedMediaType", "unknown format"};
  refused({"POST", kPath + "?dryRun=Some", plain, "{"}, unknown);
  refused({"PUT", kPath + "/web?dryRun=Some", plain, "{"}, {422, "Invalid", "dryRun"});
  refused({"PATCH", kPath, plain, "{}"}, unknown);
  refused({"PATCH", kPath + "/web?dryRun=Some", plain, "{}"}, unknown);
  refused({"PATCH", kMaps, plain, "{}"}, {405, "MethodNotAllowed", "does not allow this method"});
  refused({"PUT", kPath, {{"Accept", "text/html"}}, "{"}, {400, "BadRequest", "name must be"});
  refused({"POST", kPath, {{"Accept", "text/html"}, {"Content-Type", "text/plain"}}, "{"},
          {406, "NotAcceptable", "accepted"});
}

TEST_CASE("media types that are not spoken (R4.11, R4.13, R4.14)") {
  refused({"POST", kPath, type("text/plain"), named("bad")}, {415, "UnsupportedMediaType", "json"});
  refused({"POST", kPath, type("application/x-www-form-urlencoded"), "a=b"},
          {415, "UnsupportedMediaType", "unknown format"});
  refused({"PATCH", kPath + "/web", type("application/json"), "{}"},
          {415, "UnsupportedMediaType", "application/merge-patch+json"});
  refused({"PATCH", kPath + "/web", type("application/strategic-merge-patch+json"), "{}"},
          {415, "UnsupportedMediaType", "unknown format"});
  refused({"PATCH", kPath + "/web", {}, "{}"}, {415, "UnsupportedMediaType", "unknown format"});
  refused({"DELETE", kPath + "/web", type("text/plain"), "{}"},
          {415, "UnsupportedMediaType", "unknown format"});
  refused({"GET", kPath + "/web", {{"Accept", "text/html"}}, ""}, {406, "NotAcceptable", "json"});
  refused({"GET", kPath + "/nope", {{"Accept", "image/*"}}, ""},
          {406, "NotAcceptable", "media types are accepted"});
  refused({"POST", kPath, {{"Accept", "text/html"}}, named("bad")},
          {406, "NotAcceptable", "media types are accepted"});
  refused({"DELETE", kPath + "/web", {{"Accept", "text/html"}}, ""},
          {406, "NotAcceptable", "media types are accepted"});
}

TEST_CASE("options that make no sense (R5.1, R5.2, R5.3, R5.6, R10.5)") {
  const auto body = named("bad");
  refused({"POST", kPath + "?dryRun=Some", {}, body}, {422, "Invalid", "dryRun"});
  refused({"POST", kPath + "?dryRun=All&dryRun=x", {}, body}, {422, "Invalid", "dryRun"});
  refused({"POST", kPath + "?fieldValidation=Loose", {}, body},
          {422, "Invalid", "fieldValidation"});
  refused({"POST", kPath + "?fieldManager=" + std::string(129, 'a'), {}, body},
          {422, "Invalid", "fieldManager: Too long"});
  refused({"POST", kPath + "?fieldManager=a%0Ab", {}, body},
          {422, "Invalid", "invalid character U+000A"});
  refused({"GET", kPath + "?limit=abc", {}, ""}, {400, "BadRequest", "strconv.ParseInt"});
  refused({"GET", kPath + "?limit=99999999999999999999", {}, ""},
          {400, "BadRequest", "out of range"});
  refused({"GET", kPath + "?resourceVersion=-1", {}, ""}, {400, "BadRequest", "resourceVersion"});
  refused({"GET", kPath + "?resourceVersion=1e3", {}, ""}, {400, "BadRequest", "resourceVersion"});
  refused({"GET", kPath + "?continue=%00", {}, ""}, {400, "BadRequest", "continue"});
  refused({"GET", kPath + "?continue=" + std::string(5000, 'A'), {}, ""},
          {400, "BadRequest", "continue"});
  refused({"GET", kPath + "?labelSelector=a%20in%20(", {}, ""},
          {400, "BadRequest", "found '', expected"});
  refused({"GET", kPath + "?labelSelector=" + std::string(300, 'a'), {}, ""},
          {400, "BadRequest", "unable to parse requirement"});
  refused({"GET", kPath + "?fieldSelector=spec.gatewayClassName%3Dx", {}, ""},
          {400, "BadRequest", "field label not supported"});
  refused({"GET", kPath + "?fieldSelector=a", {}, ""}, {400, "BadRequest", "invalid selector"});
  refused({"GET", kPath + "?watch=1&timeoutSeconds=soon", {}, ""}, {400, "BadRequest", "ParseInt"});
  refused({"GET", kPath + "?watch=1&resourceVersion=abc", {}, ""},
          {400, "BadRequest", "must be a decimal number"});
  refused({"GET", kPath + "?watch=1&sendInitialEvents=true", {}, ""},
          {422, "Invalid", "requires setting resourceVersionMatch"});
  refused({"GET", kPath + "?sendInitialEvents=true", {}, ""},
          {422, "Invalid", "forbidden for list"});
  refused({"GET", kPath + "/web?resourceVersion=zz", {}, ""},
          {400, "BadRequest", "must be a decimal number"});
  refused({"DELETE", kPath + "/web?propagationPolicy=Sideways", {}, ""},
          {422, "Invalid", "propagationPolicy"});
  refused({"DELETE", kPath + "/web?propagationPolicy=Foreground&orphanDependents=true", {}, ""},
          {422, "Invalid", "cannot be both set"});
  refused({"DELETE", kPath + "/web?gracePeriodSeconds=abc", {}, ""},
          {400, "BadRequest", "strconv.ParseInt: parsing \"abc\""});
  refused({"DELETE", kPath + "?gracePeriodSeconds=abc", {}, ""},
          {400, "BadRequest", "strconv.ParseInt: parsing \"abc\""});
  refused({"POST", kPath + "?timeout=soon", {}, body},
          {400, "BadRequest", "invalid timeout specified in the request URL"});
  refused({"DELETE", kPath + "/web?dryRun=Maybe", {}, ""}, {422, "Invalid", "dryRun"});
  refused({"DELETE", kPath + "?labelSelector=%3D", {}, ""}, {400, "BadRequest", "found '='"});
  refused({"DELETE", kPath + "/web", {}, "{"}, {400, "BadRequest", "unexpected end of JSON input"});
  refused({"DELETE", kPath + "/web", {}, "[]"}, {400, "BadRequest", "cannot unmarshal array"});
  refused({"DELETE", kPath + "/web", {}, R"({"kind":"Pod"})"},
          {400, "BadRequest", "DeleteOptions"});
  refused({"DELETE", kPath + "/web", {}, R"({"dryRun":["Some"]})"}, {422, "Invalid", "dryRun"});
  refused({"DELETE", kPath + "/web", {}, R"({"dryRun":"All"})"},
          {400, "BadRequest", "DeleteOptions.dryRun of type []string"});
  refused({"DELETE", kPath + "/web", {}, R"({"preconditions":7})"},
          {400, "BadRequest", "DeleteOptions.preconditions"});
  refused({"DELETE", kPath + "/web", {}, R"({"preconditions":{"uid":7}})"},
          {400, "BadRequest", "Preconditions.uid"});
  refused({"DELETE", kPath + "/web", {}, R"({"propagationPolicy":7})"},
          {400, "BadRequest", "DeleteOptions.propagationPolicy"});
  refused({"DELETE", kPath + "/web", {}, R"({"orphanDependents":"no"})"},
          {400, "BadRequest", "DeleteOptions.orphanDependents"});
  refused(
      {"DELETE", kPath + "/web", {}, R"({"propagationPolicy":"Orphan","orphanDependents":true})"},
      {422, "Invalid", "cannot be both set"});
}

}  // namespace gatefold::test
