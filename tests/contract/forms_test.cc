// Lists and objects as YAML, indented, as tables and as metadata: the same content in other
// clothes.
#include <fmt/format.h>

#include "schema/yaml.h"
#include "tests/contract/objects.h"
#include "tests/support/http_peer.h"
#include "tests/support/served_engine.h"

namespace gatefold::test {
namespace {

const std::string kMaps = "/api/v1/namespaces/default/configmaps";
const std::string kGateway = "/apis/gateway.networking.k8s.io/v1/namespaces/default/gateways";

class Forms {
 public:
  Forms() : server_(world_.world()), peer_(server_.port()) {}

  // Fewer than `count` of them fit into the first piece of a list.
  void make_large(int count) {
    for (int i = 0; i < count; ++i) {
      auto body = config_map(fmt::format("c{}", i));
      body.as_object()["data"] = {
          {"text", std::string(100'000, 'a')}, {"lines", "one\n\n  two: x\n\n"}, {"empty", ""}};
      REQUIRE(peer_.call("POST", kMaps, {}, to_json(body)).code == 201);
    }
  }

  HttpAnswer get(std::string_view target, std::string_view accept, std::string_view agent = "") {
    HttpPeer::Headers headers;
    if (!accept.empty()) headers.emplace_back("Accept", accept);
    if (!agent.empty()) headers.emplace_back("User-Agent", agent);
    auto answer = peer_.call("GET", target, headers);
    INFO(answer.body.substr(0, 500));
    REQUIRE(answer.code == 200);
    return answer;
  }

  HttpPeer& peer() { return peer_; }

 private:
  TestWorld world_;
  ServedEngine server_;
  HttpPeer peer_;
};

Value yaml(std::string_view text) {
  auto parsed = parse_yaml(text);
  if (!parsed) FAIL(parsed.error().message);
  return std::move(*parsed);
}

std::string as(std::string_view what, std::string_view media = "application/json") {
  return fmt::format("{};as={};v=v1;g=meta.k8s.io", media, what);
}

}  // namespace

TEST_CASE("lists say the same in every form, however large they are (R14.12, R22.2, R22.8)") {
  Forms forms;
  const auto count = GENERATE(0, 1, 8);
  forms.make_large(count);
  for (const auto* what : {"", "Table", "PartialObjectMetadataList"}) {
    INFO(count << " as " << what);
    const bool is_plain = std::string_view(what).empty();
    const auto json_type = is_plain ? std::string("application/json") : as(what);
    const auto yaml_type =
        is_plain ? std::string("application/yaml") : as(what, "application/yaml");
    const auto compact = forms.get(kMaps, json_type);
    CHECK_FALSE(compact.body.contains('\n'));
    const auto content = compact.json();
    CHECK(content.at(std::string_view(what) == "Table" ? "rows" : "items").as_array().size() ==
          static_cast<std::size_t>(count));

    const auto indented = forms.get(kMaps, json_type, "curl/8.0");
    CHECK(indented.header("content-type") == "application/json");
    CHECK(indented.body.ends_with("\n}\n"));
    CHECK(indented.json() == content);
    if (count > 0) CHECK(indented.body.contains("\n    {\n      \""));

    const auto in_yaml = forms.get(kMaps, yaml_type);
    CHECK(in_yaml.header("content-type") == "application/yaml");
    CHECK(yaml(in_yaml.body) == content);
  }
  CHECK_FALSE(forms.get(kMaps + "?pretty=false", "", "curl/8.0").body.contains('\n'));
}

TEST_CASE("an object says the same in every form (R4.19, R22.8)") {
  Forms forms;
  forms.make_large(1);
  const auto one = kMaps + "/c0";
  const auto content = forms.get(one, "").json();
  CHECK(forms.get(one, "", "curl/8.0").body == pretty_json(content));
  CHECK(forms.get(one + "?pretty=1", "").body == pretty_json(content));
  CHECK(yaml(forms.get(one, "application/yaml").body) == content);
  CHECK(forms.get(one, as("PartialObjectMetadata")).json().at("metadata") ==
        content.at("metadata"));
}

TEST_CASE("YAML in bodies is YAML 1.1, and its first document alone (R4.16)") {
  Forms forms;
  const HttpPeer::Headers as_yaml{{"Content-Type", "application/yaml"}};
  const auto refused = forms.peer().call("POST", kMaps, as_yaml, "metadata: {name: y}\n");
  CHECK(refused.code == 400);
  CHECK(string_at(refused.json(), {"message"})
            .contains("json: cannot unmarshal bool into Go struct field ObjectMeta.name of type "
                      "string"));
  const auto created = forms.peer().call("POST", kMaps, as_yaml,
                                         "metadata: {name: 'y'}\n---\nmetadata: {name: second}\n");
  CHECK(created.code == 201);
  CHECK(name_in(created.json()) == "y");
  CHECK(forms.peer().call("GET", kMaps + "/second").code == 404);
}

TEST_CASE("JSON keys have a letter case, and 1.0 is an integer (R4.17)") {
  Forms forms;
  const auto made = [&](std::string_view members) {
    return forms.peer().call("POST", kMaps, {},
                             fmt::format(R"({{"metadata":{{"name":"a"}},{}}})", members));
  };
  const auto cased = made(R"("Data":{"a":"b"})");
  CHECK(cased.code == 201);
  CHECK(find(cased.json(), "data") == nullptr);
  CHECK(find(cased.json(), "Data") == nullptr);
  const auto service =
      forms.peer().call("POST", "/api/v1/namespaces/default/services", {},
                        R"({"metadata":{"name":"a"},"spec":{"ports":[{"port":80.0}]}})");
  CHECK(service.code == 201);
  CHECK(service.body.contains(R"("port":80,)"));
}

TEST_CASE("media types have no letter case (R4.13)") {
  Forms forms;
  const auto text = to_json(gateway("web"));
  const HttpPeer::Headers json{{"Content-Type", "Application/JSON; Charset=UTF-8"}};
  CHECK(forms.peer().call("POST", kGateway, json, text).code == 201);
  const HttpPeer::Headers merge{{"Content-Type", "Application/Merge-Patch+JSON"}};
  CHECK(forms.peer().call("PATCH", kGateway + "/web", merge, "{}").code == 200);
  CHECK(forms.get(kGateway, "Application/YAML").header("content-type") == "application/yaml");
}

TEST_CASE("members that stand twice are told of (R5.4, R5.5)") {
  Forms forms;
  const HttpPeer::Headers as_yaml{{"Content-Type", "application/yaml"}};
  const auto warned =
      forms.peer().call("POST", kMaps, as_yaml, "metadata: {name: a}\ndata:\n  k: 1\n  k: b\n");
  CHECK(warned.code == 201);
  CHECK(warned.all("warning") ==
        std::vector<std::string>{R"(299 - "line 4: key \"k\" already set in map")"});
  const auto in_json =
      forms.peer().call("POST", kMaps, {}, R"({"metadata":{"name":"b"},"data":{"k":"1","k":"2"}})");
  CHECK(in_json.code == 201);
  CHECK(in_json.all("warning") ==
        std::vector<std::string>{R"(299 - "duplicate field \"data.k\"")"});
  CHECK(
      forms.peer()
          .call("POST", kMaps + "?fieldValidation=Ignore", as_yaml, "metadata: {name: c, name: d}")
          .all("warning")
          .empty());
}

TEST_CASE(
    "each request for a deprecated version is warned of, whatever comes of it (R5.5, R19.9)") {
  Forms forms;
  const std::string endpoints = "/api/v1/namespaces/default/endpoints";
  const std::vector<std::string> warned{
      R"(299 - "v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice")"};
  CHECK(forms.peer().call("GET", endpoints).all("warning") == warned);
  CHECK(forms.peer().call("GET", endpoints + "/none").all("warning") == warned);
  const auto created =
      forms.peer().call("POST", endpoints, {}, R"({"metadata":{"name":"a"},"nope":1})");
  CHECK(created.code == 201);
  CHECK(created.all("warning") ==
        std::vector<std::string>{warned[0], R"(299 - "unknown field \"nope\"")"});
  CHECK(forms.peer().call("DELETE", endpoints + "/a").all("warning") == warned);
  CHECK(forms.peer().call("DELETE", endpoints).all("warning") == warned);
  CHECK(forms.peer().call("GET", endpoints + "?watch=1&timeoutSeconds=1").all("warning") == warned);
  CHECK(forms.peer().call("GET", kMaps).all("warning").empty());
}

TEST_CASE("a deletion that waits is accepted where nothing may be orphaned (R10.3)") {
  Forms forms;
  const auto held = with_finalizer(config_map("a"), "example.com/hold");
  REQUIRE(forms.peer().call("POST", kMaps, {}, to_json(held)).code == 201);
  const auto going = forms.peer().call("DELETE", kMaps + "/a");
  CHECK(going.code == 200);
  CHECK_FALSE(string_at(going.json(), {"metadata", "deletionTimestamp"}).empty());
  const auto accepted =
      forms.peer().call("DELETE", kMaps + "/a", {}, R"({"orphanDependents":false})");
  CHECK(accepted.code == 202);
  CHECK(accepted.json() == going.json());
}

TEST_CASE("the answer to a deletion names the life that it ended (R10.2, R10.11)") {
  Forms forms;
  const auto created = forms.peer().call("POST", kMaps, {}, to_json(config_map("a"))).json();
  const auto deleted = forms.peer().call("DELETE", kMaps + "/a");
  CHECK(deleted.code == 200);
  CHECK(deleted.json() == json(fmt::format(
                              R"({{"kind":"Status","apiVersion":"v1","metadata":{{}},
        "status":"Success","details":{{"name":"a","kind":"configmaps","uid":"{}"}}}})",
                              uid_of_object(created))));
}

}  // namespace gatefold::test
