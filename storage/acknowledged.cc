#include "storage/acknowledged.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <string>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>
#include <unistd.h>

#include "storage/digest.h"
#include "storage/keyspace.h"
#include "storage/recover.h"

namespace gatefold::storage {
namespace {

constexpr std::size_t kHeadBytes = 24;  // of encode_head()
constexpr std::size_t kCheckBytes = 8;
constexpr std::size_t kFileBytes = kHeadBytes + kCheckBytes;

std::string encode(std::string_view head) {
  const auto digest = sha256(head);
  std::string bytes(head);
  return bytes.append(reinterpret_cast<const char*>(digest.data()), kCheckBytes);
}

}  // namespace

Result<std::shared_ptr<Acknowledged>> Acknowledged::open(const std::filesystem::path& directory,
                                                         bool read_only) {
  const auto path = directory / "acknowledged";
  const int flags = read_only ? O_RDONLY | O_CLOEXEC : O_RDWR | O_CREAT | O_CLOEXEC;
  const int file = ::open(path.c_str(), flags, 0644);
  if (file < 0 && !(read_only && errno == ENOENT)) {
    return failure(Reason::kInternalError, fmt::format("storage: {}: {}", path.string(),
                                                       std::generic_category().message(errno)));
  }
  return std::shared_ptr<Acknowledged>(new Acknowledged(file));
}

Acknowledged::~Acknowledged() {
  if (file_ >= 0) close(file_);
}

Result<std::optional<Head>> Acknowledged::last() const {
  std::array<char, kFileBytes> buffer{};
  if (file_ < 0) return std::nullopt;
  const auto size = pread(file_, buffer.data(), buffer.size(), 0);
  if (size < 0) {
    return failure(Reason::kInternalError,
                   fmt::format("storage: the file of the last acknowledged commit: {}",
                               std::generic_category().message(errno)));
  }
  if (size != std::ssize(buffer)) return std::nullopt;
  const std::string_view bytes(buffer.data(), buffer.size());
  if (encode(bytes.substr(0, kHeadBytes)) != bytes) return std::nullopt;
  Head head;
  head.revision.number = read_u64(bytes);
  std::copy_n(bytes.begin() + 8, head.chain.size(), head.chain.begin());
  return head;
}

bool Acknowledged::is_damaged() const {
  struct stat about{};
  return file_ >= 0 && fstat(file_, &about) == 0 && about.st_size > 0 &&
         (about.st_size != kFileBytes || !last().value_or(std::nullopt));
}

void Acknowledged::advance(const Head& head) {
  const auto bytes = encode(encode_head(head));
  const bool is_written = pwrite(file_, bytes.data(), bytes.size(), 0) == std::ssize(bytes);
  if (!is_written && !std::exchange(has_failed_, true)) {
    spdlog::warn("the file of the last acknowledged commit can't be written: {}",
                 std::generic_category().message(errno));
  }
}

}  // namespace gatefold::storage
