#include "storage/frames.h"

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <cstring>
#include <memory>

#include <zstd.h>

#include "storage/failures.h"

namespace gatefold::storage {
namespace {

constexpr int kFrameLevel = 1;
constexpr int kDeltaLevel = 1;
constexpr std::string_view kMagic{"\x28\xb5\x2f\xfd", 4};

// A delta that is larger than this part of the body is compared with a frame of its own; see
// README.
constexpr std::size_t kDeltaSuspectShare = 32;
// A delta may have this part of the frame that would replace it: one new frame pays for the later
// deltas.
constexpr std::size_t kDeltaFrameShare = 10;

constexpr char kFormFrame = 1;
constexpr char kFormDelta = 2;
constexpr char kFormTrimmed = 3;
constexpr char kFormRedacted = 4;

struct ContextFree {
  void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
  void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};

// Only memory that runs out makes these calls fail.
std::size_t checked(std::size_t code) {
  if (ZSTD_isError(code) != 0U) std::abort();
  return code;
}

std::string compress(std::string_view body, std::string_view frame, int level) {
  thread_local std::unique_ptr<ZSTD_CCtx, ContextFree> context{ZSTD_createCCtx()};
  auto* const zstd = context.get();
  checked(ZSTD_CCtx_reset(zstd, ZSTD_reset_session_and_parameters));
  checked(ZSTD_CCtx_setParameter(zstd, ZSTD_c_compressionLevel, level));
  checked(ZSTD_CCtx_setParameter(zstd, ZSTD_c_contentSizeFlag, 0));
  checked(ZSTD_CCtx_setParameter(zstd, ZSTD_c_checksumFlag, 0));
  if (!frame.empty()) {
    // The window must reach over the whole body back to the beginning of its frame.
    const auto window = static_cast<int>(std::bit_width(body.size() + frame.size()));
    checked(ZSTD_CCtx_setParameter(zstd, ZSTD_c_windowLog, std::clamp(window, 10, 27)));
    checked(ZSTD_CCtx_refPrefix(zstd, frame.data(), frame.size()));
  }
  std::string out(ZSTD_compressBound(body.size()), '\0');
  out.resize(checked(ZSTD_compress2(zstd, out.data(), out.size(), body.data(), body.size())));
  out.erase(0, kMagic.size());
  return out;
}

void append_varint(std::string& out, std::uint64_t number) {
  for (; number >= 0x80; number >>= 7) out.push_back(static_cast<char>(number | 0x80));
  out.push_back(static_cast<char>(number));
}

std::optional<std::uint64_t> take_varint(std::string_view& bytes) {
  std::uint64_t number = 0;
  for (int shift = 0; shift < 64 && !bytes.empty(); shift += 7) {
    const auto byte = static_cast<std::uint8_t>(bytes.front());
    bytes.remove_prefix(1);
    number |= std::uint64_t{byte & 0x7fU} << shift;
    if (byte < 0x80) return number;
  }
  return std::nullopt;
}

}  // namespace

std::string compress_frame(std::string_view body) {
  return compress(body, {}, kFrameLevel);
}

std::string compress_delta(std::string_view body, std::string_view frame) {
  return compress(body, frame, kDeltaLevel);
}

StoredBody store_body(std::string_view body, std::string_view frame) {
  if (frame.empty()) return {false, compress_frame(body)};
  auto delta = compress_delta(body, frame);
  if (delta.size() <= body.size() / kDeltaSuspectShare) return {true, std::move(delta)};
  auto own = compress_frame(body);
  if (delta.size() <= own.size() / kDeltaFrameShare) return {true, std::move(delta)};
  return {false, std::move(own)};
}

Result<std::string> decompress(std::string_view stored, std::size_t size, std::string_view frame) {
  thread_local std::unique_ptr<ZSTD_DCtx, ContextFree> context{ZSTD_createDCtx()};
  thread_local std::string input;
  input.assign(kMagic);
  input.append(stored);
  auto* const zstd = context.get();
  ZSTD_DCtx_reset(zstd, ZSTD_reset_session_only);
  if (!frame.empty()) ZSTD_DCtx_refPrefix(zstd, frame.data(), frame.size());
  std::string body;
  std::size_t got = 0;
  body.resize_and_overwrite(size, [&](char* bytes, std::size_t room) {
    got = ZSTD_decompressDCtx(zstd, bytes, room, input.data(), input.size());
    return ZSTD_isError(got) != 0U ? 0 : got;
  });
  if (ZSTD_isError(got) != 0U || got != size) {
    return corruption("a stored body does not decompress to its size");
  }
  return body;
}

std::string encode_body_row(Revision revision, const BodyRow& row) {
  const bool is_delta = row.frame_revision != revision;
  std::string bytes;
  bytes.reserve(row.stored.size() + 12);
  bytes.push_back(is_delta ? kFormDelta : kFormFrame);
  append_varint(bytes, row.size);
  if (is_delta) append_varint(bytes, revision.number - row.frame_revision.number);
  bytes.append(row.stored);
  return bytes;
}

std::string encode_body_gap(Revision revision, Revision frame_revision, BodyGap gap,
                            const Digest& digest) {
  std::string bytes(1, gap == BodyGap::kRedacted ? kFormRedacted : kFormTrimmed);
  append_varint(bytes, revision.number - frame_revision.number);
  return bytes.append(reinterpret_cast<const char*>(digest.data()), digest.size());
}

Digest gap_digest(const BodyRow& row) {
  Digest digest{};
  std::memcpy(digest.data(), row.stored.data(), std::min(digest.size(), row.stored.size()));
  return digest;
}

std::optional<BodyRow> parse_body_row(Revision revision, std::string_view bytes) {
  if (bytes.empty()) return std::nullopt;
  const char form = bytes.front();
  bytes.remove_prefix(1);
  BodyRow row{revision, 0, {}};
  if (form == kFormTrimmed || form == kFormRedacted) {
    const auto distance = take_varint(bytes);
    if (!distance || *distance >= revision.number) return std::nullopt;
    if (bytes.size() != Digest{}.size()) return std::nullopt;
    row.frame_revision.number -= *distance;
    row.gap = form == kFormRedacted ? BodyGap::kRedacted : BodyGap::kTrimmed;
    row.stored = bytes;
    return row;
  }
  const auto size = take_varint(bytes);
  // Nothing larger is ever written; a broken row must not ask for all memory.
  if (!size || *size > std::size_t{1} << 30) return std::nullopt;
  row.size = *size;
  if (form == kFormDelta) {
    const auto distance = take_varint(bytes);
    if (!distance || *distance == 0 || *distance >= revision.number) return std::nullopt;
    row.frame_revision.number -= *distance;
  } else if (form != kFormFrame) {
    return std::nullopt;
  }
  row.stored = bytes;
  return row;
}

}  // namespace gatefold::storage
