#include "api/gzip.h"

#include <array>

#include <zlib.h>

#include "schema/invariant.h"

namespace gatefold::api {
namespace {

// As Kubernetes: the least work; higher levels save little.
constexpr int kLevel = 1;
constexpr int kWindowBits = 15 + 16;  // the largest window, and gzip's head instead of zlib's
constexpr int kMemoryLevel = 8;       // zlib's default; 256 kB with that window
constexpr std::size_t kOutBytes = 16u << 10;

}  // namespace

bool takes_gzip(std::string_view accept_encoding) {
  while (!accept_encoding.empty()) {
    const auto comma = accept_encoding.find(',');
    auto word = accept_encoding.substr(0, comma);
    accept_encoding.remove_prefix(comma == std::string_view::npos ? accept_encoding.size()
                                                                  : comma + 1);
    while (word.starts_with(' ')) word.remove_prefix(1);
    while (word.ends_with(' ')) word.remove_suffix(1);
    if (word == "gzip") return true;
  }
  return false;
}

struct Gzip::Stream {
  z_stream z{};
};

Gzip::Gzip() : stream_(std::make_unique<Stream>()) {
  const int made =
      deflateInit2(&stream_->z, kLevel, Z_DEFLATED, kWindowBits, kMemoryLevel, Z_DEFAULT_STRATEGY);
  GATEFOLD_ASSERT(made == Z_OK);
}

Gzip::~Gzip() {
  deflateEnd(&stream_->z);
}

std::string Gzip::take(std::string_view piece, bool is_last) {
  auto& z = stream_->z;
  // zlib does not write to what it reads.
  z.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(piece.data()));
  z.avail_in = static_cast<uInt>(piece.size());
  std::string out;
  std::array<Bytef, kOutBytes> buffer;
  do {
    z.next_out = buffer.data();
    z.avail_out = static_cast<uInt>(buffer.size());
    const int result = deflate(&z, is_last ? Z_FINISH : Z_NO_FLUSH);
    GATEFOLD_ASSERT(result != Z_STREAM_ERROR);
    out.append(reinterpret_cast<const char*>(buffer.data()), buffer.size() - z.avail_out);
  } while (z.avail_out == 0);
  return out;
}

}  // namespace gatefold::api
