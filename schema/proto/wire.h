// Protobuf's wire format: the fields of a message, one after the other.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

namespace gatefold::proto {

// As they are numbered on the wire. Groups (3 and 4) are not read: nothing in Kubernetes has them.
enum class WireType : std::uint8_t { kVarint = 0, kFixed64 = 1, kBytes = 2, kFixed32 = 5 };

struct WireField {
  std::uint32_t number = 0;
  WireType type = WireType::kVarint;
  std::uint64_t integer = 0;  // of all types but kBytes
  std::string_view bytes;     // of kBytes; lives as long as what is read
};

// Errors are worded as the code is that Go's compiler generates.
class WireReader {
 public:
  explicit WireReader(std::string_view bytes) : rest_(bytes) {}

  bool done() const { return rest_.empty(); }
  // Not at the end.
  std::expected<WireField, std::string> field();
  // What packed lists hold.
  std::expected<std::uint64_t, std::string> varint();
  std::expected<std::uint64_t, std::string> fixed(std::size_t bytes);

 private:
  std::string_view rest_;
};

// Calls `each` with every field of `bytes`, until one is wrong.
template <class Each>
std::expected<void, std::string> each_field(std::string_view bytes, Each each) {
  for (WireReader reader(bytes); !reader.done();) {
    const auto field = reader.field();
    if (!field) return std::unexpected(field.error());
    if (std::expected<void, std::string> done = each(*field); !done) return done;
  }
  return {};
}

}  // namespace gatefold::proto
