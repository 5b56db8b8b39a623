#include "tests/schema/random_value.h"

#include <array>
#include <cmath>
#include <cstring>
#include <iterator>
#include <string>
#include <string_view>

namespace gatefold::test {
namespace {

// Pieces that trouble writers: quotes, white space, controls, markers of YAML, wide characters.
constexpr std::string_view kPieces[] = {"a",
                                        "B",
                                        "7",
                                        " ",
                                        "  ",
                                        "\n",
                                        "\t",
                                        "\r",
                                        "\"",
                                        "'",
                                        "\\",
                                        ":",
                                        ": ",
                                        " #",
                                        "#",
                                        "-",
                                        "- ",
                                        "?",
                                        "? ",
                                        ",",
                                        "[",
                                        "]",
                                        "{",
                                        "}",
                                        "&",
                                        "*",
                                        "!",
                                        "|",
                                        ">",
                                        "%",
                                        "@",
                                        "`",
                                        "=",
                                        "<<",
                                        "~",
                                        "---",
                                        "...",
                                        "\x01",
                                        "\x7f",
                                        "\xc2\x85",
                                        "\xc2\xa0",
                                        "\xc3\xa9",
                                        "/",
                                        "null",
                                        "\xef\xbf\xbd",
                                        "\xe2\x80\xa8",
                                        "\xef\xbb\xbf",
                                        "\xf0\x9f\x98\x80",
                                        "word"};

constexpr std::string_view kLookalikes[] = {
    "",      "true",       "no",   "y",   "off",    "null", "~",    "0",
    "-1",    "0x1f",       "0o17", "017", "1e3",    ".5",   ".inf", ".NaN",
    "1_000", "12:30",      "<<",   "=",   "-",      "---",  "1.0",  "+1",
    "0b1",   "2026-01-02", "x: y", "a\n", "a\n\n",  "\na",  " a",   "a ",
    "a\nb",  "a\n b",      "{}",   "[]",  "# note", "a:",   ":",    "2026-01-02T03:04:05Z"};

}  // namespace

Value RandomValues::value(int depth) {
  const auto choice = depth == 0 ? 2 : below(4);
  if (choice == 0) {
    JsonObject object;
    for (auto members = below(5); members > 0; --members) {
      object.insert_or_assign(string(), value(depth - 1));
    }
    return Value(std::move(object));
  }
  if (choice == 1) {
    JsonArray array;
    for (auto items = below(4); items > 0; --items) array.push_back(value(depth - 1));
    return Value(std::move(array));
  }
  return scalar();
}

std::string RandomValues::string() {
  if (below(3) == 0) return std::string(kLookalikes[below(std::size(kLookalikes))]);
  std::string text;
  for (auto pieces = below(8); pieces > 0; --pieces) text += kPieces[below(std::size(kPieces))];
  return text;
}

Value RandomValues::scalar() {
  switch (below(6)) {
    case 0:
      return Value(nullptr);
    case 1:
      return Value(below(2) == 0);
    case 2:
      return Value(static_cast<std::int64_t>(random_()) >> below(64));
    case 3:
      return Value(number());
    default:
      return Value(boost::json::string_view(string()));
  }
}

// Of any magnitude, and never integral: parsing gives integers back as integers.
double RandomValues::number() {
  while (true) {
    const std::uint64_t bits = random_();
    double number = 0;
    static_assert(sizeof number == sizeof bits);
    std::memcpy(&number, &bits, sizeof number);
    if (below(2) == 0) number = static_cast<double>(static_cast<std::int64_t>(bits)) / 1024;
    constexpr double kTwoTo63 = 9223372036854775808.0;
    const bool reads_as_integer = std::abs(number) <= kTwoTo63 && number == std::trunc(number);
    if (std::isfinite(number) && !reads_as_integer) return number;
  }
}

}  // namespace gatefold::test
