// Protobuf by hand: what no client would send, too.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace gatefold::test {

inline std::string varint(std::uint64_t value) {
  std::string bytes;
  for (; value >= 0x80; value >>= 7U) bytes += static_cast<char>((value & 0x7fU) | 0x80U);
  return bytes += static_cast<char>(value);
}

inline std::string integer_field(std::uint64_t number, std::uint64_t value) {
  return varint(number << 3U) + varint(value);
}

inline std::string bytes_field(std::uint64_t number, std::string_view bytes) {
  return varint(number << 3U | 2U) + varint(bytes.size()) + std::string(bytes);
}

// A body as clients send it.
inline std::string enveloped(std::string_view api_version, std::string_view kind,
                             std::string_view object) {
  return std::string("k8s\0", 4) +
         bytes_field(1, bytes_field(1, api_version) + bytes_field(2, kind)) +
         bytes_field(2, object) + bytes_field(3, "") + bytes_field(4, "");
}

// Metadata with a name and a namespace.
inline std::string named_metadata(std::string_view name, std::string_view name_space = "") {
  return bytes_field(1, bytes_field(1, name) + bytes_field(3, name_space));
}

}  // namespace gatefold::test
