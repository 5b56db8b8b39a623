#include "schema/jwt.h"

#include <catch2/catch.hpp>

#include "schema/base64.h"
#include "schema/json.h"

namespace gatefold::test {
namespace {

// Made for this file; its name and coordinates are those that the command line of OpenSSL tells.
constexpr std::string_view kPem = R"(-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgtLjJFrZG2pHtVSGZ
BC8PnwGyhFvuP9k/NwH0AnLly8qhRANCAATZlUuvt9xeyiT1bOGYtt+FQM8kxo+t
g8aFm2hVOk5FOkmErVa9TZiYZXCs0sa6FL6ry9lyRf+LaEXbcPIZ8xH9
-----END PRIVATE KEY-----
)";

SigningKeyPtr key() {
  auto key = SigningKey::parse(kPem);
  REQUIRE(key != nullptr);
  return key;
}

}  // namespace

TEST_CASE("a key is named by the digest of its public half and shown as a JSON Web Key (R3.10)") {
  CHECK(key()->id() == "mWrASXE7czlAJUY0E2j44NlBC8r1dAT2KONkMJGY46c");
  CHECK(Value(key()->public_key()) == Value{{"use", "sig"},
                                            {"kty", "EC"},
                                            {"kid", "mWrASXE7czlAJUY0E2j44NlBC8r1dAT2KONkMJGY46c"},
                                            {"crv", "P-256"},
                                            {"alg", "ES256"},
                                            {"x", "2ZVLr7fcXsok9WzhmLbfhUDPJMaPrYPGhZtoVTpORTo"},
                                            {"y", "SYStVr1NmJhlcKzSxroUvqvL2XJF_4toRdtw8hnzEf0"}});
}

TEST_CASE("a signed token reads back, and nothing of it can be changed") {
  const auto signer = key();
  const auto token = signer->sign({{"sub", "a"}, {"exp", 1}});
  const auto jwt = parse_jwt(token);
  REQUIRE(jwt.has_value());
  CHECK(jwt->claims == Value{{"sub", "a"}, {"exp", 1}});
  CHECK(jwt->header == Value{{"alg", "ES256"}, {"kid", signer->id()}});
  CHECK(jwt->signature.size() == 64);
  CHECK(signer->has_signed(jwt->signed_text, jwt->signature));

  const auto other = to_base64url(R"({"alg":"ES256"})") + '.' + to_base64url(R"({"sub":"b"})");
  CHECK_FALSE(signer->has_signed(other, jwt->signature));
  auto broken = jwt->signature;
  broken[10] = static_cast<char>(broken[10] ^ 1);
  CHECK_FALSE(signer->has_signed(jwt->signed_text, broken));
  CHECK_FALSE(signer->has_signed(jwt->signed_text, std::string(64, '\0')));
  CHECK_FALSE(signer->has_signed(jwt->signed_text, std::string(64, '\xff')));
  CHECK_FALSE(signer->has_signed(jwt->signed_text, jwt->signature.substr(1)));
  CHECK_FALSE(signer->has_signed(jwt->signed_text, ""));
}

TEST_CASE("what is no token is nothing") {
  const auto object = to_base64url("{}");
  for (const auto& text : std::vector<std::string>{
           "", "garbage", "..", object + "." + object, object + ".!." + object,
           to_base64url("[]") + "." + object + "." + object,
           object + "." + to_base64url("1") + "." + object, object + "." + object + ".a.b",
           object + "." + to_base64url(std::string(100'000, '[')) + "."}) {
    INFO(text.substr(0, 60));
    CHECK_FALSE(parse_jwt(text).has_value());
  }
  CHECK(parse_jwt(object + "." + object + ".").has_value());
}

TEST_CASE("keys of other sorts are none") {
  CHECK(SigningKey::parse("") == nullptr);
  CHECK(SigningKey::parse(kPem.substr(0, 120)) == nullptr);
  std::string flipped(kPem);
  flipped[80] = flipped[80] == 'A' ? 'B' : 'A';
  CHECK(SigningKey::parse(flipped) == nullptr);
  // Ed25519.
  CHECK(SigningKey::parse("-----BEGIN PRIVATE KEY-----\n"
                          "MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n"
                          "-----END PRIVATE KEY-----\n") == nullptr);
}

}  // namespace gatefold::test
