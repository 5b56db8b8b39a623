// Text without the space around it.
#pragma once

#include <string_view>

namespace gatefold::engine {

// What Go's strings.TrimSpace leaves of ASCII.
constexpr std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\n\v\f\r";
  const auto first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

}  // namespace gatefold::engine
