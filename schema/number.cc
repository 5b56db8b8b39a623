#include "schema/number.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <system_error>

namespace gatefold {
namespace {

// std::from_chars says of both ends that they are out of range. Which one it is shows in the power
// of ten of the first digit that is no zero.
bool is_tiny(std::string_view text) {
  const std::size_t e_at = std::min(text.find_first_of("eE"), text.size());
  const std::string_view digits = text.substr(0, e_at);
  const std::size_t first = digits.find_first_of("123456789");
  if (first == std::string_view::npos) return true;
  const std::size_t dot = std::min(digits.find('.'), digits.size());
  const auto power = static_cast<std::int64_t>(dot) - static_cast<std::int64_t>(first);
  if (e_at == text.size()) return power < 0;
  std::string_view written = text.substr(e_at + 1);
  if (written.starts_with('+')) written.remove_prefix(1);
  // An exponent that is out of range itself outweighs any number of digits.
  std::int64_t exponent = 0;
  const auto [end, error] =
      std::from_chars(written.data(), written.data() + written.size(), exponent);
  if (error != std::errc()) return written.starts_with('-');
  return exponent < -power;
}

}  // namespace

std::optional<double> read_double(std::string_view text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (end != text.data() + text.size()) return std::nullopt;
  // It reads `inf` and `nan` as well.
  if (error == std::errc()) return std::isfinite(number) ? std::optional(number) : std::nullopt;
  if (error != std::errc::result_out_of_range || !is_tiny(text)) return std::nullopt;
  return text.starts_with('-') ? -0.0 : 0.0;
}

}  // namespace gatefold
