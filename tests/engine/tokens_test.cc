#include "engine/tokens.h"

#include <catch2/catch.hpp>

#include "schema/base64.h"
#include "schema/json.h"
#include "storage/signing_key.h"

namespace gatefold::engine {
namespace {

constexpr Time kNow{1'767'323'045 * kNsPerSecond + 5};

TokenClaims web() {
  return {.name_space = "shop",
          .account = {"web", "u-1"},
          .pod = {},
          .secret = {},
          .node = {},
          .audiences = {"a", "b"},
          .seconds = 600,
          .id = "j-1"};
}

TokenFacts facts_of(const TokenClaims& token) {
  return {.claims = std::make_shared<const Value>(claims_of(token, kNow)), .fault = {}};
}

Time after(std::int64_t seconds) {
  return {kNow.ns + seconds * kNsPerSecond};
}

}  // namespace

TEST_CASE("a token claims what Kubernetes' tokens claim (R20.8)") {
  auto token = web();
  token.pod = ObjectClaim{"p", "u-2"};
  token.node = ObjectClaim{"n", ""};
  CHECK(Value(claims_of(token, kNow)) ==
        Value{{"aud", JsonArray{"a", "b"}},
              {"exp", 1'767'323'645},
              {"iat", 1'767'323'045},
              {"iss", "https://kubernetes.default.svc"},
              {"jti", "j-1"},
              {"kubernetes.io",
               {{"namespace", "shop"},
                {"serviceaccount", {{"name", "web"}, {"uid", "u-1"}}},
                {"pod", {{"name", "p"}, {"uid", "u-2"}}},
                {"node", {{"name", "n"}}}}},
              {"nbf", 1'767'323'045},
              {"sub", "system:serviceaccount:shop:web"}});
}

TEST_CASE("a token holds for its time and a minute, and for whom it is meant (R20.2, R20.3)") {
  const auto facts = facts_of(web());
  const auto verdict = judge_token(facts, {"b", "c"}, kNow);
  REQUIRE(verdict.user != nullptr);
  CHECK(verdict.user->name == "system:serviceaccount:shop:web");
  CHECK(verdict.user->uid == "u-1");
  CHECK(verdict.user->extra.at("authentication.kubernetes.io/credential-id") ==
        std::vector<std::string>{"JTI=j-1"});
  CHECK(verdict.audiences == std::vector<std::string>{"b"});

  CHECK(judge_token(facts, {"a"}, after(659)).error.empty());
  const auto late = judge_token(facts, {"a"}, after(661));
  CHECK(late.user == nullptr);
  CHECK(late.audiences.empty());
  CHECK(late.error == "service account token has expired");
  CHECK(judge_token(facts, {"a"}, after(-59)).error.empty());
  CHECK(judge_token(facts, {"a"}, after(-61)).error == "service account token is not valid yet");
  const auto other = judge_token(facts, {"c", "d"}, kNow);
  CHECK(other.user == nullptr);
  CHECK(other.error ==
        R"(token audiences ["a" "b"] is invalid for the target audiences ["c" "d"])");
  CHECK(judge_token({.claims = facts.claims, .fault = "gone"}, {"a"}, kNow).error == "gone");
  CHECK(judge_token({.claims = nullptr, .fault = "not ours"}, {"a"}, kNow).error == "not ours");
}

TEST_CASE("only what the key has signed is opened (R20.2)") {
  const Tokens tokens(storage::new_signing_key());
  const auto token = tokens.key().sign(claims_of(web(), kNow));
  const auto claims = tokens.open(token);
  REQUIRE(claims.has_value());
  CHECK(**claims == Value(claims_of(web(), kNow)));
  CHECK(*tokens.open(token) == *claims);  // remembered

  const auto error_of = [&](std::string_view text) {
    const auto opened = tokens.open(text);
    return opened ? std::string() : opened.error();
  };
  CHECK(error_of("garbage") == "invalid bearer token");
  CHECK(error_of("") == "invalid bearer token");
  auto foreign = claims_of(web(), kNow);
  foreign["iss"] = "https://elsewhere";
  CHECK(error_of(tokens.key().sign(foreign)) == "invalid bearer token");
  const Tokens others(storage::new_signing_key());
  CHECK(error_of(others.key().sign(claims_of(web(), kNow))) == "invalid signature, no keys found");

  constexpr auto kBroken = "go-jose/go-jose: error in cryptographic primitive";
  const auto last = token.rfind('.');
  CHECK(error_of(token.substr(0, last + 1)) == kBroken);
  const auto middle = token.find('.');
  const auto claimed = to_base64url(to_json(claims_of(web(), after(1))));
  CHECK(error_of(token.substr(0, middle + 1) + claimed + token.substr(last)) == kBroken);
  // `none` is no algorithm.
  const auto none = to_base64url(R"({"alg":"none"})");
  CHECK(error_of(none + token.substr(middle)) == kBroken);
}

}  // namespace gatefold::engine
