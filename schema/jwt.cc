#include "schema/jwt.h"

#include <array>

#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "schema/base64.h"
#include "schema/invariant.h"
#include "schema/json.h"

namespace gatefold {
namespace {

constexpr int kNumberBytes = 32;         // of a coordinate, and of each half of a signature
constexpr std::size_t kPointBytes = 65;  // 4, x, y: the uncompressed form
constexpr int kNestingMax = 8;           // of header and claims; ours have three levels

template <auto release>
struct Release {
  template <class T>
  void operator()(T* value) const {
    release(value);
  }
};
using KeyPtr = std::unique_ptr<EVP_PKEY, Release<EVP_PKEY_free>>;
using BioPtr = std::unique_ptr<BIO, Release<BIO_free>>;
using ContextPtr = std::unique_ptr<EVP_PKEY_CTX, Release<EVP_PKEY_CTX_free>>;
using DigestPtr = std::unique_ptr<EVP_MD_CTX, Release<EVP_MD_CTX_free>>;
using SignaturePtr = std::unique_ptr<ECDSA_SIG, Release<ECDSA_SIG_free>>;

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

std::string text_of(const unsigned char* bytes, std::size_t size) {
  return {reinterpret_cast<const char*>(bytes), size};
}

// Whether it is a key of ours, and its halves belong together.
bool is_usable(EVP_PKEY* key) {
  std::array<char, 32> group{};
  if (EVP_PKEY_is_a(key, "EC") != 1 ||
      EVP_PKEY_get_group_name(key, group.data(), group.size(), nullptr) != 1 ||
      std::string_view(group.data()) != SN_X9_62_prime256v1) {
    return false;
  }
  const ContextPtr context(EVP_PKEY_CTX_new(key, nullptr));
  return EVP_PKEY_pairwise_check(context.get()) == 1;
}

std::string point_of(EVP_PKEY* key) {
  std::array<unsigned char, kPointBytes> point{};
  std::size_t size = 0;
  const int ok = EVP_PKEY_get_octet_string_param(key, OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                                 point.size(), &size);
  GATEFOLD_ASSERT(ok == 1 && size == kPointBytes);
  return text_of(point.data(), size);
}

std::string id_of(EVP_PKEY* key) {
  unsigned char* der = nullptr;
  const int size = i2d_PUBKEY(key, &der);
  GATEFOLD_ASSERT(size > 0);
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int length = 0;
  const int ok = EVP_Digest(der, static_cast<std::size_t>(size), digest.data(), &length,
                            EVP_sha256(), nullptr);
  OPENSSL_free(der);
  GATEFOLD_ASSERT(ok == 1);
  return to_base64url(text_of(digest.data(), length));
}

// OpenSSL's signatures are DER, those of tokens two numbers in a row.
std::string from_der(std::string_view der) {
  const auto* bytes = bytes_of(der);
  const SignaturePtr signature(d2i_ECDSA_SIG(nullptr, &bytes, static_cast<long>(der.size())));
  GATEFOLD_ASSERT(signature != nullptr);
  std::array<unsigned char, std::size_t{2} * kNumberBytes> raw{};
  BN_bn2binpad(ECDSA_SIG_get0_r(signature.get()), raw.data(), kNumberBytes);
  BN_bn2binpad(ECDSA_SIG_get0_s(signature.get()), raw.data() + kNumberBytes, kNumberBytes);
  return text_of(raw.data(), raw.size());
}

std::string to_der(std::string_view raw) {
  const SignaturePtr signature(ECDSA_SIG_new());
  const auto* bytes = bytes_of(raw);
  ECDSA_SIG_set0(signature.get(), BN_bin2bn(bytes, kNumberBytes, nullptr),
                 BN_bin2bn(bytes + kNumberBytes, kNumberBytes, nullptr));
  unsigned char* der = nullptr;
  const int size = i2d_ECDSA_SIG(signature.get(), &der);
  GATEFOLD_ASSERT(size > 0);
  auto text = text_of(der, static_cast<std::size_t>(size));
  OPENSSL_free(der);
  return text;
}

std::optional<Value> object_in(std::string_view encoded) {
  const auto text = from_base64url(encoded);
  if (!text) return std::nullopt;
  auto parsed = parse_json(*text, {.nesting_max = kNestingMax});
  if (!parsed || !parsed->value.is_object()) return std::nullopt;
  return std::move(parsed->value);
}

}  // namespace

struct SigningKey::Parts {
  KeyPtr key;
  std::string id;
};

SigningKey::SigningKey(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
SigningKey::~SigningKey() = default;

SigningKeyPtr SigningKey::parse(std::string_view pem) {
  const BioPtr bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  // A passphrase is never asked for: an empty one is given.
  std::string no_passphrase;
  KeyPtr key(PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, no_passphrase.data()));
  if (key == nullptr || !is_usable(key.get())) return nullptr;
  auto id = id_of(key.get());
  return SigningKeyPtr(
      new SigningKey(std::make_unique<Parts>(Parts{std::move(key), std::move(id)})));
}

const std::string& SigningKey::id() const {
  return parts_->id;
}

JsonObject SigningKey::public_key() const {
  const auto point = point_of(parts_->key.get());
  return {{"use", "sig"},
          {"kty", "EC"},
          {"kid", parts_->id},
          {"crv", "P-256"},
          {"alg", "ES256"},
          {"x", to_base64url(point.substr(1, kNumberBytes))},
          {"y", to_base64url(point.substr(1 + kNumberBytes))}};
}

std::string SigningKey::sign(const JsonObject& claims) const {
  auto token = to_base64url(to_json(JsonObject{{"alg", "ES256"}, {"kid", parts_->id}}));
  token += '.' + to_base64url(to_json(claims));
  const DigestPtr digest(EVP_MD_CTX_new());
  std::array<unsigned char, 80> der{};  // at most 72 for this curve
  std::size_t size = der.size();
  const bool ok =
      EVP_DigestSignInit(digest.get(), nullptr, EVP_sha256(), nullptr, parts_->key.get()) == 1 &&
      EVP_DigestSign(digest.get(), der.data(), &size, bytes_of(token), token.size()) == 1;
  GATEFOLD_ASSERT(ok);
  return token + '.' + to_base64url(from_der(text_of(der.data(), size)));
}

bool SigningKey::has_signed(std::string_view text, std::string_view signature) const {
  if (signature.size() != std::size_t{2} * kNumberBytes) return false;
  const auto der = to_der(signature);
  const DigestPtr digest(EVP_MD_CTX_new());
  return EVP_DigestVerifyInit(digest.get(), nullptr, EVP_sha256(), nullptr, parts_->key.get()) ==
             1 &&
         EVP_DigestVerify(digest.get(), bytes_of(der), der.size(), bytes_of(text), text.size()) ==
             1;
}

std::optional<Jwt> parse_jwt(std::string_view token) {
  const auto first = token.find('.');
  const auto second = first == std::string_view::npos ? first : token.find('.', first + 1);
  if (second == std::string_view::npos) return std::nullopt;
  auto header = object_in(token.substr(0, first));
  auto claims = object_in(token.substr(first + 1, second - first - 1));
  auto signature = from_base64url(token.substr(second + 1));
  if (!header || !claims || !signature) return std::nullopt;
  return Jwt{std::move(*header), std::move(*claims), token.substr(0, second),
             std::move(*signature)};
}

}  // namespace gatefold
