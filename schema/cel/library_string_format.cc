#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "schema/cel/budget.h"
#include "schema/cel/eval.h"
#include "schema/cel/function.h"
#include "schema/cel/number_text.h"
#include "schema/cel/string_format.h"
#include "schema/cel/text.h"
#include "schema/cel/type.h"
#include "schema/field_error.h"
#include "schema/utf8.h"

namespace gatefold::cel {
namespace {

constexpr std::uint64_t kPrecisionDefault = 6;

std::string hex_of_bytes(std::string_view bytes, bool is_upper) {
  const std::string_view digits = is_upper ? "0123456789ABCDEF" : "0123456789abcdef";
  std::string out;
  out.reserve(bytes.size() * 2);
  for (const char c : bytes) {
    out += digits[static_cast<unsigned char>(c) >> 4U];
    out += digits[static_cast<unsigned char>(c) & 0xfU];
  }
  return out;
}

// One call: what is written so far and, after the first failure, why there will be no more.
class Formatting {
 public:
  Formatting(Evaluation& evaluation, const Val& text, const Val& arguments)
      : evaluation_(evaluation), text_(text.text), arguments_(arguments) {}

  Val run();

 private:
  struct Clause {
    std::optional<std::uint64_t> precision;
    char verb = 0;
    std::size_t bytes = 0;
  };

  bool fail(Val error) {
    failure_ = error;
    return false;
  }
  bool fail(std::string_view what, std::string_view why) {
    return fail(error_val(evaluation_.arena, fmt::format("{}: {}", what, why)));
  }
  bool fail_clause(std::string_view why) { return fail("could not parse formatting clause", why); }
  bool fail_value(std::string_view why) { return fail("error during formatting", why); }
  bool fail_value(std::string_view wanted, const Val& value) {
    return fail_value(fmt::format("{}, was given {}", wanted, type_name(value)));
  }

  bool append(std::string_view text);
  bool read_clause(std::string_view text, Clause& clause);
  bool read_precision(std::string_view text, Clause& clause);
  bool append_argument(std::size_t index, Clause& clause, std::string_view text);
  bool append_clause(const Clause& clause, const Val& value);
  bool append_integer(const Val& value, int base, bool is_upper, std::string_view wanted);
  bool append_double(const Clause& clause, const Val& value);
  bool append_string(const Val& value);
  bool append_literal(const Val& value, std::size_t depth);
  bool append_list(const Val& list, std::size_t depth);
  bool append_map(const Val& map, std::size_t depth);
  std::optional<std::string> key_text(const Val& key);
  std::optional<std::string> scalar_text(const Val& value);

  Evaluation& evaluation_;
  std::string_view text_;
  const Val& arguments_;
  std::string out_;
  Val failure_;
};

Val Formatting::run() {
  std::size_t next = 0;
  for (std::size_t at = 0; at < text_.size();) {
    const std::size_t plain = std::min(text_.find('%', at), text_.size()) - at;
    if (!append(text_.substr(at, plain))) return failure_;
    at += plain;
    if (at == text_.size()) break;
    if (text_.substr(at).starts_with("%%")) {
      if (!append("%")) return failure_;
      at += 2;
      continue;
    }
    Clause clause;
    if (!append_argument(next++, clause, text_.substr(at + 1))) return failure_;
    at += 1 + clause.bytes;
  }
  return string_val(evaluation_.arena.copy(out_));
}

bool Formatting::append(std::string_view text) {
  constexpr std::uint64_t kStepsPerPiece = 4;
  if (!can_build(evaluation_, out_.size() + text.size()) ||
      !can_step(evaluation_, kStepsPerPiece)) {
    return fail(exhausted_error());
  }
  out_ += text;
  return true;
}

bool Formatting::append_argument(std::size_t index, Clause& clause, std::string_view text) {
  if (index >= list_size(arguments_)) {
    return fail(error_val(evaluation_.arena, fmt::format("index {} out of range", index)));
  }
  if (text.empty()) return fail(literal_error("unexpected end of string"));
  if (!read_clause(text, clause)) return false;
  const Val value = list_at(evaluation_.arena, arguments_, index);
  return value.is_error() ? fail(value) : append_clause(clause, value);
}

bool Formatting::read_clause(std::string_view text, Clause& clause) {
  if (text.starts_with('.') && !read_precision(text.substr(1), clause)) return false;
  clause.verb = text[clause.bytes++];
  if (std::string_view("sdfebxXo").contains(clause.verb)) return true;
  // A byte is taken for a code point.
  std::string verb;
  const auto byte = static_cast<unsigned char>(clause.verb);
  if (byte >= 0x80) verb += static_cast<char>(0xc0U | (byte >> 6U));
  verb += static_cast<char>(byte >= 0x80 ? 0x80U | (byte & 0x3fU) : byte);
  return fail_clause(fmt::format("unrecognized formatting clause \"{}\"", verb));
}

bool Formatting::read_precision(std::string_view text, Clause& clause) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  const auto end = std::ranges::find_if_not(text, is_digit);
  const std::string digits(text.begin(), end);
  if (end == text.end()) {
    return fail_clause("error while parsing precision: could not find end of precision specifier");
  }
  std::int64_t precision = 0;
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), precision);
  if (read.ec != std::errc()) {
    return fail_clause(
        fmt::format("error while parsing precision: error while converting precision to integer: "
                    "strconv.Atoi: parsing \"{}\": {}",
                    digits, digits.empty() ? "invalid syntax" : "value out of range"));
  }
  clause.precision = static_cast<std::uint64_t>(precision);
  clause.bytes = 1 + digits.size();
  return true;
}

bool Formatting::append_clause(const Clause& clause, const Val& value) {
  const bool is_bytes = value.is(ValKind::kString) || value.is(ValKind::kBytes);
  switch (clause.verb) {
    case 's':
      return append_string(value);
    case 'd':
      return append_integer(value, 10, false, "decimal clause can only be used on integers");
    case 'o':
      return append_integer(value, 8, false, "octal clause can only be used on integers");
    case 'b':
      if (value.is(ValKind::kBool)) return append(value.boolean ? "1" : "0");
      return append_integer(value, 2, false, "only integers and bools can be formatted as binary");
    case 'x':
    case 'X':
      if (is_bytes) return append(hex_of_bytes(value.text, clause.verb == 'X'));
      return append_integer(value, 16, clause.verb == 'X',
                            "only integers, byte buffers, and strings can be formatted as hex");
    default:
      return append_double(clause, value);
  }
}

bool Formatting::append_integer(const Val& value, int base, bool is_upper,
                                std::string_view wanted) {
  if (!value.is(ValKind::kInt) && !value.is(ValKind::kUint)) return fail_value(wanted, value);
  std::array<char, 66> digits{};
  const auto end =
      value.is(ValKind::kInt)
          ? std::to_chars(digits.data(), digits.data() + digits.size(), value.integer, base)
          : std::to_chars(digits.data(), digits.data() + digits.size(), value.uinteger, base);
  if (is_upper) {
    std::ranges::transform(digits, digits.begin(), [](char c) {
      return c >= 'a' && c <= 'f' ? static_cast<char>(c - 'a' + 'A') : c;
    });
  }
  return append({digits.data(), end.ptr});
}

bool Formatting::append_double(const Clause& clause, const Val& value) {
  const bool is_fixed = clause.verb == 'f';
  double number = value.number;
  if (value.is(ValKind::kString) &&
      (value.text == "NaN" || value.text == "Infinity" || value.text == "-Infinity")) {
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    number = value.text == "NaN" ? std::numeric_limits<double>::quiet_NaN()
                                 : (value.text == "Infinity" ? kInfinity : -kInfinity);
  } else if (!value.is(ValKind::kDouble)) {
    return fail_value(is_fixed ? "fixed-point clause can only be used on doubles"
                               : "scientific clause can only be used on doubles",
                      value);
  }
  const std::uint64_t precision = clause.precision.value_or(kPrecisionDefault);
  return append(is_fixed ? fixed_text(number, precision) : scientific_text(number, precision));
}

// %s.
bool Formatting::append_string(const Val& value) {
  if (value.is(ValKind::kList)) return append_list(value, 0);
  if (value.is(ValKind::kMap)) return append_map(value, 0);
  if (const auto text = scalar_text(value)) return append(*text);
  if (failure_.is_error()) return false;
  return fail_value(
      "string clause can only be used on strings, bools, bytes, ints, doubles, maps, lists, types, "
      "durations, and timestamps",
      value);
}

// Inside lists and maps values look as the language writes them.
bool Formatting::append_literal(const Val& value, std::size_t depth) {
  constexpr std::size_t kLiteralDepthMax = 1000;
  if (depth > kLiteralDepthMax) return fail_value("values nest too deeply");
  switch (value.kind) {
    case ValKind::kList:
      return append_list(value, depth);
    case ValKind::kMap:
      return append_map(value, depth);
    case ValKind::kDouble:
      return append(std::isfinite(value.number) ? plain_text(value.number)
                                                : go_quote(plain_text(value.number)));
    case ValKind::kError:
      return fail(value);
    default:
      break;
  }
  const auto text = scalar_text(value);
  if (!text) {
    return !failure_.is_error() &&
           fail_value(fmt::format("no formatting function for {}", type_name(value)));
  }
  switch (value.kind) {
    case ValKind::kString:
      return append(go_quote(*text));
    case ValKind::kBytes:
      return append("b" + go_quote(*text));
    case ValKind::kTimestamp:
      return append(fmt::format("timestamp({})", go_quote(*text)));
    case ValKind::kDuration:
      return append(fmt::format("duration({})", go_quote(*text)));
    default:
      return append(*text);
  }
}

bool Formatting::append_list(const Val& list, std::size_t depth) {
  if (!append("[")) return false;
  for (std::size_t i = 0; i < list_size(list); ++i) {
    if (i > 0 && !append(", ")) return false;
    if (!append_literal(list_at(evaluation_.arena, list, i), depth + 1)) return false;
  }
  return append("]");
}

// By the text of the keys.
bool Formatting::append_map(const Val& map, std::size_t depth) {
  std::multimap<std::string, Val> entries;
  for (std::size_t i = 0; i < map_size(map); ++i) {
    const MapItem item = map_at(evaluation_.arena, map, i);
    auto key = key_text(item.key);
    if (!key) return false;
    entries.emplace(std::move(*key), item.value);
  }
  if (!append("{")) return false;
  std::string_view separator;
  for (const auto& [key, value] : entries) {
    if (!append(separator) || !append(key) || !append(":")) return false;
    if (!append_literal(value, depth + 1)) return false;
    separator = ", ";
  }
  return append("}");
}

std::optional<std::string> Formatting::key_text(const Val& key) {
  if (key.is(ValKind::kString)) return go_quote(key.text);
  if (key.is(ValKind::kBool) || key.is(ValKind::kInt) || key.is(ValKind::kUint)) {
    return scalar_text(key);
  }
  fail_value(fmt::format("no formatting function for map key of type {}", type_name(key)));
  return std::nullopt;
}

// Nothing where there is no text for values of the kind, or with a failure.
std::optional<std::string> Formatting::scalar_text(const Val& value) {
  switch (value.kind) {
    case ValKind::kNull:
      return "null";
    case ValKind::kBool:
      return value.boolean ? "true" : "false";
    case ValKind::kInt:
      return std::to_string(value.integer);
    case ValKind::kUint:
      return std::to_string(value.uinteger);
    case ValKind::kString:
      return std::string(value.text);
    case ValKind::kBytes:
      if (!find_invalid_utf8(value.text)) return std::string(value.text);
      fail_value(
          "could not convert argument \"invalid UTF-8 in bytes, cannot convert to string\" to "
          "string");
      return std::nullopt;
    case ValKind::kType:
      return value.type->name;
    case ValKind::kDouble:
      return double_text(value.number);
    case ValKind::kTimestamp:
      return timestamp_text(value.timestamp);
    case ValKind::kDuration:
      return duration_text(value.duration_ns);
    default:
      return std::nullopt;
  }
}

}  // namespace

Val format_string(Evaluation& evaluation, std::span<const Val> arguments) {
  return Formatting(evaluation, arguments[0], arguments[1]).run();
}

}  // namespace gatefold::cel
