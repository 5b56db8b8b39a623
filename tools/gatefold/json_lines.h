// Log records as lines of JSON, for --log-format json.
#pragma once

#include <memory>

#include <spdlog/formatter.h>

namespace gatefold::tools {

class JsonLines final : public spdlog::formatter {
 public:
  void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& out) override;
  std::unique_ptr<spdlog::formatter> clone() const override;
};

}  // namespace gatefold::tools
