#include "api/request.h"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>

#include "schema/time.h"

namespace gatefold::api {
namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool equals_ignoring_case(std::string_view a, std::string_view b) {
  return std::ranges::equal(
      a, b, [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

}  // namespace

std::string percent_decode(std::string_view text, bool is_query) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && is_query) {
      out += ' ';
    } else if (text[i] == '%' && i + 2 < text.size() && hex_digit(text[i + 1]) >= 0 &&
               hex_digit(text[i + 2]) >= 0) {
      out += static_cast<char>(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2]));
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

std::optional<std::string_view> Query::first(std::string_view name) const {
  for (const auto& [key, value] : parameters) {
    if (key == name) return value;
  }
  return std::nullopt;
}

std::vector<std::string> Query::all(std::string_view name) const {
  std::vector<std::string> values;
  for (const auto& [key, value] : parameters) {
    if (key == name) values.push_back(value);
  }
  return values;
}

bool Query::is_true(std::string_view name) const {
  const auto value = first(name);
  return value && !equals_ignoring_case(*value, "false") && *value != "0";
}

Result<std::optional<std::chrono::nanoseconds>> parse_timeout(const Query& query) {
  const auto text = query.first("timeout");
  if (!text) return std::nullopt;
  const auto ns = parse_go_duration_ns(*text);
  if (!ns) {
    return bad_request(fmt::format(
        "invalid timeout specified in the request URL - time: invalid duration \"{}\"", *text));
  }
  if (*ns <= 0) return std::nullopt;
  return std::chrono::nanoseconds(*ns);
}

void parse_target(std::string_view target, Request& request) {
  const auto question = target.find('?');
  request.path = std::string(target.substr(0, question));
  request.query.parameters.clear();
  if (question == std::string_view::npos) return;
  auto rest = target.substr(question + 1);
  while (!rest.empty()) {
    const auto end = std::min(rest.find('&'), rest.size());
    const auto pair = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (pair.empty()) continue;
    const auto equals = std::min(pair.find('='), pair.size());
    const auto value = equals < pair.size() ? pair.substr(equals + 1) : std::string_view{};
    request.query.parameters.emplace_back(percent_decode(pair.substr(0, equals), true),
                                          percent_decode(value, true));
  }
}

}  // namespace gatefold::api
