#include "api/http_head.h"

#include <ctime>
#include <random>

#include "schema/ids.h"

namespace gatefold::api {

std::string_view http_date() {
  thread_local std::time_t written = 0;
  thread_local char text[40] = {};
  thread_local std::size_t size = 0;
  const auto now = std::time(nullptr);
  if (now != written) {
    std::tm parts{};
    gmtime_r(&now, &parts);
    size = std::strftime(text, sizeof(text), "%a, %d %b %Y %H:%M:%S GMT", &parts);
    written = now;
  }
  return {text, size};
}

std::string make_audit_id() {
  // Names requests in logs only; needs no secrecy.
  thread_local std::mt19937_64 generator{std::random_device{}()};
  std::array<std::uint8_t, 16> bytes{};
  for (std::size_t i = 0; i < bytes.size(); i += 8) {
    const auto drawn = generator();
    for (std::size_t j = 0; j < 8; ++j) bytes[i + j] = static_cast<std::uint8_t>(drawn >> (8 * j));
  }
  return to_string(uid_from_random(bytes));
}

}  // namespace gatefold::api
