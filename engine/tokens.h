// Tokens of service accounts (R20.3, R20.8): what they claim, and whose they are now.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "engine/facts.h"
#include "engine/view.h"
#include "schema/access.h"
#include "schema/jwt.h"
#include "schema/time.h"

namespace gatefold::engine {

// Who gives tokens out; also whom they are for unless something else is asked for.
inline constexpr std::string_view kTokenIssuer = "https://kubernetes.default.svc";

// The key, and claims of tokens that it has signed: checking a signature costs more than to serve
// the request that it came with. Any thread.
class Tokens {
 public:
  explicit Tokens(SigningKeyPtr key) : key_(std::move(key)) {}

  const SigningKey& key() const { return *key_; }
  // The claims of a token that the key has signed; else why it is none, in Kubernetes' words.
  std::expected<std::shared_ptr<const Value>, std::string> open(std::string_view token) const;

 private:
  std::expected<std::shared_ptr<const Value>, std::string> verify(std::string_view token) const;

  SigningKeyPtr key_;
  mutable std::mutex mutex_;
  // Signed by us, so nobody else can fill it; guarded by mutex_.
  mutable std::unordered_map<std::string, std::shared_ptr<const Value>> opened_;
};

// An object by name and uid, as claims name it.
struct ObjectClaim {
  std::string name;
  std::string uid;
};

struct TokenClaims {
  std::string name_space;
  ObjectClaim account;
  std::optional<ObjectClaim> pod;
  std::optional<ObjectClaim> secret;
  std::optional<ObjectClaim> node;  // what it is bound to, or where the pod is
  std::vector<std::string> audiences;
  std::int64_t seconds = 0;
  std::string id;
};
// What is signed, as of `now`.
JsonObject claims_of(const TokenClaims& token, Time now);

// `now` tells objects that are about to go from those that have been for long.
TokenFacts examine_token(std::string_view token, const View& view, const Overlay* overlay,
                         Time now);

struct TokenVerdict {
  UserPtr user;  // nullptr: nobody's
  std::vector<std::string> audiences;
  std::string error;
};
// `wanted`: whom the token has to be for, one of them.
TokenVerdict judge_token(const TokenFacts& token, const std::vector<std::string>& wanted, Time now);

}  // namespace gatefold::engine
