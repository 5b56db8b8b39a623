#include "tools/gatefold/print.h"

#include <cstdint>

namespace gatefold::tools {
namespace {

void append_escaped(std::string& out, std::uint8_t code) {
  if (code == '\n') {
    out += "\\n";
  } else if (code == '\t') {
    out += "\\t";
  } else if (code == '\r') {
    out += "\\r";
  } else {
    out += fmt::format("\\u{:04x}", code);
  }
}

}  // namespace

std::string without_controls(std::string_view text) {
  // The only first byte that C1 has in UTF-8; what follows is the code itself.
  constexpr std::uint8_t kBeforeC1 = 0xc2;
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<std::uint8_t>(text[i]);
    const auto next = i + 1 < text.size() ? static_cast<std::uint8_t>(text[i + 1]) : std::uint8_t{};
    if (byte == kBeforeC1 && next >= 0x80 && next < 0xa0) {
      append_escaped(out, next);
      ++i;
    } else if (byte < 0x20 || byte == 0x7f) {
      append_escaped(out, byte);
    } else {
      out += text[i];
    }
  }
  return out;
}

}  // namespace gatefold::tools
