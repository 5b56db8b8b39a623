// The two channels of the Gateway API, in one set of documents: what is only, or otherwise, in one
// of them is marked there.
#pragma once

#include <optional>
#include <string_view>

#include "schema/value.h"

namespace gatefold {

enum class Channel { kStandard, kExperimental };

std::string_view channel_name(Channel channel);  // `standard`
std::optional<Channel> parse_channel(std::string_view name);

// The definition as it is in `channel`, without marks:
//
//   x-gatefold-channel: experimental            the mapping it stands in (a field, a rule, a whole
//                                               document) is in this channel alone
//   x-gatefold-experimental: {served: true}     members that the mapping it stands in has in the
//                                               experimental channel, beside its own or instead
//
// Null where the whole document is of the other channel. Documents without marks are in both.
Value for_channel(const Value& definition, Channel channel);

}  // namespace gatefold
