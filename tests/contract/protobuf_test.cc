// Bodies in protobuf, which typed Go clients send: answered in JSON, and kept as if they had been
// JSON.
#include <fmt/format.h>

#include "tests/contract/objects.h"
#include "tests/contract/refusals.h"
#include "tests/support/http_peer.h"
#include "tests/support/proto_bytes.h"
#include "tests/support/served_engine.h"

namespace gatefold::test {
namespace {

const std::string kSecrets = "/api/v1/namespaces/default/secrets";
const std::string kDeployments = "/apis/apps/v1/namespaces/default/deployments";

// What client-go's typed clients send since 0.32 (R4.1).
const HttpPeer::Headers kTyped = {
    {"Content-Type", "application/vnd.kubernetes.protobuf"},
    {"Accept", "application/vnd.kubernetes.protobuf,application/json"}};

class Served {
 public:
  Served() : server_(world_.world()), peer_(server_.port()) {}

  // As JSON, which it has to be.
  Value call(std::string_view method, std::string_view target, std::string_view body, int code) {
    const auto answer = peer_.call(method, target, kTyped, body);
    INFO(answer.body.substr(0, 1000));
    REQUIRE(answer.code == code);
    CHECK(answer.header("content-type") == "application/json");
    return answer.json();
  }
  Value get(std::string_view target) { return call("GET", target, "", 200); }
  HttpPeer& peer() { return peer_; }

 private:
  TestWorld world_;
  ServedEngine server_;
  HttpPeer peer_;
};

std::string secret(std::string_view name, std::string_view value) {
  return enveloped("v1", "Secret",
                   named_metadata(name) +
                       bytes_field(2, bytes_field(1, "key") + bytes_field(2, value)) +
                       bytes_field(3, ""));
}

std::string deployment(std::string_view name, std::uint64_t replicas) {
  const auto labels = bytes_field(1, bytes_field(1, "app") + bytes_field(2, "d"));
  const auto container = bytes_field(1, "c") + bytes_field(2, "i");
  const auto template_ =
      bytes_field(1, bytes_field(11, bytes_field(1, "app") + bytes_field(2, "d"))) +
      bytes_field(2, bytes_field(2, container));
  const auto spec = integer_field(1, replicas) + bytes_field(2, labels) + bytes_field(3, template_);
  return enveloped("apps/v1", "Deployment", named_metadata(name) + bytes_field(2, spec));
}

std::string delete_options(std::string_view api_version, std::string_view uid,
                           std::string_view more = "") {
  return enveloped(api_version, "DeleteOptions",
                   bytes_field(2, bytes_field(1, uid)) + std::string(more));
}

std::string as_protobuf(std::string_view what) {
  return fmt::format(
      "application/vnd.kubernetes.protobuf;as={0};g=meta.k8s.io;v=v1,"
      "application/json;as={0};g=meta.k8s.io;v=v1",
      what);
}

Refusal bad_body(std::string message) {
  return {400, "BadRequest", std::move(message)};
}

}  // namespace

TEST_CASE("a Secret in protobuf is created and answered in JSON (R4.1, R4.3, R4.4)") {
  Served served;
  const auto created = served.call("POST", kSecrets, secret("token", "value"), 201);
  CHECK(string_at(created, {"kind"}) == "Secret");
  CHECK(string_at(created, {"data", "key"}) == "dmFsdWU=");
  CHECK(string_at(created, {"type"}) == "Opaque");
  CHECK_FALSE(string_at(created, {"metadata", "creationTimestamp"}).empty());
  CHECK(served.get(kSecrets + "/token") == created);
}

TEST_CASE("what came in protobuf is what would have come in JSON (R4.8)") {
  Served served;
  served.call("POST", kDeployments, deployment("a", 3), 201);
  const auto json = R"({"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"b",
    "creationTimestamp":null},"spec":{"replicas":3,"selector":{"matchLabels":{"app":"d"}},
    "template":{"metadata":{"labels":{"app":"d"},"creationTimestamp":null},
      "spec":{"containers":[{"name":"c","image":"i","resources":{}}]}},"strategy":{}},
    "status":{}})";
  REQUIRE(served.peer().call("POST", kDeployments, {}, json).code == 201);
  const auto a = served.get(kDeployments + "/a");
  const auto b = served.get(kDeployments + "/b");
  CHECK(to_json(a.at("spec")) == to_json(b.at("spec")));
  CHECK(integer_at(a, {"spec", "replicas"}, 0) == 3);
}

TEST_CASE("strict validation says nothing of fields of newer clients (R4.8)") {
  Served served;
  const auto body = enveloped("v1", "ConfigMap",
                              named_metadata("a") + bytes_field(77, "new") + integer_field(78, 1));
  const auto created = served.call("POST", kMaps + "?fieldValidation=Strict", body, 201);
  CHECK(name_in(created) == "a");
}

TEST_CASE("updates come in protobuf too: of objects, their status and their scale (R4.1, R4.7)") {
  Served served;
  served.call("POST", kSecrets, secret("token", "value"), 201);
  const auto updated = served.call("PUT", kSecrets + "/token", secret("token", "new"), 200);
  CHECK(string_at(updated, {"data", "key"}) == "bmV3");

  served.call("POST", kDeployments, deployment("d", 1), 201);
  const auto status =
      enveloped("apps/v1", "Deployment", named_metadata("d") + bytes_field(3, integer_field(2, 1)));
  const auto shown = served.call("PUT", kDeployments + "/d/status", status, 200);
  CHECK(integer_at(shown, {"status", "replicas"}, 0) == 1);
  CHECK(integer_at(shown, {"spec", "replicas"}, 0) == 1);

  const auto scale =
      enveloped("autoscaling/v1", "Scale",
                named_metadata("d", "default") + bytes_field(2, integer_field(1, 5)));
  const auto scaled = served.call("PUT", kDeployments + "/d/scale", scale, 200);
  CHECK(string_at(scaled, {"kind"}) == "Scale");
  CHECK(integer_at(served.get(kDeployments + "/d"), {"spec", "replicas"}, 0) == 5);
}

TEST_CASE("a Lease has times with six digits (R4.1, R4.8)") {
  Served served;
  const auto time = integer_field(1, 1'700'000'000) + integer_field(2, 1'234'000);
  const auto spec = bytes_field(1, "me") + integer_field(2, 15) + bytes_field(4, time);
  const auto lease =
      enveloped("coordination.k8s.io/v1", "Lease", named_metadata("lock") + bytes_field(2, spec));
  const auto created =
      served.call("POST", "/apis/coordination.k8s.io/v1/namespaces/default/leases", lease, 201);
  CHECK(string_at(created, {"spec", "holderIdentity"}) == "me");
  CHECK(string_at(created, {"spec", "renewTime"}) == "2023-11-14T22:13:20.001234Z");
}

TEST_CASE("DeleteOptions in protobuf are heeded, whatever their version (R4.7, R10.1)") {
  Served served;
  for (const auto* api_version : {"apps/v1", "v1", "meta.k8s.io/v1"}) {
    INFO(api_version);
    const auto created = served.call("POST", kDeployments, deployment("d", 1), 201);
    const auto refused =
        served.call("DELETE", kDeployments + "/d", delete_options(api_version, "other"), 409);
    CHECK(string_at(refused, {"reason"}) == "Conflict");
    served.get(kDeployments + "/d");
    // dryRun: All
    const auto uid = uid_of_object(created);
    served.call("DELETE", kDeployments + "/d",
                delete_options(api_version, uid, bytes_field(5, "All")), 200);
    served.get(kDeployments + "/d");
    served.call("DELETE", kDeployments + "/d", delete_options(api_version, uid), 200);
    served.call("GET", kDeployments + "/d", "", 404);
  }
}

TEST_CASE("a collection is deleted by options in protobuf (R4.1, R10.1)") {
  Served served;
  served.call("POST", kSecrets, secret("a", "value"), 201);
  const auto options = [](std::string_view more) { return enveloped("v1", "DeleteOptions", more); };
  served.call("DELETE", kSecrets, options(bytes_field(5, "All")), 200);
  served.get(kSecrets + "/a");
  served.call("DELETE", kSecrets, options(bytes_field(4, "Background")), 200);
  served.call("GET", kSecrets + "/a", "", 404);
}

TEST_CASE("custom resources come in JSON, the options of their deletion need not (R4.15, R10.1)") {
  Served served;
  REQUIRE(served.peer().call("POST", kPath, {}, named("web")).code == 201);
  const auto version = "gateway.networking.k8s.io/v1";
  const auto refused = served.call("POST", kPath, enveloped(version, "Gateway", ""), 415);
  CHECK(string_at(refused, {"message"}) ==
        "the body of the request was in an unknown format - accepted media types include: "
        "application/json, application/yaml");
  served.call("PUT", kPath + "/web", enveloped(version, "Gateway", ""), 415);
  served.call("DELETE", kPath + "/web", delete_options(version, "other"), 409);
  served.call("DELETE", kPath + "/web", enveloped(version, "DeleteOptions", ""), 200);
}

TEST_CASE("a body that is no envelope is refused (R4.6)") {
  const auto sent = [](std::string body) {
    return Sent{"POST", kSecrets, kTyped, std::move(body)};
  };
  refused(sent(R"({"kind":"Secret"})"),
          bad_body("the object provided is unrecognized (must be of type Secret): provided data "
                   "does not appear to be a protobuf message, expected prefix [107 56 115 0] "
                   "({\"kind\":\"Secret\"})"));
  refused(sent("k8s"), bad_body("expected prefix [107 56 115 0] (6b3873)"));
  refused(sent(""), bad_body("(must be of type Secret): empty data (<empty>)"));
  refused(sent(secret("a", "x") + '\x0a'), bad_body("unexpected EOF (6b3873000a"));
  refused(sent(enveloped("", "Secret", named_metadata("a"))), bad_body("'apiVersion' is missing"));
  refused(sent(std::string("k8s\0", 4) + bytes_field(3, "gzip")),
          bad_body("must not have a content encoding"));
  refused({"DELETE", kSecrets + "/a", kTyped, "x"},
          bad_body("(must be of type DeleteOptions): provided data does not appear"));
}

TEST_CASE("an object that is broken or of another type is refused (R4.7)") {
  const auto sent = [](std::string_view api_version, std::string_view kind,
                       std::string_view object) {
    return Sent{"POST", kSecrets, kTyped, enveloped(api_version, kind, object)};
  };
  refused(sent("v1", "Secret", "\x0a"),
          bad_body("Secret in version \"v1\" cannot be handled as a Secret: unexpected EOF"));
  refused(sent("v1", "Secret", integer_field(1, 1)),
          bad_body("cannot be handled as a Secret: proto: wrong wireType = 0 for field metadata"));
  refused(sent("v1", "ConfigMap", named_metadata("a")),
          bad_body("ConfigMap in version \"v1\" cannot be handled as a Secret"));
  refused(sent("apps/v1", "Deployment", named_metadata("a")),
          bad_body("the API version in the data (apps/v1) does not match"));
  refused(sent("v2", "Secret", ""),
          bad_body("cannot be handled as a Secret: no kind \"Secret\" is registered for version"));
  refused(sent("v1", "S\xff", ""), bad_body("no kind \"S\xef\xbf\xbd\" is registered"));
  refused({"DELETE", kSecrets + "/a", kTyped, secret("a", "x")},
          bad_body("must be of kind DeleteOptions, not \"Secret\""));
}

TEST_CASE("media types are refused as a real server refuses them (R4.11, R4.12, R4.13)") {
  const std::string all = "application/json, application/yaml, application/vnd.kubernetes.protobuf";
  refused({"POST", kPath, type("text/plain"), "x"},
          {415, "UnsupportedMediaType", "accepted media types include: " + all});
  refused({"DELETE", kPath + "/web", type("application/cbor"), "x"},
          {415, "UnsupportedMediaType", "accepted media types include: " + all});
  refused({"GET", kPath + "/nope", {{"Accept", "text/plain"}}, ""},
          {406, "NotAcceptable", "only the following media types are accepted: " + all});
}

TEST_CASE("CBOR is neither taken nor given (R4.18)") {
  refused({"POST", kMaps, type("application/cbor"), "\xa0"},
          {415, "UnsupportedMediaType", "the body of the request was in an unknown format"});
  refused({"PATCH", kMaps + "/a", type("application/apply-patch+cbor"), "\xa0"},
          {415, "UnsupportedMediaType", "the body of the request was in an unknown format"});
  refused({"GET", kMaps, {{"Accept", "application/cbor"}}, ""}, {406, "NotAcceptable", ""});
  refused({"GET", kMaps + "?watch=1", {{"Accept", "application/cbor-seq"}}, ""},
          {406, "NotAcceptable", ""});
  Served served;
  const auto both =
      served.peer().call("GET", kMaps, {{"Accept", "application/cbor,application/json"}});
  CHECK(both.code == 200);
  CHECK(both.header("content-type") == "application/json");
}

TEST_CASE("protobuf is never answered (R4.3, R4.4, R4.5)") {
  Served served;
  const auto accept = [&](std::string_view target, std::string_view types) {
    return served.peer().call("GET", target, {{"Accept", std::string(types)}});
  };
  for (const auto* types : {"application/vnd.kubernetes.protobuf,application/json",
                            "application/vnd.kubernetes.protobuf, */*",
                            "application/json;q=0.1,application/vnd.kubernetes.protobuf"}) {
    INFO(types);
    for (const auto& target : {kSecrets, kMaps + "?limit=1", kPath}) {
      CHECK(accept(target, types).code == 200);
      CHECK(accept(target, types).header("content-type") == "application/json");
    }
    const auto missing = accept(kSecrets + "/nope", types);
    CHECK(missing.code == 404);
    CHECK(string_at(missing.json(), {"kind"}) == "Status");
  }
  const auto alone = accept(kSecrets, "application/vnd.kubernetes.protobuf");
  CHECK(alone.code == 406);
  CHECK(string_at(alone.json(), {"message"}) ==
        "only the following media types are accepted: application/json, application/yaml");
}

TEST_CASE("the metadata client is answered in JSON (R4.1, R4.3)") {
  Served served;
  served.call("POST", kSecrets, secret("a", "value"), 201);
  const auto one = served.peer().call("GET", kSecrets + "/a",
                                      {{"Accept", as_protobuf("PartialObjectMetadata")}});
  REQUIRE(one.code == 200);
  CHECK(string_at(one.json(), {"kind"}) == "PartialObjectMetadata");
  CHECK(name_in(one.json()) == "a");
  const auto list =
      served.peer().call("GET", kSecrets, {{"Accept", as_protobuf("PartialObjectMetadataList")}});
  REQUIRE(list.code == 200);
  CHECK(string_at(list.json(), {"kind"}) == "PartialObjectMetadataList");
}

}  // namespace gatefold::test
