#include "schema/channel.h"

namespace gatefold {
namespace {

constexpr std::string_view kChannelMark = "x-gatefold-channel";
constexpr std::string_view kExperimentalMembers = "x-gatefold-experimental";

bool is_in(const Value& value, Channel channel) {
  return find(value, kChannelMark) == nullptr ||
         string_at(value, {kChannelMark}) == channel_name(channel);
}

void put_members(JsonObject& out, const JsonObject& members, Channel channel) {
  for (const auto& [key, member] : members) {
    if (key == kChannelMark || key == kExperimentalMembers || !is_in(member, channel)) continue;
    out[key] = for_channel(member, channel);
  }
}

}  // namespace

std::string_view channel_name(Channel channel) {
  return channel == Channel::kStandard ? "standard" : "experimental";
}

std::optional<Channel> parse_channel(std::string_view name) {
  for (const auto channel : {Channel::kStandard, Channel::kExperimental}) {
    if (name == channel_name(channel)) return channel;
  }
  return std::nullopt;
}

Value for_channel(const Value& definition, Channel channel) {
  if (!is_in(definition, channel)) return nullptr;
  if (definition.is_object()) {
    JsonObject out;
    put_members(out, definition.get_object(), channel);
    const auto* others = find(definition, kExperimentalMembers);
    if (others != nullptr && others->is_object() && channel == Channel::kExperimental) {
      put_members(out, others->get_object(), channel);
    }
    return out;
  }
  if (definition.is_array()) {
    JsonArray out;
    for (const auto& item : definition.get_array()) {
      if (is_in(item, channel)) out.push_back(for_channel(item, channel));
    }
    return out;
  }
  return definition;
}

}  // namespace gatefold
