#include "schema/age.h"

#include <charconv>
#include <limits>

namespace gatefold {
namespace {

constexpr std::int64_t kNsPerDay = std::int64_t{24} * 3600 * kNsPerSecond;
// Of days and of the rest, so that both together fit.
constexpr std::int64_t kPartMaxNs = std::numeric_limits<std::int64_t>::max() / 2;

}  // namespace

std::optional<std::int64_t> parse_age_ns(std::string_view text) {
  std::int64_t days = 0;
  if (const auto end = text.find('d'); end != std::string_view::npos) {
    const auto [stop, error] = std::from_chars(text.data(), text.data() + end, days);
    const bool is_number = error == std::errc() && stop == text.data() + end && end != 0;
    if (!is_number || days < 0 || days > kPartMaxNs / kNsPerDay) return std::nullopt;
    text.remove_prefix(end + 1);
    if (text.empty()) return days * kNsPerDay;
  }
  const auto rest = parse_go_duration_ns(text);
  if (!rest || *rest < 0 || *rest > kPartMaxNs) return std::nullopt;
  return days * kNsPerDay + *rest;
}

std::optional<Time> parse_time_or_age(std::string_view text, Time now) {
  if (const auto age_ns = parse_age_ns(text)) return Time{now.ns - *age_ns};
  return parse_rfc3339(text);
}

}  // namespace gatefold
