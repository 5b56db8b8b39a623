// JSON Web Tokens signed with ES256, and the key that signs them (RFC 7515, 7517, 7518). Texts in,
// texts out: where a key comes from is storage's.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "schema/value.h"

namespace gatefold {

class SigningKey;
using SigningKeyPtr = std::shared_ptr<const SigningKey>;

// A private key on the curve P-256. Immutable; any number of threads may use it.
class SigningKey {
 public:
  // Of a PEM file's text; nullptr where it is no such key.
  static SigningKeyPtr parse(std::string_view pem);
  ~SigningKey();
  SigningKey(const SigningKey&) = delete;
  SigningKey& operator=(const SigningKey&) = delete;

  // What tokens call the key, as Kubernetes computes it: SHA-256 of the public key's DER.
  const std::string& id() const;
  // The public half, as a JSON Web Key.
  JsonObject public_key() const;
  // The compact form. Two signatures of the same claims differ.
  std::string sign(const JsonObject& claims) const;
  // Whether `signature` (64 bytes) is this key's of `text`.
  bool has_signed(std::string_view text, std::string_view signature) const;

 private:
  struct Parts;
  explicit SigningKey(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

// A token taken apart; nobody has looked at the signature. Views into the token.
struct Jwt {
  Value header;
  Value claims;
  std::string_view signed_text;
  std::string signature;
};
// Nothing where it is no token in the compact form with objects for header and claims.
std::optional<Jwt> parse_jwt(std::string_view token);

}  // namespace gatefold
