#include "storage/signing_key.h"

#include <array>
#include <cerrno>
#include <memory>
#include <string>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/pem.h>
#include <unistd.h>

#include "schema/invariant.h"

namespace gatefold::storage {
namespace {

// A key is 241 bytes.
constexpr std::size_t kFileBytesMax = 16'384;

class File {
 public:
  File(const std::filesystem::path& path, int flags) : file_(open(path.c_str(), flags, 0600)) {}
  ~File() {
    if (file_ >= 0) close(file_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  int get() const { return file_; }

 private:
  int file_;
};

std::unexpected<Status> failed(const std::filesystem::path& path, int error) {
  return failure(Reason::kInternalError, fmt::format("storage: {}: {}", path.string(),
                                                     std::generic_category().message(error)));
}

std::string make_pem() {
  struct Free {
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
    void operator()(BIO* bio) const { BIO_free(bio); }
  };
  const std::unique_ptr<EVP_PKEY, Free> key(EVP_EC_gen("P-256"));
  GATEFOLD_ASSERT(key != nullptr);
  const std::unique_ptr<BIO, Free> bio(BIO_new(BIO_s_mem()));
  const int ok =
      PEM_write_bio_PrivateKey(bio.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  GATEFOLD_ASSERT(ok == 1);
  char* text = nullptr;
  const auto size = BIO_get_mem_data(bio.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

Result<void> write_whole(const std::filesystem::path& path, std::string_view text) {
  const auto beside = path.string() + ".new";
  {
    const File file(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC);
    if (file.get() < 0) return failed(beside, errno);
    if (write(file.get(), text.data(), text.size()) != std::ssize(text)) {
      return failed(beside, errno == 0 ? ENOSPC : errno);
    }
    if (fsync(file.get()) != 0) return failed(beside, errno);
  }
  if (rename(beside.c_str(), path.c_str()) != 0) return failed(path, errno);
  const File directory(path.parent_path(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (directory.get() < 0 || fsync(directory.get()) != 0) return failed(path, errno);
  return {};
}

}  // namespace

SigningKeyPtr new_signing_key() {
  auto key = SigningKey::parse(make_pem());
  GATEFOLD_ASSERT(key != nullptr);
  return key;
}

std::filesystem::path signing_key_path(const std::filesystem::path& directory) {
  return directory / "service-account.key";
}

Result<SigningKeyPtr> kept_signing_key(const std::filesystem::path& directory, bool read_only) {
  const auto path = signing_key_path(directory);
  const File file(path, O_RDONLY | O_CLOEXEC);
  if (file.get() < 0) {
    if (errno != ENOENT) return failed(path, errno);
    if (read_only) return new_signing_key();
    const auto pem = make_pem();
    if (auto written = write_whole(path, pem); !written)
      return std::unexpected(std::move(written.error()));
    return SigningKey::parse(pem);
  }
  std::array<char, kFileBytesMax> buffer{};
  const auto size = pread(file.get(), buffer.data(), buffer.size(), 0);
  if (size < 0) return failed(path, errno);
  auto key = SigningKey::parse({buffer.data(), static_cast<std::size_t>(size)});
  if (key == nullptr) {
    return failure(Reason::kInternalError,
                   fmt::format("storage: {}: no private key on the curve P-256 in PEM; without it "
                               "tokens that were given out are nobody's: put it back, or remove "
                               "the file for a new one",
                               path.string()));
  }
  return key;
}

}  // namespace gatefold::storage
