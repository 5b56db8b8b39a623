#include "engine/tokens.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "engine/limits.h"
#include "schema/meta.h"

namespace gatefold::engine {
namespace {

constexpr std::string_view kInvalidated = "service account token has been invalidated";
constexpr std::string_view kKubernetes = "kubernetes.io";

// Clocks of others may be off by so much.
constexpr std::int64_t kLeewayNs = 60 * kNsPerSecond;

JsonObject claim_of(const ObjectClaim& object) {
  JsonObject claim{{"name", object.name}};
  if (!object.uid.empty()) claim["uid"] = object.uid;
  return claim;
}

std::string_view claimed(const Value& claims, std::string_view object, std::string_view member) {
  return string_at(claims, {kKubernetes, object, member});
}

// Kubernetes' audience is one text or a list of them.
std::vector<std::string> audiences_of(const Value& claims) {
  const auto one = string_at(claims, {"aud"});
  if (!one.empty()) return {std::string(one)};
  return texts_at(claims, {"aud"});
}

// What is left of an object that a token names.
struct Found {
  bool exists = false;
  bool is_going = false;  // for longer than clocks may be off
  std::string uid;
};

Found find_object(const ObjectKey& key, const View& view, const Overlay* overlay, Time now) {
  Found found;
  const auto object = current_object(key, view, overlay);
  // What can't be read is as good as gone: the token is nobody's for the moment.
  if (!object || !*object) return found;
  found.exists = true;
  found.uid = uid_of(**object);
  const auto deleted = parse_rfc3339(string_at(**object, {"metadata", "deletionTimestamp"}));
  found.is_going = deleted && deleted->ns < now.ns - kLeewayNs;
  return found;
}

// Why an object that the token is bound to ends it; empty: it does not.
std::string end_by(const Value& claims, std::string_view object, std::string_view plural,
                   std::string_view name_space, std::string_view words, const View& view,
                   const Overlay* overlay, Time now) {
  const std::string name(claimed(claims, object, "name"));
  if (name.empty()) return {};
  const auto found =
      find_object({std::string(plural), std::string(name_space), name}, view, overlay, now);
  if (!found.exists) return std::string(kInvalidated);
  const auto uid = claimed(claims, object, "uid");
  if (found.uid != uid) {
    return fmt::format("{} UID ({}) does not match service account {} ref claim ({})", object,
                       found.uid, words, uid);
  }
  return found.is_going ? std::string(kInvalidated) : std::string();
}

std::string fault_of(const Value& claims, const View& view, const Overlay* overlay, Time now) {
  const std::string name_space(string_at(claims, {kKubernetes, "namespace"}));
  const std::string name(claimed(claims, "serviceaccount", "name"));
  const auto account = find_object({"serviceaccounts", name_space, name}, view, overlay, now);
  if (!account.exists) return fmt::format("serviceaccounts {} not found", go_quote(name));
  const auto uid = claimed(claims, "serviceaccount", "uid");
  if (account.uid != uid) {
    return fmt::format("service account UID ({}) does not match claim ({})", account.uid, uid);
  }
  if (account.is_going) {
    return fmt::format("service account {}/{} has been deleted", name_space, name);
  }
  auto fault = end_by(claims, "secret", "secrets", name_space, "secret", view, overlay, now);
  if (fault.empty()) {
    fault = end_by(claims, "pod", "pods", name_space, "pod", view, overlay, now);
  }
  // A pod's node is told and not asked for.
  if (fault.empty() && claimed(claims, "pod", "name").empty()) {
    fault = end_by(claims, "node", "nodes", "", "node", view, overlay, now);
  }
  return fault;
}

std::string fault_of_time(const Value& claims, Time now) {
  const auto at = [&](std::string_view claim) {
    return integer_at(claims, {claim}, 0) * kNsPerSecond;
  };
  if (now.ns - kLeewayNs > at("exp")) return "service account token has expired";
  if (now.ns + kLeewayNs < at("nbf")) return "service account token is not valid yet";
  if (now.ns + kLeewayNs < at("iat")) return "service account token is issued in the future";
  return {};
}

User user_of_claims(const Value& claims) {
  User user = user_named(service_account_name(string_at(claims, {kKubernetes, "namespace"}),
                                              claimed(claims, "serviceaccount", "name")));
  user.uid = claimed(claims, "serviceaccount", "uid");
  const auto tell = [&](std::string_view key, std::string_view value) {
    if (value.empty()) return;
    user.extra[fmt::format("authentication.kubernetes.io/{}", key)] = {std::string(value)};
  };
  const auto id = string_at(claims, {"jti"});
  tell("credential-id", id.empty() ? std::string() : fmt::format("JTI={}", id));
  tell("pod-name", claimed(claims, "pod", "name"));
  tell("pod-uid", claimed(claims, "pod", "uid"));
  tell("node-name", claimed(claims, "node", "name"));
  tell("node-uid", claimed(claims, "node", "uid"));
  return user;
}

std::string list_of(const std::vector<std::string>& texts) {
  std::vector<std::string> quoted;
  for (const auto& text : texts) quoted.push_back(go_quote(text));
  return fmt::format("[{}]", fmt::join(quoted, " "));
}

}  // namespace

std::expected<std::shared_ptr<const Value>, std::string> Tokens::open(
    std::string_view token) const {
  std::string key(token);
  {
    const std::scoped_lock lock(mutex_);
    if (const auto found = opened_.find(key); found != opened_.end()) return found->second;
  }
  auto claims = verify(token);
  if (!claims) return claims;
  const std::scoped_lock lock(mutex_);
  if (opened_.size() >= kOpenedTokensMax) opened_.clear();
  opened_.emplace(std::move(key), *claims);
  return claims;
}

std::expected<std::shared_ptr<const Value>, std::string> Tokens::verify(
    std::string_view token) const {
  auto parsed = parse_jwt(token);
  if (!parsed || string_at(parsed->claims, {"iss"}) != kTokenIssuer) {
    return std::unexpected("invalid bearer token");
  }
  const auto kid = string_at(parsed->header, {"kid"});
  if (!kid.empty() && kid != key_->id()) {
    return std::unexpected("invalid signature, no keys found");
  }
  if (string_at(parsed->header, {"alg"}) != "ES256" ||
      !key_->has_signed(parsed->signed_text, parsed->signature)) {
    return std::unexpected("go-jose/go-jose: error in cryptographic primitive");
  }
  return std::make_shared<const Value>(std::move(parsed->claims));
}

JsonObject claims_of(const TokenClaims& token, Time now) {
  JsonObject kubernetes{{"namespace", token.name_space},
                        {"serviceaccount", claim_of(token.account)}};
  if (token.pod) kubernetes["pod"] = claim_of(*token.pod);
  if (token.secret) kubernetes["secret"] = claim_of(*token.secret);
  if (token.node) kubernetes["node"] = claim_of(*token.node);
  const auto seconds = now.ns / kNsPerSecond;
  return {{"aud", JsonArray(token.audiences.begin(), token.audiences.end())},
          {"exp", seconds + token.seconds},
          {"iat", seconds},
          {"iss", kTokenIssuer},
          {"jti", token.id},
          {kKubernetes, std::move(kubernetes)},
          {"nbf", seconds},
          {"sub", service_account_name(token.name_space, token.account.name)}};
}

TokenFacts examine_token(std::string_view token, const View& view, const Overlay* overlay,
                         Time now) {
  TokenFacts facts;
  auto claims = view.tokens->open(token);
  if (!claims) {
    facts.fault = std::move(claims.error());
    return facts;
  }
  facts.claims = std::move(*claims);
  facts.fault = fault_of(*facts.claims, view, overlay, now);
  return facts;
}

TokenVerdict judge_token(const TokenFacts& token, const std::vector<std::string>& wanted,
                         Time now) {
  TokenVerdict verdict;
  if (token.claims == nullptr) {
    verdict.error = token.fault;
    return verdict;
  }
  const auto said = audiences_of(*token.claims);
  for (const auto& audience : said) {
    if (std::ranges::find(wanted, audience) != wanted.end()) verdict.audiences.push_back(audience);
  }
  if (verdict.audiences.empty()) {
    verdict.error = fmt::format("token audiences {} is invalid for the target audiences {}",
                                list_of(said), list_of(wanted));
    return verdict;
  }
  verdict.error = fault_of_time(*token.claims, now);
  if (verdict.error.empty()) verdict.error = token.fault;
  if (verdict.error.empty()) {
    verdict.user = std::make_shared<const User>(user_of_claims(*token.claims));
  } else {
    verdict.audiences.clear();
  }
  return verdict;
}

}  // namespace gatefold::engine
