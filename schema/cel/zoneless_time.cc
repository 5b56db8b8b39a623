#include "schema/cel/zoneless_time.h"

#include <array>
#include <chrono>
#include <optional>
#include <span>

#include <fmt/format.h>

#include "schema/time.h"

namespace gatefold::cel {
namespace {

// A number of a layout: what stands before it, and what it is called there.
struct Element {
  std::string_view prefix;
  std::string_view name;
  std::size_t digits_min;
  std::size_t digits_max;
  int least;
  int most;
  std::string_view range;  // what is out of it
};

// Days are checked against their month, at the end.
constexpr std::array kElements = {
    Element{"", "2006", 4, 4, 0, 9999, ""},    Element{"-", "01", 2, 2, 1, 12, "month"},
    Element{"-", "02", 2, 2, 0, 99, ""},       Element{"T", "15", 1, 2, 0, 23, "hour"},
    Element{":", "04", 2, 2, 0, 59, "minute"}, Element{":", "05", 2, 2, 0, 59, "second"},
};
constexpr std::size_t kDateElements = 3;

bool is_digit(std::string_view text, std::size_t at) {
  return at < text.size() && text[at] >= '0' && text[at] <= '9';
}

// As package time quotes: what isn't ASCII, or can't be seen, byte by byte.
std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte >= 0x80) {
      out += fmt::format("\\x{:02x}", byte);
    } else {
      if (c == '"' || c == '\\') out += '\\';
      out += c;
    }
  }
  return out + '"';
}

class LayoutReader {
 public:
  LayoutReader(std::string_view text, std::string_view layout, std::size_t elements)
      : text_(text), layout_(layout), elements_(std::span(kElements).first(elements)) {}

  std::expected<Timestamp, std::string> read() {
    std::array<int, kElements.size()> numbers{};
    for (std::size_t i = 0; i < elements_.size(); ++i) {
      if (auto error = read_number(elements_[i], numbers.at(i))) return std::unexpected(*error);
    }
    const auto nanos = elements_.size() == kElements.size() ? fraction_ns() : 0;
    if (!rest_.empty()) return std::unexpected(complaint("extra text: " + quoted(rest_)));
    const auto [year, month, day, hour, minute, second] = numbers;
    const std::chrono::year_month_day date(std::chrono::year(year),
                                           std::chrono::month(static_cast<unsigned>(month)),
                                           std::chrono::day(static_cast<unsigned>(day)));
    if (!date.ok()) return std::unexpected(complaint("day out of range"));
    const auto time = std::chrono::sys_days(date) + std::chrono::hours(hour) +
                      std::chrono::minutes(minute) + std::chrono::seconds(second);
    return Timestamp{std::chrono::seconds(time.time_since_epoch()).count(), nanos};
  }

 private:
  std::optional<std::string> read_number(const Element& element, int& number) {
    if (!rest_.starts_with(element.prefix)) return mismatch(element.prefix);
    rest_.remove_prefix(element.prefix.size());
    std::size_t digits = 0;
    while (digits < element.digits_max && is_digit(rest_, digits)) {
      number = number * 10 + (rest_[digits++] - '0');
    }
    if (digits < element.digits_min) return mismatch(element.name);
    rest_.remove_prefix(digits);
    if (number >= element.least && number <= element.most) return std::nullopt;
    return complaint(fmt::format("{} out of range", element.range));
  }

  // What is finer than a nanosecond is cut.
  std::int32_t fraction_ns() {
    const bool has_mark = rest_.starts_with('.') || rest_.starts_with(',');
    if (!has_mark || !is_digit(rest_, 1)) return 0;
    std::int32_t ns = 0;
    rest_.remove_prefix(1);
    for (std::int32_t unit = kNsPerSecond / 10; is_digit(rest_, 0); unit /= 10) {
      ns += (rest_[0] - '0') * unit;
      rest_.remove_prefix(1);
    }
    return ns;
  }

  std::string mismatch(std::string_view wanted) const {
    return fmt::format("parsing time {} as {}: cannot parse {} as {}", quoted(text_),
                       quoted(layout_), quoted(rest_), quoted(wanted));
  }
  std::string complaint(std::string_view message) const {
    return fmt::format("parsing time {}: {}", quoted(text_), message);
  }

  std::string_view text_;
  std::string_view layout_;
  std::span<const Element> elements_;
  std::string_view rest_ = text_;
};

}  // namespace

std::expected<Timestamp, std::string> parse_date(std::string_view text) {
  return LayoutReader(text, "2006-01-02", kDateElements).read();
}

std::expected<Timestamp, std::string> parse_local_time(std::string_view text) {
  return LayoutReader(text, "2006-01-02T15:04:05", kElements.size()).read();
}

}  // namespace gatefold::cel
