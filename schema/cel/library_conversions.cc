// Conversions between types (cel-go/common/types, ConvertToType).
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>
#include <string>

#include "schema/cel/cost.h"
#include "schema/cel/eval.h"
#include "schema/cel/function.h"
#include "schema/cel/opaque.h"
#include "schema/cel/text.h"
#include "schema/number.h"
#include "schema/time.h"
#include "schema/utf8.h"

namespace gatefold::cel {
namespace {

using Kind = ValKind;
using Values = std::span<const Val>;

Val no_conversion(Evaluation& evaluation, std::string_view from, std::string_view to) {
  return error_val(evaluation.arena, "type conversion error from '" + std::string(from) + "' to '" +
                                         std::string(to) + "'");
}

Val identity(Evaluation&, Values values) {
  return values[0];
}

Val int_of_double(Evaluation&, Values values) {
  const double number = values[0].number;
  // The least integer is refused too.
  if (!(number > -kTwoTo63 && number < kTwoTo63)) return int_overflow();
  return int_val(static_cast<std::int64_t>(number));
}
Val int_of_uint(Evaluation&, Values values) {
  if (values[0].uinteger > std::uint64_t{std::numeric_limits<std::int64_t>::max()}) {
    return int_overflow();
  }
  return int_val(static_cast<std::int64_t>(values[0].uinteger));
}
Val int_of_string(Evaluation& evaluation, Values values) {
  const auto number = parse_int(values[0].text);
  return number ? int_val(*number) : no_conversion(evaluation, "string", "int");
}
Val int_of_timestamp(Evaluation&, Values values) {
  return int_val(values[0].timestamp.seconds);
}
Val int_of_duration(Evaluation&, Values values) {
  return int_val(values[0].duration_ns);
}

Val uint_of_double(Evaluation&, Values values) {
  const double number = values[0].number;
  if (!(number >= 0 && number < kTwoTo64)) return uint_overflow();
  return uint_val(static_cast<std::uint64_t>(number));
}
Val uint_of_int(Evaluation&, Values values) {
  if (values[0].integer < 0) return uint_overflow();
  return uint_val(static_cast<std::uint64_t>(values[0].integer));
}
Val uint_of_string(Evaluation& evaluation, Values values) {
  const auto number = parse_uint(values[0].text);
  return number ? uint_val(*number) : no_conversion(evaluation, "string", "uint");
}

bool is_hex_letter(char c) {
  return (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

bool equals_without_case(std::string_view text, std::string_view small) {
  if (text.size() != small.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if ((c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c) != small[i]) return false;
  }
  return true;
}

// The digits without the underscores that Go allows between them; nothing where they are elsewhere.
std::optional<std::string> without_underscores(std::string_view digits, bool is_hex) {
  std::string out;
  // After a prefix an underscore may come first.
  bool after_digit = is_hex;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    const char c = digits[i];
    const bool is_digit = (c >= '0' && c <= '9') || (is_hex && is_hex_letter(c));
    if (c != '_') {
      if (!is_digit && i > 0 && digits[i - 1] == '_') return std::nullopt;
      out += c;
    } else if (!after_digit || i + 1 == digits.size()) {
      return std::nullopt;
    }
    after_digit = is_digit;
  }
  return out;
}

// The digits after `0x`, with an exponent. What is too small for a double is zero, what is too
// large has no value.
std::optional<double> read_hex_double(std::string_view digits) {
  const auto* const end = digits.data() + digits.size();
  double number = 0;
  const auto [at, error] = std::from_chars(digits.data(), end, number, std::chars_format::hex);
  if (at != end || error == std::errc::invalid_argument) return std::nullopt;
  if (error == std::errc()) return number;
  const bool is_small = digits.substr(digits.find_first_of("pP") + 1).starts_with('-');
  return is_small ? std::optional(0.0) : std::nullopt;
}

// Go's strconv.ParseFloat.
std::optional<double> parse_double(std::string_view text) {
  const bool is_signed = text.starts_with('-') || text.starts_with('+');
  const bool is_negative = text.starts_with('-');
  if (is_negative || text.starts_with('+')) text.remove_prefix(1);
  const double sign = is_negative ? -1.0 : 1.0;
  if (equals_without_case(text, "inf") || equals_without_case(text, "infinity")) {
    return sign * std::numeric_limits<double>::infinity();
  }
  const bool is_nan = equals_without_case(text, "nan");
  if (is_nan && !is_signed) return std::numeric_limits<double>::quiet_NaN();
  const bool is_hex = text.starts_with("0x") || text.starts_with("0X");
  if (is_hex) {
    // Hexadecimal ones need their exponent.
    if (text.find_first_of("pP") == std::string_view::npos) return std::nullopt;
    text.remove_prefix(2);
  }
  const auto digits = without_underscores(text, is_hex);
  if (!digits || digits->empty()) return std::nullopt;
  const char first = digits->front();
  const bool starts =
      first == '.' || (first >= '0' && first <= '9') || (is_hex && is_hex_letter(first));
  if (!starts) return std::nullopt;
  const auto number = is_hex ? read_hex_double(*digits) : read_double(*digits);
  return number ? std::optional(sign * *number) : std::nullopt;
}

Val double_of_int(Evaluation&, Values values) {
  return double_val(static_cast<double>(values[0].integer));
}
Val double_of_uint(Evaluation&, Values values) {
  return double_val(static_cast<double>(values[0].uinteger));
}
Val double_of_string(Evaluation& evaluation, Values values) {
  const auto number = parse_double(values[0].text);
  return number ? double_val(*number) : no_conversion(evaluation, "string", "double");
}

Val bool_of_string(Evaluation& evaluation, Values values) {
  for (const std::string_view text : {"1", "t", "T", "TRUE", "true", "True"}) {
    if (values[0].text == text) return bool_val(true);
  }
  for (const std::string_view text : {"0", "f", "F", "FALSE", "false", "False"}) {
    if (values[0].text == text) return bool_val(false);
  }
  return no_conversion(evaluation, "string", "bool");
}

Val bytes_of_string(Evaluation&, Values values) {
  return bytes_val(values[0].text);
}

Val string_of_bytes(Evaluation&, Values values) {
  if (find_invalid_utf8(values[0].text)) {
    return literal_error("invalid UTF-8 in bytes, cannot convert to string");
  }
  return string_val(values[0].text);
}
Val string_of_bool(Evaluation&, Values values) {
  return string_val(values[0].boolean ? "true" : "false");
}
Val string_of_int(Evaluation& evaluation, Values values) {
  return string_val(evaluation.arena.copy(std::to_string(values[0].integer)));
}
Val string_of_uint(Evaluation& evaluation, Values values) {
  return string_val(evaluation.arena.copy(std::to_string(values[0].uinteger)));
}
Val string_of_double(Evaluation& evaluation, Values values) {
  return string_val(evaluation.arena.copy(double_text(values[0].number)));
}
Val string_of_timestamp(Evaluation& evaluation, Values values) {
  return string_val(evaluation.arena.copy(timestamp_text(values[0].timestamp)));
}
Val string_of_duration(Evaluation& evaluation, Values values) {
  return string_val(evaluation.arena.copy(duration_text(values[0].duration_ns)));
}

Val timestamp_of_seconds(std::int64_t seconds, const Timestamp& value) {
  const bool is_in_range = seconds >= kTimestampSecondsMin && seconds <= kTimestampSecondsMax;
  return is_in_range ? timestamp_val(value) : literal_error("timestamp overflow");
}
Val timestamp_of_int(Evaluation&, Values values) {
  return timestamp_of_seconds(values[0].integer, {values[0].integer, 0});
}
Val timestamp_of_string(Evaluation& evaluation, Values values) {
  const auto value = parse_timestamp(values[0].text);
  if (!value) return no_conversion(evaluation, "string", "google.protobuf.Timestamp");
  return timestamp_of_seconds(value->seconds, *value);
}

Val duration_of_string(Evaluation& evaluation, Values values) {
  const auto ns = parse_go_duration_ns(values[0].text);
  return ns ? duration_val(*ns) : no_conversion(evaluation, "string", "google.protobuf.Duration");
}
// It is declared, and the reference has no conversion for it.
Val duration_of_int(Evaluation& evaluation, Values) {
  return no_conversion(evaluation, "int", "google.protobuf.Duration");
}

const Type* type_of(const Val& value) {
  static const auto kTypes = [] {
    constexpr std::pair<Kind, TypeKind> kSimple[] = {
        {Kind::kNull, TypeKind::kNull},        {Kind::kBool, TypeKind::kBool},
        {Kind::kInt, TypeKind::kInt},          {Kind::kUint, TypeKind::kUint},
        {Kind::kDouble, TypeKind::kDouble},    {Kind::kString, TypeKind::kString},
        {Kind::kBytes, TypeKind::kBytes},      {Kind::kTimestamp, TypeKind::kTimestamp},
        {Kind::kDuration, TypeKind::kDuration}};
    std::array<TypePtr, static_cast<std::size_t>(Kind::kVariables) + 1> types;
    const auto at = [&](Kind kind) -> TypePtr& { return types[static_cast<std::size_t>(kind)]; };
    const auto dyn = simple_type(TypeKind::kDyn);
    for (const auto& [kind, type] : kSimple) at(kind) = simple_type(type);
    at(Kind::kList) = list_type(dyn);
    at(Kind::kMap) = map_type(dyn, dyn);
    at(Kind::kType) = type_type(dyn);
    at(Kind::kOptional) = optional_type(dyn);
    for (auto kind = static_cast<std::size_t>(Kind::kUrl); kind < types.size(); ++kind) {
      types[kind] = opaque_type(std::string(opaque_type_name(static_cast<Kind>(kind))));
    }
    types[0] = dyn;
    return types;
  }();
  return kTypes[static_cast<std::size_t>(value.kind)].get();
}

Val type_of_value(Evaluation&, Values values) {
  return type_val(type_of(values[0]));
}

constexpr Declaration kFunctions[] = {
    {"type(A) type(A)", type_of_value},
    {"bool(bool) bool", identity},
    {"bool(string) bool", bool_of_string},
    {"bytes(bytes) bytes", identity},
    {"bytes(string) bytes", bytes_of_string, reading_cost},
    {"double(double) double", identity},
    {"double(int) double", double_of_int},
    {"double(string) double", double_of_string},
    {"double(uint) double", double_of_uint},
    {"duration(duration) duration", identity},
    {"duration(int) duration", duration_of_int},
    {"duration(string) duration", duration_of_string},
    {"dyn(A) dyn", identity},
    {"int(int) int", identity},
    {"int(double) int", int_of_double},
    {"int(duration) int", int_of_duration},
    {"int(string) int", int_of_string},
    {"int(timestamp) int", int_of_timestamp},
    {"int(uint) int", int_of_uint},
    {"string(string) string", identity},
    {"string(bool) string", string_of_bool},
    {"string(bytes) string", string_of_bytes, reading_cost},
    {"string(double) string", string_of_double},
    {"string(duration) string", string_of_duration},
    {"string(int) string", string_of_int},
    {"string(timestamp) string", string_of_timestamp},
    {"string(uint) string", string_of_uint},
    {"timestamp(timestamp) timestamp", identity},
    {"timestamp(int) timestamp", timestamp_of_int},
    {"timestamp(string) timestamp", timestamp_of_string},
    {"uint(uint) uint", identity},
    {"uint(double) uint", uint_of_double},
    {"uint(int) uint", uint_of_int},
    {"uint(string) uint", uint_of_string},
};

}  // namespace

std::span<const Declaration> conversion_functions() {
  return kFunctions;
}

}  // namespace gatefold::cel
