#include "schema/proto/envelope.h"

#include <fmt/format.h>

#include "schema/proto/wire.h"

namespace gatefold::proto {
namespace {

constexpr std::string_view kContentType = "application/vnd.kubernetes.protobuf";

// A text in a field.
struct Slot {
  std::uint32_t number;
  std::string_view& value;
};

// Others are skipped; the last of several counts.
std::expected<void, std::string> read_slots(std::string_view bytes,
                                            std::initializer_list<Slot> slots) {
  return each_field(bytes, [&](const WireField& field) -> std::expected<void, std::string> {
    for (const auto& slot : slots) {
      if (slot.number != field.number) continue;
      if (field.type != WireType::kBytes) {
        return std::unexpected(
            fmt::format("proto: wrong wireType = {} for field {} of the envelope",
                        static_cast<int>(field.type), field.number));
      }
      slot.value = field.bytes;
    }
    return {};
  });
}

}  // namespace

std::expected<Envelope, std::string> open_envelope(std::string_view body) {
  if (body.empty()) return std::unexpected("empty data");
  if (!body.starts_with(kMagic)) {
    return std::unexpected(
        "provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]");
  }
  body.remove_prefix(kMagic.size());
  if (body.empty()) return std::unexpected("empty body");
  Envelope envelope;
  std::string_view type_meta;
  std::string_view encoding;
  std::string_view content_type;
  auto read =
      read_slots(body, {{1, type_meta}, {2, envelope.object}, {3, encoding}, {4, content_type}});
  if (read) read = read_slots(type_meta, {{1, envelope.api_version}, {2, envelope.kind}});
  if (!read) return std::unexpected(std::move(read.error()));
  if (!encoding.empty()) {
    return std::unexpected("proto: the object must not have a content encoding");
  }
  if (!content_type.empty() && content_type != kContentType) {
    return std::unexpected("proto: the object must be in protobuf too");
  }
  return envelope;
}

}  // namespace gatefold::proto
