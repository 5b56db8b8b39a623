// What Kubernetes' clients put around an object in protobuf (R4.6).
#pragma once

#include <expected>
#include <string>
#include <string_view>

namespace gatefold::proto {

inline constexpr std::string_view kMagic{"k8s\0", 4};

// Views live as long as the body.
struct Envelope {
  std::string_view api_version;
  std::string_view kind;
  std::string_view object;  // in protobuf
};

// Fails, in the words of Kubernetes where it has some, when the magic is missing, the envelope is
// broken, or the object is encoded in another way. Whether type and kind are there is not looked
// at.
std::expected<Envelope, std::string> open_envelope(std::string_view body);

}  // namespace gatefold::proto
