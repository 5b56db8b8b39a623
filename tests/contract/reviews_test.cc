// What is created to be answered (R20.6, R20.8): reviews and tokens, through every door.
#include "schema/base64.h"
#include "schema/jwt.h"
#include "tests/contract/objects.h"

namespace gatefold::test {
namespace {

const Resource kSelfAccess{"authorization.k8s.io", "v1", "selfsubjectaccessreviews", false};
const Resource kAccess{"authorization.k8s.io", "v1", "subjectaccessreviews", false};
const Resource kLocalAccess{"authorization.k8s.io", "v1", "localsubjectaccessreviews"};
const Resource kRules{"authorization.k8s.io", "v1", "selfsubjectrulesreviews", false};
const Resource kSelf{"authentication.k8s.io", "v1", "selfsubjectreviews", false};
const Resource kTokenReviews{"authentication.k8s.io", "v1", "tokenreviews", false};
const Resource kAccounts{"", "v1", "serviceaccounts"};
const Resource kPods{"", "v1", "pods"};
const Resource kSecrets{"", "v1", "secrets"};

Value review(std::string_view kind, std::string_view spec) {
  const auto* version =
      kind == "TokenReview" ? "authentication.k8s.io/v1" : "authorization.k8s.io/v1";
  return {{"apiVersion", version}, {"kind", kind}, {"spec", json(spec)}};
}

Value account(std::string_view name) {
  return {{"apiVersion", "v1"}, {"kind", "ServiceAccount"}, {"metadata", {{"name", name}}}};
}

engine::Command ask_token(std::string name, std::string_view spec) {
  auto asked = command(
      engine::Verb::kCreate, kAccounts, "default", std::move(name),
      {{"apiVersion", "authentication.k8s.io/v1"}, {"kind", "TokenRequest"}, {"spec", json(spec)}});
  asked.subresource = "token";
  return asked;
}

std::string token_in(const Value& request) {
  return std::string(string_at(request, {"status", "token"}));
}

Value ask_about(Door& door, std::string_view token, std::string_view rest = "") {
  auto asked = review("TokenReview", "{}");
  asked.at("spec") = json(std::string("{") + std::string(rest) + "}");
  asked.at("spec").as_object()["token"] = token;
  return done(door.write(create(kTokenReviews, asked))).at("status");
}

}  // namespace

TEST_CASE("a review of access is answered and nothing is stored (R20.6, R20.7)") {
  const auto door = GATEFOLD_EVERY_DOOR();
  const auto revision = door->revision();
  const auto attributes = R"({"resourceAttributes":{"verb":"get","resource":"pods"}})";
  const auto answer =
      done(door->write(create(kSelfAccess, review("SelfSubjectAccessReview", attributes))));
  CHECK(answer.at("status") == json(R"({"allowed":true})"));
  CHECK(answer.at("spec") == json(attributes));
  CHECK(answer.at("metadata") == json(R"({"creationTimestamp":null})"));
  CHECK(answer.at("kind") == "SelfSubjectAccessReview");

  const auto path = R"({"user":"ann","nonResourceAttributes":{"verb":"get","path":"/metrics"}})";
  CHECK(done(door->write(create(kAccess, review("SubjectAccessReview", path)))).at("status") ==
        json(R"({"allowed":true})"));
  auto dry = create(kAccess, review("SubjectAccessReview", path));
  dry.dry_run = true;
  CHECK(done(door->write(dry)).at("status") == json(R"({"allowed":true})"));

  const auto rules = done(
      door->write(create(kRules, review("SelfSubjectRulesReview", R"({"namespace":"default"})"))));
  CHECK(rules.at("spec") == json("{}"));
  CHECK(rules.at("status") ==
        json(R"({"resourceRules":[{"verbs":["*"],"apiGroups":["*"],"resources":["*"]}],
                 "nonResourceRules":[{"verbs":["*"],"nonResourceURLs":["*"]}],
                 "incomplete":false})"));
  CHECK(door->revision() == revision);
}

TEST_CASE("a review of access asks for one thing of somebody (R20.6)") {
  const auto door = GATEFOLD_EVERY_DOOR();
  const auto asked = [&](const Resource& resource, std::string_view kind, std::string_view spec) {
    return door->write(create(resource, review(kind, spec)));
  };
  const auto neither = asked(kSelfAccess, "SelfSubjectAccessReview", "{}");
  CHECK(neither.reason == "Invalid");
  CHECK(neither.message ==
        R"(.authorization.k8s.io "" is invalid: spec.resourceAttributes: Invalid value: "null": )"
        "exactly one of nonResourceAttributes or resourceAttributes must be specified");
  const auto both = asked(kSelfAccess, "SelfSubjectAccessReview",
                          R"({"resourceAttributes":{"verb":"get"},
                              "nonResourceAttributes":{"path":"/a","verb":"get"}})");
  CHECK(both.message ==
        R"(.authorization.k8s.io "" is invalid: spec.nonResourceAttributes: Invalid value: )"
        R"(authorization.NonResourceAttributes{Path:"/a", Verb:"get"}: )"
        "cannot be specified in combination with resourceAttributes");
  const auto nobody =
      asked(kAccess, "SubjectAccessReview", R"({"resourceAttributes":{"verb":"get"}})");
  CHECK(nobody.message == R"(.authorization.k8s.io "" is invalid: spec.user: Invalid value: "": )"
                          "at least one of user or group must be specified");
  CHECK(asked(kAccess, "SubjectAccessReview",
              R"({"groups":["g"],"resourceAttributes":{"verb":"get"}})")
            .ok());
  auto named = review("SelfSubjectAccessReview", R"({"resourceAttributes":{"verb":"get"}})");
  named.as_object()["metadata"] = json(R"({"labels":{"a":"b"}})");
  const auto labelled = door->write(create(kSelfAccess, named));
  CHECK(labelled.reason == "Invalid");
  CHECK_THAT(labelled.message, Catch::Matchers::EndsWith("must be empty"));
  named.as_object()["metadata"] = json(R"({"uid":"u","labels":{},"name":""})");
  CHECK(door->write(create(kSelfAccess, named)).ok());
  const auto rules = asked(kRules, "SelfSubjectRulesReview", "{}");
  CHECK(rules.reason == "BadRequest");
  CHECK(rules.message == "no namespace on request");
  const auto wrong = door->write(create(kSelfAccess, review("SubjectAccessReview", "{}")));
  CHECK(wrong.reason == "BadRequest");
  const auto odd =
      asked(kSelfAccess, "SelfSubjectAccessReview", R"({"resourceAttributes":{"verb":1}})");
  CHECK(odd.reason == "BadRequest");
  auto strict = create(kSelfAccess, review("SelfSubjectAccessReview",
                                           R"({"x":1,"resourceAttributes":{"verb":"get"}})"));
  CHECK(door->write(strict).warnings == std::vector<std::string>{R"(unknown field "spec.x")"});
  strict.field_validation = engine::FieldValidation::kStrict;
  CHECK(door->write(strict).reason == "BadRequest");
}

TEST_CASE("selectors of a review are checked, and what can't be read only widens it (R20.6)") {
  const auto door = GATEFOLD_EVERY_DOOR();
  const auto asked = [&](std::string_view selectors) {
    return door->write(create(
        kSelfAccess, review("SelfSubjectAccessReview", R"({"resourceAttributes":{"verb":"list",)" +
                                                           std::string(selectors) + "}}")));
  };
  CHECK_THAT(asked(R"("labelSelector":{})").message,
             Catch::Matchers::EndsWith(
                 "spec.resourceAttributes.labelSelector.requirements: Required value: when "
                 "spec.resourceAttributes.labelSelector is specified, requirements or rawSelector "
                 "is required"));
  CHECK_THAT(
      asked(
          R"("fieldSelector":{"rawSelector":"a=b","requirements":[{"key":"a","operator":"In","values":["b"]}]})")
          .message,
      Catch::Matchers::EndsWith("spec.resourceAttributes.fieldSelector.rawSelector: Invalid value: "
                                R"("a=b": may not specified at the same time as requirements)"));
  CHECK(asked(R"("labelSelector":{"requirements":[{"key":"a","operator":"In"}]})").reason ==
        "Invalid");
  CHECK(asked(R"("fieldSelector":{"requirements":[{"key":"","operator":"Exists"}]})").reason ==
        "Invalid");
  const auto error_of = [&](std::string_view selectors) {
    const auto answer = done(asked(selectors));
    CHECK(answer.at("status").at("allowed") == Value(true));
    return std::string(string_at(answer, {"status", "evaluationError"}));
  };
  CHECK(error_of(R"("labelSelector":{"rawSelector":"a=b"})").empty());
  CHECK(error_of(R"("labelSelector":{"rawSelector":"a=="},"fieldSelector":{"rawSelector":"a"})") ==
        "spec.resourceAttributes.fieldSelector ignored due to parse error");
  CHECK(error_of(R"("labelSelector":{"rawSelector":"a in ("})") ==
        "spec.resourceAttributes.labelSelector ignored due to parse error");
  CHECK(error_of(R"("labelSelector":{"requirements":[{"key":"a","operator":"Odd"},
                     {"key":"b","operator":"Exists"}]})") ==
        "spec.resourceAttributes.labelSelector partially ignored due to parse error");
}

TEST_CASE("a local review is of a namespace, whether it is there or not (R20.6, R21.3)") {
  const auto door = GATEFOLD_EVERY_DOOR();
  const auto asked = [&](std::string_view spec) {
    return door->write(command(engine::Verb::kCreate, kLocalAccess, "nowhere", "",
                               review("LocalSubjectAccessReview", spec)));
  };
  const auto answer =
      done(asked(R"({"user":"a","resourceAttributes":{"namespace":"nowhere","verb":"get"}})"));
  CHECK(answer.at("status") == json(R"({"allowed":true})"));
  CHECK(string_at(answer, {"metadata", "namespace"}) == "nowhere");
  const auto elsewhere =
      asked(R"({"user":"a","resourceAttributes":{"namespace":"other","verb":"get"}})");
  CHECK_THAT(elsewhere.message,
             Catch::Matchers::EndsWith("spec.resourceAttributes.namespace: Invalid value: "
                                       R"("other": must match metadata.namespace)"));
  const auto path = asked(R"({"user":"a","nonResourceAttributes":{"path":"/","verb":"get"}})");
  CHECK_THAT(path.message, Catch::Matchers::EndsWith("disallowed on this kind of request"));
}

TEST_CASE("who asks is told, in both versions (R20.6)") {
  const auto door = GATEFOLD_EVERY_DOOR();
  auto resource = kSelf;
  resource.version = GENERATE("v1", "v1beta1");
  const auto answer = done(
      door->write(create(resource, {{"apiVersion", "authentication.k8s.io/" + resource.version},
                                    {"kind", "SelfSubjectReview"}})));
  CHECK(string_at(answer, {"apiVersion"}) == "authentication.k8s.io/" + resource.version);
  CHECK(string_at(answer, {"metadata", "creationTimestamp"}) ==
        format_seconds(door->world().now()));
  const auto& info = answer.at("status").at("userInfo");
  if (!string_at(info, {"username"}).empty()) {
    CHECK(info == json(R"({"username":"system:anonymous","groups":["system:unauthenticated"]})"));
  }
}

TEST_CASE("a token is given out for an account and is its own (R13.7, R20.3, R20.8)") {
  const auto door = GATEFOLD_EVERY_DOOR();
  const auto owner = done(door->write(create(kAccounts, account("web"))));
  const auto revision = door->revision();
  const auto given = done(door->write(ask_token("web", R"({"expirationSeconds":7200})")));
  CHECK(given.at("kind") == "TokenRequest");
  CHECK(given.at("spec") == json(R"({"audiences":["https://kubernetes.default.svc"],
                                     "expirationSeconds":7200,"boundObjectRef":null})"));
  CHECK(string_at(given, {"metadata", "name"}) == "web");
  CHECK(string_at(given, {"metadata", "namespace"}) == "default");
  CHECK(string_at(given, {"status", "expirationTimestamp"}) == "2026-01-02T05:04:05Z");
  const auto jwt = parse_jwt(token_in(given));
  REQUIRE(jwt.has_value());
  CHECK(string_at(jwt->claims, {"sub"}) == "system:serviceaccount:default:web");
  CHECK(integer_at(jwt->claims, {"exp"}, 0) - integer_at(jwt->claims, {"iat"}, 0) == 7200);
  CHECK(integer_at(done(door->write(ask_token("web", "{}"))), {"spec", "expirationSeconds"}, 0) ==
        3600);

  const auto status = ask_about(*door, token_in(given));
  CHECK(status.at("authenticated") == Value(true));
  CHECK(status.at("audiences") == json(R"(["https://kubernetes.default.svc"])"));
  CHECK(status.at("user").at("username") == "system:serviceaccount:default:web");
  CHECK(status.at("user").at("uid") == owner.at("metadata").at("uid"));
  CHECK(status.at("user").at("groups") ==
        json(R"(["system:serviceaccounts","system:serviceaccounts:default",
                 "system:authenticated"])"));
  CHECK(door->revision() == revision);

  door->world().advance(7261);
  CHECK(ask_about(*door, token_in(given)) ==
        json(R"({"user":{},"error":"service account token has expired"})"));
}

TEST_CASE("a token ends with its account (R20.3, R20.8)") {
  const auto door = GATEFOLD_EVERY_DOOR();
  const auto first = done(door->write(create(kAccounts, account("web"))));
  const auto token = token_in(done(door->write(ask_token("web", R"({"audiences":["x","y"]})"))));
  CHECK(ask_about(*door, token).at("error") ==
        R"(token audiences ["x" "y"] is invalid for the target audiences )"
        R"(["https://kubernetes.default.svc"])");
  CHECK(ask_about(*door, token, R"("audiences":["z","y"])").at("audiences") == json(R"(["y"])"));
  done(door->write(remove(kAccounts, "web")));
  CHECK(ask_about(*door, token, R"("audiences":["y"])") ==
        json(R"({"user":{},"error":"serviceaccounts \"web\" not found"})"));
  const auto second = done(door->write(create(kAccounts, account("web"))));
  const auto uid = [](const Value& object) {
    return std::string(string_at(object, {"metadata", "uid"}));
  };
  CHECK(string_at(ask_about(*door, token, R"("audiences":["y"])"), {"error"}) ==
        "service account UID (" + uid(second) + ") does not match claim (" + uid(first) + ")");
  CHECK(ask_about(*door, "garbage") == json(R"({"user":{},"error":"invalid bearer token"})"));
  const auto none = door->write(create(kTokenReviews, review("TokenReview", "{}")));
  CHECK(none.reason == "BadRequest");
  CHECK(none.message == "token is required for TokenReview in authentication");
}

TEST_CASE("a token may end with another object (R20.8)") {
  const auto door = GATEFOLD_EVERY_DOOR();
  done(door->write(create(kAccounts, account("web"))));
  const auto secret = done(door->write(
      create(kSecrets, {{"apiVersion", "v1"}, {"kind", "Secret"}, {"metadata", {{"name", "s"}}}})));
  const auto pod = [](std::string_view name, std::string_view owner) {
    return Value{{"apiVersion", "v1"},
                 {"kind", "Pod"},
                 {"metadata", {{"name", name}}},
                 {"spec",
                  {{"serviceAccountName", owner},
                   {"nodeName", "n"},
                   {"containers", JsonArray{JsonObject{{"name", "c"}, {"image", "i"}}}}}}};
  };
  const auto mine = done(door->write(create(kPods, pod("mine", "web"))));
  done(door->write(create(kPods, pod("other", "api"))));
  const auto bound = [](std::string_view kind, std::string_view name, std::string_view uid = "") {
    return ask_token("web",
                     to_json(JsonObject{
                         {"boundObjectRef",
                          {{"apiVersion", "v1"}, {"kind", kind}, {"name", name}, {"uid", uid}}}}));
  };
  const auto absent = door->write(bound("Secret", "nope"));
  CHECK(absent.reason == "NotFound");
  CHECK(absent.message == R"(secrets "nope" not found)");
  const auto changed = door->write(bound("Secret", "s", "u-0"));
  CHECK(changed.reason == "Conflict");
  CHECK(changed.message ==
        R"(Operation cannot be fulfilled on Secret "s": the UID in the bound object reference )"
        "(u-0) does not match the UID in record. The object might have been deleted and then "
        "recreated");
  CHECK(door->write(bound("Pod", "other")).message ==
        R"(cannot bind token for serviceaccount "web" to pod running with different )"
        "serviceaccount name.");
  CHECK(door->write(bound("Gateway", "g")).message ==
        "cannot bind token to object of type /v1, Kind=Gateway");

  const auto by_secret =
      token_in(done(door->write(bound("Secret", "s", string_at(secret, {"metadata", "uid"})))));
  const auto by_pod = token_in(done(door->write(bound("Pod", "mine"))));
  CHECK(ask_about(*door, by_secret).at("authenticated") == Value(true));
  const auto of_pod = ask_about(*door, by_pod);
  const auto& extra = of_pod.at("user").at("extra");
  CHECK(extra.at("authentication.kubernetes.io/pod-name") == json(R"(["mine"])"));
  CHECK(extra.at("authentication.kubernetes.io/pod-uid").as_array().front() ==
        mine.at("metadata").at("uid"));
  CHECK(extra.at("authentication.kubernetes.io/node-name") == json(R"(["n"])"));
  done(door->write(remove(kSecrets, "s")));
  done(door->write(remove(kPods, "mine")));
  for (const auto& token : {by_secret, by_pod}) {
    CHECK(ask_about(*door, token) ==
          json(R"({"user":{},"error":"service account token has been invalidated"})"));
  }
}

TEST_CASE("a request for a token that can't be met is refused (R13.7, R20.8)") {
  const auto door = GATEFOLD_EVERY_DOOR();
  done(door->write(create(kAccounts, account("web"))));
  const auto absent = door->write(ask_token("nope", "{}"));
  CHECK(absent.reason == "NotFound");
  CHECK(absent.message == R"(serviceaccounts "nope" not found)");
  CHECK(door->write(ask_token("web", R"({"expirationSeconds":599})")).message ==
        R"(TokenRequest.authentication.k8s.io "" is invalid: spec.expirationSeconds: )"
        "Invalid value: 599: may not specify a duration less than 10 minutes");
  CHECK(door->write(ask_token("web", R"({"expirationSeconds":4294967297})")).message ==
        R"(TokenRequest.authentication.k8s.io "" is invalid: spec.expirationSeconds: )"
        "Invalid value: 4294967297: may not specify a duration larger than 2^32 seconds");
  CHECK(door->write(ask_token("web", R"({"expirationSeconds":4294967296})")).ok());
  auto named = ask_token("web", "{}");
  named.body.as_object()["metadata"] = json(R"({"name":"api"})");
  CHECK(door->write(named).message ==
        R"(TokenRequest.authentication.k8s.io "web" is invalid: metadata.name: Invalid value: )"
        R"("api": must match the service account name if specified)");
  auto wrong = ask_token("web", "{}");
  wrong.body.as_object()["kind"] = "TokenReview";
  CHECK(door->write(wrong).reason == "BadRequest");
}

TEST_CASE("policies are asked about tokens and not about reviews (R20.8)") {
  const auto door = GATEFOLD_EVERY_DOOR();
  const Resource policies{"admissionregistration.k8s.io", "v1", "validatingadmissionpolicies",
                          false};
  const Resource bindings{"admissionregistration.k8s.io", "v1", "validatingadmissionpolicybindings",
                          false};
  done(door->write(create(kAccounts, account("web"))));
  done(door->write(create(policies, json(R"({
    "apiVersion":"admissionregistration.k8s.io/v1","kind":"ValidatingAdmissionPolicy",
    "metadata":{"name":"short"},"spec":{
      "matchConstraints":{"resourceRules":[{"apiGroups":["*"],"apiVersions":["*"],
        "operations":["*"],"resources":["*/*"]}]},
      "validations":[{"expression":"object.spec.expirationSeconds < 1000",
                      "message":"too long"}]}})"))));
  done(door->write(create(bindings, json(R"({
    "apiVersion":"admissionregistration.k8s.io/v1","kind":"ValidatingAdmissionPolicyBinding",
    "metadata":{"name":"short"},"spec":{"policyName":"short","validationActions":["Deny"]}})"))));
  CHECK_THAT(door->write(ask_token("web", "{}")).message,
             Catch::Matchers::EndsWith("denied request: too long"));
  CHECK(door->write(ask_token("web", R"({"expirationSeconds":700})")).ok());
  CHECK(door->write(create(kSelf, {{"apiVersion", "authentication.k8s.io/v1"},
                                   {"kind", "SelfSubjectReview"}}))
            .ok());
}

}  // namespace gatefold::test
