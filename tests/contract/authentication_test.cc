// Who asks, over HTTP: tokens, nobody, and those who are taken for others (R20.1 to R20.9); and
// what the server tells others about its tokens.
#include "schema/jwt.h"
#include "tests/contract/objects.h"
#include "tests/support/http_peer.h"
#include "tests/support/served_engine.h"

namespace gatefold::test {
namespace {

const std::string kAccounts = "/api/v1/namespaces/default/serviceaccounts";
const std::string kMaps = "/api/v1/namespaces/default/configmaps";
const std::string kSelf = "/apis/authentication.k8s.io/v1/selfsubjectreviews";

class Served {
 public:
  Served() : server_(world_.world()), peer(server_.port()) {}

  std::string token(const std::string& name, std::string_view spec = "{}") {
    const auto answer = peer.call("POST", kAccounts + "/" + name + "/token", {},
                                  R"({"kind":"TokenRequest","spec":)" + std::string(spec) + "}");
    REQUIRE(answer.code == 201);
    return std::string(string_at(answer.json(), {"status", "token"}));
  }

  Value who(const HttpPeer::Headers& headers) {
    const auto answer = peer.call("POST", kSelf, headers, R"({"kind":"SelfSubjectReview"})");
    REQUIRE(answer.code == 201);
    return answer.json().at("status").at("userInfo");
  }

  TestWorld& world() { return world_; }

 private:
  TestWorld world_;
  ServedEngine server_;

 public:
  HttpPeer peer;
};

HttpPeer::Headers bearer(std::string_view token) {
  return {{"Authorization", "Bearer " + std::string(token)}};
}

std::string account(std::string_view name) {
  return R"({"kind":"ServiceAccount","metadata":{"name":")" + std::string(name) + "\"}}";
}

}  // namespace

TEST_CASE("a token that is nobody's is 401, whatever is asked for (R20.1, R20.2)") {
  Served served;
  for (const auto* path : {"/api/v1/namespaces/default/configmaps", "/readyz", "/version", "/apis",
                           "/nope", "/gatefold/v1/log"}) {
    const auto answer = served.peer.call("GET", path, bearer("garbage"));
    INFO(path);
    CHECK(answer.code == 401);
    CHECK(answer.json() == json(R"({"kind":"Status","apiVersion":"v1","metadata":{},
      "status":"Failure","message":"Unauthorized","reason":"Unauthorized","code":401})"));
    CHECK(answer.all("www-authenticate").empty());
  }
  // No token is not a wrong one: other schemes are spoken by nobody here.
  for (const auto* header : {"", "Bearer", "Bearer ", "Basic YTpi", "garbage"}) {
    INFO(header);
    CHECK(served.who({{"Authorization", header}}) ==
          json(R"({"username":"system:anonymous","groups":["system:unauthenticated"]})"));
  }
}

TEST_CASE("who shows a token is its account, in the log as well (R20.2, R20.3)") {
  Served served;
  REQUIRE(served.peer.call("POST", kAccounts, {}, account("web")).code == 201);
  const auto token = served.token("web");
  const auto user = served.who(bearer(token));
  CHECK(user.at("username") == "system:serviceaccount:default:web");
  CHECK(user.at("groups") == json(R"(["system:serviceaccounts","system:serviceaccounts:default",
                                      "system:authenticated"])"));
  CHECK(served.who({{"Authorization", "  bearer " + token + " "}}) == user);

  const auto map = R"({"kind":"ConfigMap","metadata":{"name":"m"}})";
  REQUIRE(served.peer.call("POST", kMaps, bearer(token), map).code == 201);
  const auto log = served.peer.call(
      "GET", "/gatefold/v1/log?user=system:serviceaccount:default:web", bearer(token));
  CHECK(log.code == 200);
  CHECK_THAT(log.body, Catch::Matchers::Contains("system:serviceaccount:default:web"));

  // For others it is nobody's here.
  CHECK(
      served.peer.call("GET", kMaps, bearer(served.token("web", R"({"audiences":["x"]})"))).code ==
      401);
  REQUIRE(served.peer.call("DELETE", kAccounts + "/web").code == 200);
  CHECK(served.peer.call("GET", kMaps, bearer(token)).code == 401);
}

TEST_CASE("a token is nobody's once its time is up (R20.2)") {
  Served served;
  REQUIRE(served.peer.call("POST", kAccounts, {}, account("web")).code == 201);
  const auto token = served.token("web", R"({"expirationSeconds":600})");
  CHECK(served.peer.call("GET", kMaps, bearer(token)).code == 200);
  served.world().advance(661);
  CHECK(served.peer.call("GET", kMaps, bearer(token)).code == 401);
}

TEST_CASE("one user may be taken for another (R20.9)") {
  Served served;
  CHECK(served.who({{"Impersonate-User", "ann"}}) ==
        json(R"({"username":"ann","groups":["system:authenticated"]})"));
  CHECK(served.who({{"impersonate-user", "ann"},
                    {"Impersonate-Group", "g"},
                    {"Impersonate-Group", "h"},
                    {"Impersonate-Uid", "7"},
                    {"Impersonate-Extra-Some%2Fkey", "v"},
                    {"Impersonate-Extra-some%2fkey", "w"}}) ==
        json(R"({"username":"ann","uid":"7","groups":["g","h","system:authenticated"],
                 "extra":{"some/key":["v","w"]}})"));
  CHECK(served.who({{"Impersonate-User", "system:serviceaccount:shop:web"}}).at("groups") ==
        json(R"(["system:serviceaccounts","system:serviceaccounts:shop","system:authenticated"])"));
  CHECK(served.who({{"Impersonate-User", "system:anonymous"}}).at("groups") ==
        json(R"(["system:unauthenticated"])"));
  const auto nobody = served.peer.call("GET", kMaps, {{"Impersonate-Group", "g"}});
  CHECK(nobody.code == 400);
  CHECK_THAT(nobody.body, Catch::Matchers::Contains("without impersonating a user"));

  const auto map = R"({"kind":"ConfigMap","metadata":{"name":"m"}})";
  REQUIRE(served.peer.call("POST", kMaps, {{"Impersonate-User", "ann"}}, map).code == 201);
  CHECK_THAT(served.peer.call("GET", "/gatefold/v1/log?user=ann").body,
             Catch::Matchers::Contains("\"m\""));
}

TEST_CASE("reviews are created and nothing else (R20.6, R20.8)") {
  Served served;
  const std::string reviews = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
  CHECK(served.peer.call("GET", reviews).code == 405);
  CHECK(served.peer.call("GET", reviews + "?watch=1").code == 405);
  CHECK(served.peer.call("DELETE", reviews).code == 405);
  CHECK(served.peer.call("GET", reviews + "/a").code == 404);
  CHECK(
      served.peer.call("POST", "/apis/authorization.k8s.io/v1/localsubjectaccessreviews", {}, "{}")
          .code == 404);
  CHECK(served.peer.call("GET", "/apis/authentication.k8s.io/v1/tokenrequests").code == 404);
  CHECK(served.peer.call("GET", kAccounts + "/web/token").code == 405);
  CHECK(served.peer.call("POST", reviews + "?dryRun=Some", {}, "{}").code == 422);
  CHECK(served.peer.call("POST", kSelf, {{"Content-Type", "text/plain"}}, "{}").code == 415);
  const auto table = served.peer.call(
      "POST", kSelf, {{"Accept", "application/json;as=Table;v=v1;g=meta.k8s.io"}}, "{}");
  CHECK(table.code == 201);
  CHECK(string_at(table.json(), {"kind"}) == "Table");
  const auto yaml = served.peer.call("POST", kSelf, {{"Accept", "application/yaml"}}, "{}");
  CHECK_THAT(yaml.body, Catch::Matchers::Contains("username: system:anonymous"));
}

TEST_CASE("others can check tokens by themselves (R3.10)") {
  Served served;
  REQUIRE(served.peer.call("POST", kAccounts, {}, account("web")).code == 201);
  const auto jwt_text = served.token("web");
  const auto jwt = parse_jwt(jwt_text);
  const auto issuer = served.peer.call("GET", "/.well-known/openid-configuration");
  CHECK(issuer.code == 200);
  CHECK(issuer.header("cache-control") == "public, max-age=3600");
  CHECK(issuer.json().at("issuer") == jwt->claims.at("iss"));
  CHECK_THAT(std::string(string_at(issuer.json(), {"jwks_uri"})),
             Catch::Matchers::EndsWith("/openid/v1/jwks"));
  CHECK(issuer.json().at("id_token_signing_alg_values_supported") == json(R"(["ES256"])"));
  const auto keys = served.peer.call("GET", "/openid/v1/jwks");
  CHECK(keys.header("content-type") == "application/jwk-set+json");
  CHECK(keys.json().at("keys").as_array().at(0).at("kid") == jwt->header.at("kid"));
}

}  // namespace gatefold::test
