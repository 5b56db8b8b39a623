#include "schema/proto/wire.h"

#include <fmt/format.h>

namespace gatefold::proto {
namespace {

std::unexpected<std::string> wrong(std::string text) {
  return std::unexpected(std::move(text));
}

std::unexpected<std::string> cut_off() {
  return wrong("unexpected EOF");
}

}  // namespace

std::expected<std::uint64_t, std::string> WireReader::varint() {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    if (rest_.empty()) return cut_off();
    const auto byte = static_cast<unsigned char>(rest_.front());
    rest_.remove_prefix(1);
    value |= std::uint64_t{byte & 0x7fU} << shift;
    if (byte < 0x80) return value;
  }
  return wrong("proto: integer overflow");
}

std::expected<std::uint64_t, std::string> WireReader::fixed(std::size_t bytes) {
  if (rest_.size() < bytes) return cut_off();
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < bytes; ++i) {
    value |= std::uint64_t{static_cast<unsigned char>(rest_[i])} << (8 * i);
  }
  rest_.remove_prefix(bytes);
  return value;
}

std::expected<WireField, std::string> WireReader::field() {
  const auto tag = varint();
  if (!tag) return wrong(tag.error());
  const auto number = static_cast<std::int32_t>(*tag >> 3U);
  const auto type = static_cast<unsigned>(*tag & 7U);
  if (number <= 0) return wrong(fmt::format("proto: illegal tag {} (wire type {})", number, type));
  WireField field{.number = static_cast<std::uint32_t>(number)};
  std::expected<std::uint64_t, std::string> integer;
  switch (type) {
    case 0:
      field.type = WireType::kVarint;
      integer = varint();
      break;
    case 1:
      field.type = WireType::kFixed64;
      integer = fixed(8);
      break;
    case 2:
      field.type = WireType::kBytes;
      integer = varint();
      break;
    case 5:
      field.type = WireType::kFixed32;
      integer = fixed(4);
      break;
    case 3:
    case 4:
      return wrong(fmt::format("proto: field {} is a group, which no message has", number));
    default:
      return wrong(fmt::format("proto: illegal wireType {}", type));
  }
  if (!integer) return wrong(integer.error());
  if (field.type != WireType::kBytes) {
    field.integer = *integer;
    return field;
  }
  if (*integer > rest_.size()) return cut_off();
  field.bytes = rest_.substr(0, *integer);
  rest_.remove_prefix(*integer);
  return field;
}

}  // namespace gatefold::proto
