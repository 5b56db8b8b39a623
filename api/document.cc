#include "api/document.h"

#include <array>
#include <utility>

#include <openssl/evp.h>

#include "schema/invariant.h"

namespace gatefold::api {

std::string upper_hex_sha512(std::string_view bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int length = 0;
  const int ok =
      EVP_Digest(bytes.data(), bytes.size(), digest.data(), &length, EVP_sha512(), nullptr);
  GATEFOLD_ASSERT(ok == 1);
  static constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string hex;
  hex.reserve(std::size_t{2} * length);
  for (std::size_t i = 0; i < length; ++i) {
    hex += kDigits[digest[i] >> 4U];
    hex += kDigits[digest[i] & 0xFU];
  }
  return hex;
}

Document make_document(std::string text) {
  std::string etag = upper_hex_sha512(text);
  return {std::move(text), std::move(etag)};
}

}  // namespace gatefold::api
