#include "storage/digest.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <memory>

#include <fmt/format.h>
#include <openssl/evp.h>

namespace gatefold::storage {
namespace {

struct ContextFree {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

// Looking up the algorithm costs more than digesting 3 KB: once per thread is enough.
EVP_MD_CTX* begin() {
  thread_local std::unique_ptr<EVP_MD_CTX, ContextFree> context{EVP_MD_CTX_new()};
  static const EVP_MD* const kAlgorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  // A build of OpenSSL without SHA-256, or no memory: nothing that could be answered to a client.
  if (!context || EVP_DigestInit_ex2(context.get(), kAlgorithm, nullptr) != 1) std::abort();
  return context.get();
}

Digest finish(EVP_MD_CTX* context) {
  Digest digest;
  if (EVP_DigestFinal_ex(context, digest.data(), nullptr) != 1) std::abort();
  return digest;
}

}  // namespace

Digest sha256(std::string_view bytes) {
  auto* const context = begin();
  EVP_DigestUpdate(context, bytes.data(), bytes.size());
  return finish(context);
}

std::string chain_text(const Chain& chain) {
  std::string text;
  for (const auto byte : chain) text += fmt::format("{:02x}", byte);
  return text;
}

std::optional<Chain> parse_chain(std::string_view text) {
  Chain chain{};
  if (text.size() != 2 * chain.size()) return std::nullopt;
  for (auto& byte : chain) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + 2, byte, 16);
    if (error != std::errc() || end != text.data() + 2) return std::nullopt;
    text.remove_prefix(2);
  }
  return chain;
}

Chain next_chain(const Chain& chain, std::span<const std::uint8_t> record, const Digest& body) {
  auto* const context = begin();
  EVP_DigestUpdate(context, chain.data(), chain.size());
  EVP_DigestUpdate(context, record.data(), record.size());
  EVP_DigestUpdate(context, body.data(), body.size());
  const Digest digest = finish(context);
  Chain next;
  std::copy_n(digest.begin(), next.size(), next.begin());
  return next;
}

}  // namespace gatefold::storage
