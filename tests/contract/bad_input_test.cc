// Requests that nobody should send. Each is refused with a reason, writes nothing, and leaves a
// server that answers.
#include <fmt/format.h>

#include "tests/contract/objects.h"
#include "tests/support/http_peer.h"
#include "tests/support/served_engine.h"

namespace gatefold::test {
namespace {

const std::string kPath = "/apis/gateway.networking.k8s.io/v1/namespaces/default/gateways";
const std::string kMaps = "/api/v1/namespaces/default/configmaps";

struct Sent {
  std::string method;
  std::string target;
  HttpPeer::Headers headers;
  std::string body;
};

struct Refusal {
  int code = 0;
  std::string reason;   // "" for an answer that is no Status
  std::string message;  // a part of it, or of the text
};

HttpPeer::Headers type(std::string_view content_type) {
  return {{"Content-Type", std::string(content_type)}};
}

std::string nested(std::string_view open, std::string_view close, int depth) {
  std::string text;
  for (int i = 0; i < depth; ++i) text += open;
  for (int i = 0; i < depth; ++i) text += close;
  return text;
}

// A Gateway with `spec` as it stands there.
std::string with_spec(std::string_view spec) {
  return fmt::format(R"({{"apiVersion":"gateway.networking.k8s.io/v1","kind":"Gateway",)"
                     R"("metadata":{{"name":"bad"}},"spec":{}}})",
                     spec);
}

std::string with_metadata(std::string_view metadata) {
  return fmt::format(
      R"({{"apiVersion":"gateway.networking.k8s.io/v1","kind":"Gateway","metadata":{},)"
      R"("spec":{{"gatewayClassName":"x","listeners":)"
      R"([{{"name":"http","port":80,"protocol":"HTTP"}}]}}}})",
      metadata);
}

std::string named(std::string_view name) {
  std::string quoted;
  append_json_string(quoted, name);
  return with_metadata("{\"name\":" + quoted + "}");
}

void refused(const Sent& sent, const Refusal& refusal) {
  INFO(fmt::format("{} {} {}", sent.method, sent.target, sent.body.substr(0, 300)));
  static TestWorld world;
  static ServedEngine server(world.world());
  HttpPeer peer(server.port());
  static const bool is_set_up = [&] {
    return peer.call("POST", kPath, {}, to_json(gateway("web"))).code == 201;
  }();
  REQUIRE(is_set_up);

  const auto before = server.engine().view()->revision();
  const auto answer =
      HttpPeer(server.port()).call(sent.method, sent.target, sent.headers, sent.body);
  INFO(answer.body.substr(0, 1000));
  CHECK(answer.code == refusal.code);
  if (!refusal.reason.empty()) {
    const auto status = answer.json();
    CHECK(answer.header("content-type") == "application/json");
    CHECK(string_at(status, {"kind"}) == "Status");
    CHECK(string_at(status, {"reason"}) == refusal.reason);
    CHECK(integer_at(status, {"code"}, 0) == refusal.code);
    CHECK(std::string(string_at(status, {"message"})).find(refusal.message) != std::string::npos);
  } else {
    CHECK(answer.body.find(refusal.message) != std::string::npos);
  }
  CHECK(server.engine().view()->revision() == before);
  CHECK(peer.call("GET", kPath + "/web").code == 200);
}

}  // namespace

TEST_CASE("bodies that are no objects") {
  const auto too_deep = with_spec(nested("[", "]", 600));
  refused({"POST", kPath, {}, ""}, {400, "BadRequest", "unexpected end of JSON input"});
  refused({"POST", kPath, {}, R"({"kind":"Gateway")"},
          {400, "BadRequest", "unexpected end of JSON"});
  refused({"POST", kPath, {}, "{]"}, {400, "BadRequest", "invalid character"});
  refused({"POST", kPath, {}, "nonsense"}, {400, "BadRequest", "invalid character"});
  refused({"POST", kPath, {}, named("bad") + "}"}, {400, "BadRequest", "invalid character"});
  refused({"POST", kPath, {}, "[1]"}, {400, "BadRequest", "cannot unmarshal array"});
  refused({"POST", kPath, {}, "null"}, {400, "BadRequest", "cannot unmarshal null"});
  refused({"POST", kPath, {}, "\"text\""}, {400, "BadRequest", "cannot unmarshal string"});
  refused({"POST", kPath, {}, R"({"a":01})"}, {400, "BadRequest", "invalid character"});
  refused({"POST", kPath, {}, R"({"a":"\x"})"}, {400, "BadRequest", "invalid character"});
  refused({"POST", kPath, {}, R"({"a":NaN})"}, {400, "BadRequest", "invalid character"});
  refused({"POST", kPath, {}, too_deep}, {400, "BadRequest", "exceeded max depth"});
  refused({"POST", kPath, {}, std::string("\xff\xfe\x00{", 4)},
          {400, "BadRequest", "invalid character"});
  refused({"POST", kPath, type("application/yaml"), "{a: ["}, {400, "BadRequest", "yaml"});
  refused({"POST", kPath, type("application/yaml"), "just text"},
          {400, "BadRequest", "cannot unmarshal string"});
  refused({"POST", kPath, type("application/yaml"), "a: &a [*a, *a]"},
          {400, "BadRequest", "anchor"});
  refused({"PUT", kPath + "/web", {}, ""}, {400, "BadRequest", "unexpected end of JSON input"});
  refused({"PUT", kPath + "/web", {}, "[]"}, {400, "BadRequest", "cannot unmarshal array"});
}

TEST_CASE("objects of the wrong make") {
  refused({"POST", kPath, {}, "{}"}, {400, "BadRequest", "Object 'Kind' is missing"});
  refused({"POST", kPath, {}, R"({"kind":7})"}, {400, "BadRequest", "Object 'Kind' is missing"});
  refused({"POST", kPath, {}, R"({"kind":"Gateway","metadata":{"name":"a"}})"},
          {400, "BadRequest", "does not match the expected API version"});
  refused({"POST", kPath, {}, to_json(config_map("a"))},
          {400, "BadRequest", "does not match the expected API version"});
  refused(
      {"POST",
       kPath,
       {},
       R"({"apiVersion":"gateway.networking.k8s.io/v1","kind":"HTTPRoute","metadata":{"name":"a"}})"},
      {422, "Invalid", "must be Gateway"});
  refused({"POST", kMaps, {}, R"({"apiVersion":"v1","kind":"Secret","metadata":{"name":"a"}})"},
          {400, "BadRequest", "cannot be handled as a ConfigMap"});
  refused({"POST", kPath, {}, with_spec("7")},
          {422, "Invalid", "spec in body must be of type object"});
  refused({"POST", kPath, {}, with_spec("{}")},
          {422, "Invalid", "spec.gatewayClassName: Required value"});
  refused({"POST", kPath, {}, with_spec(R"({"gatewayClassName":7,"listeners":[]})")},
          {422, "Invalid", "spec.gatewayClassName in body must be of type string"});
  refused({"POST", kPath, {}, with_spec(R"({"gatewayClassName":"x","listeners":{}})")},
          {422, "Invalid", "spec.listeners in body must be of type array"});
  refused(
      {"POST",
       kPath,
       {},
       with_spec(
           R"({"gatewayClassName":"x","listeners":[{"name":"a","port":1e99,"protocol":"P"}]})")},
      {422, "Invalid", "spec.listeners[0].port"});
  refused(
      {"POST",
       kPath,
       {},
       with_spec(
           R"({"gatewayClassName":"x","listeners":[{"name":"a","port":0,"protocol":"HTTP"}]})")},
      {422, "Invalid", "greater than or equal to 1"});
  refused({"POST",
           kMaps,
           {},
           R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{"a":1}})"},
          {400, "BadRequest", "cannot unmarshal number into Go struct field ConfigMap.data"});
  refused({"POST",
           kMaps,
           {},
           R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{"a/b":"1"}})"},
          {422, "Invalid", "data[a/b]"});
}

TEST_CASE("metadata of the wrong make") {
  const std::string long_label(70, 'a');
  refused({"POST", kPath, {}, with_metadata("7")}, {400, "BadRequest", "cannot unmarshal number"});
  refused({"POST", kPath, {}, with_metadata("[]")}, {400, "BadRequest", "cannot unmarshal array"});
  refused({"POST", kPath, {}, with_metadata("null")},
          {422, "Invalid", "metadata.name: Required value"});
  refused({"POST", kPath, {}, with_metadata(R"({"name":7})")},
          {400, "BadRequest", "ObjectMeta.name of type string"});
  refused({"POST", kPath, {}, with_metadata(R"({"name":"bad","labels":["a"]})")},
          {400, "BadRequest", "ObjectMeta.labels"});
  refused({"POST", kPath, {}, with_metadata(R"({"name":"bad","labels":{"a":{}}})")},
          {400, "BadRequest", "ObjectMeta.labels"});
  refused({"POST", kPath, {}, with_metadata(R"({"name":"bad","labels":{"a b":"c"}})")},
          {422, "Invalid", "metadata.labels"});
  refused(
      {"POST", kPath, {}, with_metadata(R"({"name":"bad","labels":{"a":")" + long_label + "\"}}")},
      {422, "Invalid", "metadata.labels"});
  refused(
      {"POST",
       kPath,
       {},
       with_metadata(R"({"name":"bad","annotations":{"a":")" + std::string(300'000, 'a') + "\"}}")},
      {422, "Invalid", "metadata.annotations: Too long"});
  refused({"POST", kPath, {}, with_metadata(R"({"name":"bad","finalizers":["a/b/c"]})")},
          {422, "Invalid", "metadata.finalizers"});
  refused({"POST", kPath, {}, with_metadata(R"({"name":"bad","finalizers":"a"})")},
          {400, "BadRequest", "ObjectMeta.finalizers"});
  refused({"POST", kPath, {}, with_metadata(R"({"name":"bad","ownerReferences":[{"name":"x"}]})")},
          {422, "Invalid", "metadata.ownerReferences"});
  refused({"POST", kPath, {}, with_metadata(R"({"name":"bad","resourceVersion":"5"})")},
          {400, "BadRequest", "resourceVersion should not be set"});
  refused({"POST", kPath, {}, with_metadata(R"({"name":"bad","namespace":"other"})")},
          {400, "BadRequest", "namespace"});
  refused({"POST", kPath, {}, with_metadata(R"({"generateName":"Bad_"})")},
          {422, "Invalid", "metadata.generateName"});
  refused({"PUT", kPath + "/web", {}, named("web")}, {422, "Invalid", "metadata.resourceVersion"});
  refused({"PUT", kPath + "/web", {}, named("other")},
          {400, "BadRequest", "does not match the name"});
  refused({"PUT", kPath + "/web", {}, with_metadata(R"({"name":"web","resourceVersion":"-1"})")},
          {400, "BadRequest", "resourceVersion"});
  refused({"PUT",
           kPath + "/web",
           {},
           with_metadata(R"({"name":"web","resourceVersion":"99999999999999999999999"})")},
          {400, "BadRequest", "resourceVersion"});
}

TEST_CASE("names that can't be") {
  for (const std::string name : {"", ".", "..", "a/b", "a%b", "A", "a_b", "-a", "a-", "a..b", "a b",
                                 "\u00e4", "a\nb", "../../etc/passwd"}) {
    refused({"POST", kPath, {}, named(name)}, {422, "Invalid", "metadata.name"});
  }
  refused({"POST", kPath, {}, named(std::string(254, 'a'))}, {422, "Invalid", "253"});

  refused({"POST", kPath, {}, named(std::string("a\0b", 3))}, {422, "Invalid", "metadata.name"});
}

TEST_CASE("paths that lead nowhere") {
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

TEST_CASE("methods that are not for it") {
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

TEST_CASE("media types that are not spoken") {
  refused({"POST", kPath, type("text/plain"), named("bad")}, {415, "UnsupportedMediaType", "json"});
  refused({"POST", kPath, type("application/vnd.kubernetes.protobuf"), "k8s"},
          {415, "UnsupportedMediaType", "unknown format"});
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

TEST_CASE("patches that can't be applied") {
  const auto merge = type("application/merge-patch+json");
  const auto steps = type("application/json-patch+json");
  const auto web = kPath + "/web";
  refused({"PATCH", web, merge, ""}, {400, "BadRequest", "error decoding patch"});
  refused({"PATCH", web, merge, "{"}, {400, "BadRequest", "error decoding patch"});
  refused({"PATCH", web, merge, "[]"}, {400, "BadRequest", "cannot unmarshal array"});
  refused({"PATCH", web, merge, "null"}, {400, "BadRequest", "cannot unmarshal null"});
  refused({"PATCH", web, merge, R"({"metadata":7})"}, {422, "Invalid", "cannot unmarshal number"});
  refused({"PATCH", web, merge, R"({"metadata":null})"},
          {400, "BadRequest", "name must be provided"});
  refused({"PATCH", web, merge, R"({"spec":null})"}, {422, "Invalid", "spec: Required value"});
  refused({"PATCH", web, merge, R"({"spec":{"listeners":[]}})"},
          {422, "Invalid", "spec.listeners"});
  refused({"PATCH", web, merge, R"({"kind":"HTTPRoute"})"}, {422, "Invalid", "must be Gateway"});
  refused({"PATCH", web, merge, R"({"apiVersion":"v1"})"}, {400, "BadRequest", "API version"});
  refused({"PATCH", web, steps, "{}"}, {400, "BadRequest", "cannot unmarshal object"});
  refused({"PATCH", web, steps, "[7]"}, {400, "BadRequest", "cannot unmarshal number"});
  refused({"PATCH", web, steps, R"([{"op":"add"}])"}, {422, "Invalid", "rejected our request"});
  refused({"PATCH", web, steps, R"([{"op":"add","path":"spec","value":1}])"},
          {422, "Invalid", "rejected our request"});
  refused({"PATCH", web, steps, R"([{"op":"add","path":"/spec/listeners/9","value":{}}])"},
          {422, "Invalid", "rejected our request"});
  refused({"PATCH", web, steps, R"([{"op":"remove","path":""}])"},
          {422, "Invalid", "rejected our request"});
  refused({"PATCH", web, steps, R"([{"op":"replace","path":"","value":7}])"},
          {422, "Invalid", "rejected our request"});
  refused({"PATCH", web, steps, R"([{"op":"move","from":"/spec","path":"/spec/a"}])"},
          {422, "Invalid", "rejected our request"});
  refused({"PATCH", web + "/status", merge, R"({"status":{"conditions":7}})"},
          {422, "Invalid", "status.conditions"});
}

TEST_CASE("options that make no sense") {
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

TEST_CASE("too much of it") {
  refused({"POST", kPath, {}, std::string((3u << 20) + 1, ' ')},
          {413, "RequestEntityTooLarge", "3145728"});
  // Far more than the server looks at: the answer has to arrive all the same.
  refused({"POST", kPath, {}, std::string(10u << 20, ' ')},
          {413, "RequestEntityTooLarge", "3145728"});
  refused({"POST",
           kMaps,
           {},
           R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{"a":")" +
               std::string((1u << 20) + 1, 'a') + "\"}}"},
          {422, "Invalid", "Too long"});
  refused({"GET", kPath + "?labelSelector=" + std::string(70'000, 'a'), {}, ""},
          {431, "", "request header too large"});
  refused({"GET", kPath, {{"X-Bomb", std::string(70'000, 'a')}}, ""},
          {431, "", "request header too large"});

  HttpPeer::Headers many;
  for (int i = 0; i < 5000; ++i) many.emplace_back("X-" + std::to_string(i), "0123456789");
  refused({"GET", kPath, many, ""}, {431, "", "request header too large"});

  auto gateways = gateway("bad");
  auto& listeners = gateways.at("spec").at("listeners").as_array();
  for (int i = 0; i < 65; ++i) {
    listeners.push_back(
        {{"name", "l" + std::to_string(i)}, {"port", 1000 + i}, {"protocol", "HTTP"}});
  }
  refused({"POST", kPath, {}, to_json(gateways)}, {422, "Invalid", "Too many"});
}

TEST_CASE("bytes that are no HTTP") {
  TestWorld world;
  ServedEngine server(world.world());
  const auto before = server.engine().view()->revision();
  for (const std::string bytes :
       {"nonsense\r\n\r\n", "GET\r\n\r\n", "GET / HTTP/9.9\r\n\r\n",
        "GET / HTTP/1.1\r\nno colon\r\n\r\n", "GET / HTTP/1.1\r\nContent-Length: many\r\n\r\n",
        "POST / HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
        "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n\r\n",
        "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n"}) {
    INFO(bytes);
    HttpPeer peer(server.port());
    peer.send(bytes);
    const auto answer = peer.read_answer();
    CHECK(answer.code == 400);
    CHECK(peer.ends());
  }
  // A body that never comes, and a client that leaves.
  {
    HttpPeer silent(server.port());
    silent.send("POST " + kPath + " HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{");
  }
  CHECK(server.engine().view()->revision() == before);
  CHECK(HttpPeer(server.port()).call("GET", "/livez").code == 200);
}

TEST_CASE("requests one after the other on one connection") {
  TestWorld world;
  ServedEngine server(world.world());
  HttpPeer peer(server.port());
  // Both at once: the answers come in order.
  peer.send("GET /version HTTP/1.1\r\nHost: x\r\n\r\nGET /nope HTTP/1.1\r\nHost: x\r\n\r\n");
  CHECK(peer.read_answer().code == 200);
  CHECK(peer.read_answer().code == 404);
  CHECK(peer.call("POST", kPath, {}, "{").code == 400);
  CHECK(peer.call("POST", kPath, {}, to_json(gateway("web"))).code == 201);
  peer.send("GET " + kPath + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  CHECK(peer.read_answer().code == 200);
  CHECK(peer.ends());
}

}  // namespace gatefold::test
