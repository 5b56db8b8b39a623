// SHA-256 and the chain that makes the log tamper evident.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "storage/prepared_event.h"

namespace gatefold::storage {

Digest sha256(std::string_view bytes);

// The chain behind the first event is all zeros.
Chain next_chain(const Chain& chain, std::span<const std::uint8_t> record, const Digest& body);
// 32 lower case digits; and back.
std::string chain_text(const Chain& chain);
std::optional<Chain> parse_chain(std::string_view text);

}  // namespace gatefold::storage
