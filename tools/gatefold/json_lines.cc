#include "tools/gatefold/json_lines.h"

#include <chrono>

#include "schema/json.h"
#include "schema/time.h"

namespace gatefold::tools {

void JsonLines::format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& out) {
  const auto since = message.time.time_since_epoch();
  const Time time{std::chrono::duration_cast<std::chrono::nanoseconds>(since).count()};
  const auto level = spdlog::level::to_string_view(message.level);
  const auto line =
      to_json(JsonObject{
          {"time", format_micros(time)},
          {"level", std::string_view(level.data(), level.size())},
          {"message", std::string_view(message.payload.data(), message.payload.size())}}) +
      "\n";
  out.append(line.data(), line.data() + line.size());
}

std::unique_ptr<spdlog::formatter> JsonLines::clone() const {
  return std::make_unique<JsonLines>();
}

}  // namespace gatefold::tools
