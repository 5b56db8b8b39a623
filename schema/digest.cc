#include "schema/digest.h"

#include <array>
#include <cstdint>
#include <cstdlib>

#include <fmt/format.h>
#include <openssl/evp.h>

namespace gatefold {

std::string short_digest(std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  // Fails without memory or with an OpenSSL that lacks SHA-256: nothing could go on from there.
  if (EVP_Digest(text.data(), text.size(), digest.data(), nullptr, EVP_sha256(), nullptr) != 1) {
    std::abort();
  }
  std::string hex;
  for (std::size_t i = 0; i < 8; ++i) hex += fmt::format("{:02x}", digest.at(i));
  return hex;
}

}  // namespace gatefold
