#include <algorithm>
#include <string>

#include "schema/cel/parser.h"
#include "schema/utf8.h"

namespace gatefold::cel {
namespace {

// In bytes: the reference shows no line that is longer.
constexpr std::size_t kShownMax = 16'384;

// From 1 and from 0; the text of the line without its end.
struct Place {
  std::size_t line = 1;
  std::size_t column = 0;
  std::string_view text;
};

std::size_t code_point_bytes(std::string_view text) {
  return std::max<std::size_t>(1, first_code_point(text).bytes);
}

Place place_of(std::uint32_t offset, std::string_view expression) {
  Place place;
  std::size_t begin = 0;
  std::size_t at = 0;
  for (std::uint32_t passed = 0; passed < offset && at < expression.size(); ++passed) {
    ++place.column;
    if (expression[at] == '\n') {
      ++place.line;
      place.column = 0;
      begin = at + 1;
    }
    at += code_point_bytes(expression.substr(at));
  }
  const std::size_t end = std::min(expression.find('\n', begin), expression.size());
  place.text = expression.substr(begin, end - begin);
  return place;
}

// Dots up to the column and a caret, each as wide as what it stands under.
std::string pointer(const Place& place) {
  constexpr std::string_view kWideDot = "\uff0e";
  constexpr std::string_view kWideCaret = "\uff3e";
  std::string out;
  std::string_view rest = place.text;
  for (std::size_t i = 0; i < place.column && !rest.empty(); ++i) {
    const std::size_t bytes = code_point_bytes(rest);
    out += bytes > 1 ? kWideDot : ".";
    rest.remove_prefix(bytes);
  }
  const bool is_wide = !rest.empty() && code_point_bytes(rest) > 1;
  return out += is_wide ? kWideCaret : "^";
}

}  // namespace

std::string to_string(const Issue& issue, std::string_view expression) {
  const std::string begin = "ERROR: <input>:";
  if (issue.offset == kNowhere) return begin + "-1:0: " + issue.message;
  // The reference has no columns where there is no text.
  if (expression.empty()) return begin + "1:0: " + issue.message;
  const Place place = place_of(issue.offset, expression);
  std::string out = begin + std::to_string(place.line) + ':' + std::to_string(place.column + 1) +
                    ": " + issue.message;
  if (place.text.size() > kShownMax) return out;
  std::string shown(place.text);
  std::ranges::replace(shown, '\t', ' ');
  return out + "\n | " + shown + "\n | " + pointer(place);
}

}  // namespace gatefold::cel
