// Bodies that nobody should send, and bytes that are no requests. Each is refused with a reason,
// writes nothing, and leaves a server that answers.
#include <fmt/format.h>

#include "tests/contract/objects.h"
#include "tests/contract/refusals.h"
#include "tests/support/served_engine.h"

namespace gatefold::test {
namespace {

std::string nested(std::string_view open, std::string_view close, int depth,
                   std::string_view middle = "") {
  std::string text;
  for (int i = 0; i < depth; ++i) text += open;
  text += middle;
  for (int i = 0; i < depth; ++i) text += close;
  return text;
}

// A Gateway with `spec` as it stands there.
std::string with_spec(std::string_view spec) {
  return fmt::format(R"({{"apiVersion":"gateway.networking.k8s.io/v1","kind":"Gateway",)"
                     R"("metadata":{{"name":"bad"}},"spec":{}}})",
                     spec);
}

}  // namespace

TEST_CASE("bodies that are no objects (R7.2)") {
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

TEST_CASE("nesting without end") {
  const auto yaml = type("application/yaml");
  const auto merge = type("application/merge-patch+json");
  const auto steps = type("application/json-patch+json");
  const auto strategic = type("application/strategic-merge-patch+json");
  for (const int depth : {600, 10'000}) {
    const auto arrays = nested("[", "]", depth);
    const auto objects = nested("{\"a\":", "}", depth, "1");
    const Refusal too_deep{400, "BadRequest", "exceeded max depth"};
    refused({"POST", kPath, {}, with_spec(arrays)}, too_deep);
    refused({"POST", kPath, {}, with_spec(objects)}, too_deep);
    refused({"POST", kPath, {}, with_metadata(objects)}, too_deep);
    refused({"PUT", kPath + "/web", {}, with_spec(objects)}, too_deep);
    refused({"POST", kPath, yaml, with_spec(arrays)}, too_deep);
    refused({"POST", kPath, yaml, "spec: " + arrays}, too_deep);
    refused({"POST", kPath, yaml, "spec: " + nested("{a: ", "}", depth)}, too_deep);
    refused({"POST", kPath, yaml, nested("- ", "", depth) + "a"}, too_deep);
    refused({"PATCH", kPath + "/web", merge, with_spec(objects)}, too_deep);
    refused({"PATCH", kPath + "/web", steps,
             fmt::format(R"([{{"op":"add","path":"/spec","value":{}}}])", arrays)},
            too_deep);
    refused({"PATCH", "/api/v1/namespaces/default", strategic, with_spec(objects)}, too_deep);
    refused({"DELETE", kPath + "/web", {}, objects}, too_deep);
    refused({"DELETE", kPath, {}, objects}, too_deep);
  }
  // Unfinished ones too.
  refused({"POST", kPath, {}, nested("[", "", 10'000)}, {400, "BadRequest", ""});
  refused({"POST", kPath, yaml, nested("[", "", 10'000)}, {400, "BadRequest", ""});
  refused({"POST", kPath, yaml, nested("{a: ", "", 10'000)}, {400, "BadRequest", ""});
}

TEST_CASE("fields that nobody knows, where they are forbidden (R5.4)") {
  const auto strict = [](std::string_view path) {
    return fmt::format("{}?fieldValidation=Strict", path);
  };
  const auto yaml = type("application/yaml");
  const auto with_more = R"({"gatewayClassName":"x","nope":1,"listeners":)"
                         R"([{"name":"http","port":80,"protocol":"HTTP","nope":{}}]})";
  refused(
      {"POST", strict(kPath), {}, with_spec(with_more)},
      {400, "BadRequest", R"(unknown field "spec.listeners[0].nope", unknown field "spec.nope")"});
  refused({"POST", strict(kPath), {}, with_metadata(R"({"name":"bad","nope":1})")},
          {400, "BadRequest", R"(strict decoding error: unknown field "metadata.nope")"});
  refused({"POST", strict(kPath), {}, with_metadata(R"({"name":"bad","name":"worse"})")},
          {400, "BadRequest", R"(strict decoding error: duplicate field "metadata.name")"});
  refused({"PUT", strict(kPath + "/web"), {}, with_metadata(R"({"name":"web","nope":1})")},
          {400, "BadRequest", R"(unknown field "metadata.nope")"});
  refused({"POST", strict(kMaps), yaml, "metadata: {name: a}\ndata:\n  k: a\n  k: b\n"},
          {400, "BadRequest", R"(strict decoding error: line 4: key "k" already set in map)"});
  refused({"POST", strict(kMaps), yaml, "metadata: {name: a}\nnope: 1\n"},
          {400, "BadRequest", R"(unknown field "nope")"});
  refused({"PATCH", strict(kPath + "/web"), type("application/merge-patch+json"),
           R"({"spec":{"nope":1}})"},
          {422, "Invalid", R"(strict decoding error: unknown field "spec.nope")"});
  refused({"PATCH", strict(kPath + "/web"), type("application/merge-patch+json"),
           R"({"spec":{"gatewayClassName":"a","gatewayClassName":"b"}})"},
          {422, "Invalid", R"(duplicate field "spec.gatewayClassName")"});
  refused({"PATCH", strict(kPath + "/web"), type("application/json-patch+json"),
           R"([{"op":"add","path":"/spec/nope","value":1}])"},
          {422, "Invalid", R"(unknown field "spec.nope")"});
}

TEST_CASE("objects of the wrong make (R7.3)") {
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

TEST_CASE("metadata of the wrong make (R6.2, R6.15)") {
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

TEST_CASE("names that can't be (R12.1, R12.2)") {
  for (const std::string name : {"", ".", "..", "a/b", "a%b", "A", "a_b", "-a", "a-", "a..b", "a b",
                                 "\u00e4", "a\nb", "../../etc/passwd"}) {
    refused({"POST", kPath, {}, named(name)}, {422, "Invalid", "metadata.name"});
  }
  refused({"POST", kPath, {}, named(std::string(254, 'a'))}, {422, "Invalid", "253"});

  refused({"POST", kPath, {}, named(std::string("a\0b", 3))}, {422, "Invalid", "metadata.name"});
}

TEST_CASE("patches that can't be applied (R9.2, R9.3)") {
  const auto merge = type("application/merge-patch+json");
  const auto steps = type("application/json-patch+json");
  const auto web = kPath + "/web";
  refused({"PATCH", web, merge, ""}, {400, "BadRequest", "error decoding patch"});
  refused({"PATCH", web, merge, "{"}, {400, "BadRequest", "error decoding patch"});
  refused({"PATCH", web, merge, "[]"}, {400, "BadRequest", "cannot unmarshal array"});
  refused({"PATCH", web, merge, "null"}, {400, "BadRequest", "Invalid JSON Patch"});
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
  refused({"PATCH", web, steps, R"([{"op":"add","path":"","value":7}])"},
          {422, "Invalid", "rejected our request"});
  refused({"PATCH", web, steps, R"([{"op":"move","from":"/spec","path":"/spec/a"}])"},
          {422, "Invalid", "rejected our request"});
  refused({"PATCH", web + "/status", merge, R"({"status":{"conditions":7}})"},
          {422, "Invalid", "status.conditions"});
}

TEST_CASE("too much of it (R4.20)") {
  refused({"POST", kPath, {}, std::string((3u << 20) + 1, ' ')},
          {413, "RequestEntityTooLarge", "3145728"});
  // Far more than the server looks at: the answer has to arrive all the same.
  const auto huge =
      with_metadata(R"({"name":"bad","annotations":{"a":")" + std::string(10u << 20, 'a') + "\"}}");
  const Refusal too_large{413, "RequestEntityTooLarge", "3145728"};
  refused({"POST", kPath, {}, std::string(10u << 20, ' ')}, too_large);
  refused({"POST", kPath, {}, huge}, too_large);
  refused({"POST", kPath, type("application/yaml"), huge}, too_large);
  refused({"PUT", kPath + "/web", {}, huge}, too_large);
  refused({"PATCH", kPath + "/web", type("application/merge-patch+json"), huge}, too_large);
  refused({"PATCH", kPath + "/web", type("application/json-patch+json"), huge}, too_large);
  refused({"DELETE", kPath + "/web", {}, huge}, too_large);
  refused({"POST", "/nope", {}, huge}, too_large);
  std::string steps = "[";
  for (int i = 0; i <= 10'000; ++i)
    steps +=
        fmt::format(R"({}{{"op":"test","path":"/kind","value":"Gateway"}})", i == 0 ? "" : ",");
  refused({"PATCH", kPath + "/web", type("application/json-patch+json"), steps + "]"},
          {413, "RequestEntityTooLarge", "maximum operations in a JSON patch is 10000"});
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
