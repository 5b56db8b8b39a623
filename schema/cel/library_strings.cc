// Strings: what the language itself has and the extended library, version 2 (cel-go's
// ext/strings.go), which is the one that Kubernetes 1.29 to 1.33 have: no reverse. Patterns are
// in library_regex.cc.
#include <algorithm>
#include <cstring>
#include <optional>
#include <string>

#include <fmt/format.h>

#include "schema/cel/budget.h"
#include "schema/cel/cost.h"
#include "schema/cel/eval.h"
#include "schema/cel/function.h"
#include "schema/cel/string_format.h"
#include "schema/cel/text.h"
#include "schema/cel/unfit.h"
#include "schema/utf8.h"

namespace gatefold::cel {
namespace {

constexpr auto kNowhere = std::string_view::npos;

bool is_continuation(char c) {
  return (static_cast<unsigned char>(c) & 0xc0U) == 0x80U;
}

std::int64_t count_code_points(std::string_view text) {
  return std::ranges::count_if(text, [](char c) { return !is_continuation(c); });
}

// The byte where code point `index` starts, or the end of the text for the one behind the last.
std::optional<std::size_t> offset_of(std::string_view text, std::int64_t index) {
  if (index < 0) return std::nullopt;
  std::size_t at = 0;
  for (; index > 0 && at < text.size(); --index) {
    ++at;
    while (at < text.size() && is_continuation(text[at])) ++at;
  }
  if (index > 0) return std::nullopt;
  return at;
}

// std::string_view::find takes the product of both sizes for texts that are made for it; memmem
// does not. In valid UTF-8 only whole code points match.
std::size_t find_text(std::string_view text, std::string_view wanted) {
  // Empty texts may lie nowhere, which memmem doesn't take.
  if (wanted.empty()) return 0;
  if (text.empty()) return kNowhere;
  const void* found = memmem(text.data(), text.size(), wanted.data(), wanted.size());
  if (found == nullptr) return kNowhere;
  return static_cast<std::size_t>(static_cast<const char*>(found) - text.data());
}

std::size_t find_last_text(std::string_view text, std::string_view wanted) {
  const std::string backward(text.rbegin(), text.rend());
  const std::string wanted_backward(wanted.rbegin(), wanted.rend());
  const std::size_t found = find_text(backward, wanted_backward);
  return found == kNowhere ? kNowhere : text.size() - found - wanted.size();
}

Val out_of_range(Evaluation& evaluation, std::int64_t index) {
  return error_val(evaluation.arena, fmt::format("index out of range: {}", index));
}

Val contains(Evaluation&, std::span<const Val> arguments) {
  return bool_val(arguments[1].text.empty() ||
                  find_text(arguments[0].text, arguments[1].text) != kNowhere);
}

Val starts_with(Evaluation&, std::span<const Val> arguments) {
  return bool_val(arguments[0].text.starts_with(arguments[1].text));
}

Val ends_with(Evaluation&, std::span<const Val> arguments) {
  return bool_val(arguments[0].text.ends_with(arguments[1].text));
}

Val char_at(Evaluation& evaluation, std::span<const Val> arguments) {
  const std::string_view text = arguments[0].text;
  const auto at = offset_of(text, arguments[1].integer);
  if (!at) return out_of_range(evaluation, arguments[1].integer);
  if (*at == text.size()) return string_val("");
  return string_val(text.substr(*at, first_code_point(text.substr(*at)).bytes));
}

// What is empty is found wherever one looks, even outside of the text.
Val index_of(Evaluation& evaluation, std::span<const Val> arguments) {
  const std::string_view text = arguments[0].text;
  const std::string_view wanted = arguments[1].text;
  const std::int64_t from = arguments.size() > 2 ? arguments[2].integer : 0;
  if (wanted.empty()) return int_val(from);
  if (from < 0) return out_of_range(evaluation, from);
  const auto at = offset_of(text, from);
  if (!at) return int_val(-1);
  const std::size_t found = find_text(text.substr(*at), wanted);
  if (found == kNowhere) return int_val(-1);
  return int_val(from + count_code_points(text.substr(*at, found)));
}

// Without a place to start at it starts at the last code point, so that an empty text has none:
// `index out of range: -1`, as in the reference.
Val last_index_of(Evaluation& evaluation, std::span<const Val> arguments) {
  const std::string_view text = arguments[0].text;
  const std::string_view wanted = arguments[1].text;
  const std::int64_t size = count_code_points(text);
  const bool has_from = arguments.size() > 2;
  if (wanted.empty()) return int_val(has_from ? arguments[2].integer : size);
  const std::int64_t from = has_from ? arguments[2].integer : size - 1;
  if (from < 0) return out_of_range(evaluation, from);
  if (from >= size) return int_val(-1);
  const std::size_t at = offset_of(text, from).value_or(0);
  const std::size_t found = find_last_text(text.substr(0, at + wanted.size()), wanted);
  return int_val(found == kNowhere ? -1 : count_code_points(text.substr(0, found)));
}

template <char kFirst, char kLast>
Val swap_case(Evaluation& evaluation, std::span<const Val> arguments) {
  const auto is_other = [](char c) { return c >= kFirst && c <= kLast; };
  const std::string_view text = arguments[0].text;
  if (std::ranges::none_of(text, is_other)) return arguments[0];
  if (!can_build(evaluation, text.size())) return exhausted_error();
  std::string out(text);
  for (char& c : out) {
    if (is_other(c)) c = static_cast<char>(static_cast<unsigned char>(c) ^ 0x20U);
  }
  return string_val(evaluation.arena.copy(out));
}

// An empty text is found before each code point and at the end.
std::size_t count_text(std::string_view text, std::string_view wanted) {
  if (wanted.empty()) return static_cast<std::size_t>(count_code_points(text)) + 1;
  std::size_t count = 0;
  for (std::size_t found = find_text(text, wanted); found != kNowhere;
       found = find_text(text, wanted)) {
    ++count;
    text.remove_prefix(found + wanted.size());
  }
  return count;
}

std::string replaced(std::string_view text, std::string_view old, std::string_view by,
                     std::size_t count, std::size_t size) {
  std::string out;
  out.reserve(size);
  for (std::size_t i = 0; i < count; ++i) {
    std::size_t kept = 0;
    if (!old.empty()) {
      kept = find_text(text, old);
    } else if (i > 0) {
      kept = first_code_point(text).bytes;
    }
    out.append(text.substr(0, kept)).append(by);
    text.remove_prefix(kept + old.size());
  }
  return out.append(text);
}

Val replace(Evaluation& evaluation, std::span<const Val> arguments) {
  const std::string_view text = arguments[0].text;
  const std::string_view old = arguments[1].text;
  const std::string_view by = arguments[2].text;
  const std::int64_t count_max = arguments.size() > 3 ? arguments[3].integer : -1;
  if (old == by || count_max == 0) return arguments[0];
  std::size_t count = count_text(text, old);
  if (count_max > 0) count = std::min(count, static_cast<std::size_t>(count_max));
  if (count == 0) return arguments[0];
  const std::size_t size = text.size() - count * old.size() + count * by.size();
  if (!can_pay(evaluation, traversal_cost(2 * size_of(arguments[0]))) ||
      !can_build(evaluation, size)) {
    return exhausted_error();
  }
  return string_val(evaluation.arena.copy(replaced(text, old, by, count, size)));
}

// Parts are views of the text. With an empty separator they are its code points.
Val split(Evaluation& evaluation, std::span<const Val> arguments) {
  std::string_view text = arguments[0].text;
  const std::string_view separator = arguments[1].text;
  const std::int64_t count_max = arguments.size() > 2 ? arguments[2].integer : -1;
  if (count_max == 0) return list_val({});
  if (!can_pay(evaluation, traversal_cost(2 * size_of(arguments[0])))) return exhausted_error();
  std::size_t count = count_text(text, separator);
  if (separator.empty()) {
    --count;
  } else {
    ++count;
  }
  if (count_max > 0) count = std::min(count, static_cast<std::size_t>(count_max));
  if (!can_build(evaluation, count * sizeof(Val))) return exhausted_error();
  const auto parts = evaluation.arena.make_span<Val>(count);
  for (std::size_t i = 0; i + 1 < count; ++i) {
    const std::size_t size =
        separator.empty() ? first_code_point(text).bytes : find_text(text, separator);
    parts[i] = string_val(text.substr(0, size));
    text.remove_prefix(size + separator.size());
  }
  if (count > 0) parts.back() = string_val(text);
  return list_val(parts);
}

Val no_string(Evaluation& evaluation, std::span<const Val> arguments, const Val& item,
              bool is_first) {
  if (item.is_error()) return item;
  if (is_first) return unfit(evaluation.arena, "join", arguments);
  return error_val(evaluation.arena, fmt::format("join: invalid input: {}", message_text(item)));
}

Val join(Evaluation& evaluation, std::span<const Val> arguments) {
  const Val& list = arguments[0];
  const Val separator = arguments.size() > 1 ? arguments[1] : string_val("");
  const std::size_t separator_size = size_of(separator);
  std::size_t bytes = 0;
  std::size_t code_points = 0;
  if (!can_step(evaluation, list_size(list))) return exhausted_error();
  for (std::size_t i = 0; i < list_size(list); ++i) {
    const Val item = list_at(evaluation.arena, list, i);
    if (!item.is(ValKind::kString)) return no_string(evaluation, arguments, item, i == 0);
    bytes += item.text.size() + (i > 0 ? separator.text.size() : 0);
    code_points += size_of(item) + (i > 0 ? separator_size : 0);
  }
  if (!can_pay(evaluation, traversal_cost(2 * code_points)) || !can_build(evaluation, bytes)) {
    return exhausted_error();
  }
  std::string out;
  out.reserve(bytes);
  for (std::size_t i = 0; i < list_size(list); ++i) {
    if (i > 0) out += separator.text;
    out += list_at(evaluation.arena, list, i).text;
  }
  return string_val(evaluation.arena.copy(out));
}

Val substring(Evaluation& evaluation, std::span<const Val> arguments) {
  const std::string_view text = arguments[0].text;
  const std::int64_t start = arguments[1].integer;
  const bool has_end = arguments.size() > 2;
  if (has_end && start > arguments[2].integer) {
    return error_val(evaluation.arena, fmt::format("invalid substring range. start: {}, end: {}",
                                                   start, arguments[2].integer));
  }
  const auto from = offset_of(text, start);
  if (!from) return out_of_range(evaluation, start);
  if (!has_end) return string_val(text.substr(*from));
  const auto size = offset_of(text.substr(*from), arguments[2].integer - start);
  if (!size) return out_of_range(evaluation, arguments[2].integer);
  return string_val(text.substr(*from, *size));
}

Val trim(Evaluation&, std::span<const Val> arguments) {
  return string_val(trim_space(arguments[0].text));
}

Val quote(Evaluation& evaluation, std::span<const Val> arguments) {
  static constexpr std::string_view kSpecial = "\a\b\f\n\r\t\v\\\"";
  static constexpr std::string_view kEscapes = "abfnrtv\\\"";
  if (!can_build(evaluation, arguments[0].text.size() * 2)) return exhausted_error();
  std::string out = "\"";
  for (const char c : arguments[0].text) {
    const std::size_t special = kSpecial.find(c);
    if (special == kNowhere) {
      out += c;
    } else {
      out += '\\';
      out += kEscapes[special];
    }
  }
  return string_val(evaluation.arena.copy(out += '"'));
}

std::uint64_t read_and_built(std::span<const Val> arguments, const Val&) {
  return traversal_cost(2 * size_of(arguments[0]));
}

std::uint64_t result_built(std::span<const Val>, const Val& result) {
  return traversal_cost(2 * size_of(result));
}

std::uint64_t contains_cost(std::span<const Val> arguments, const Val&) {
  return traversal_cost(size_of(arguments[0])) * traversal_cost(size_of(arguments[1]));
}

// That of lists' functions of the same name.
std::uint64_t search_cost(std::span<const Val> arguments, const Val&) {
  return walk_cost(arguments[0]);
}

constexpr Declaration kDeclarations[] = {
    {"string.contains(string) bool", contains, contains_cost},
    {"string.startsWith(string) bool", starts_with, reading_cost},
    {"string.endsWith(string) bool", ends_with, reading_cost},
    {"string.charAt(int) string", char_at},
    {"string.indexOf(string) int", index_of, search_cost},
    {"string.indexOf(string, int) int", index_of, search_cost},
    {"string.lastIndexOf(string) int", last_index_of, search_cost},
    {"string.lastIndexOf(string, int) int", last_index_of, search_cost},
    {"string.lowerAscii() string", swap_case<'A', 'Z'>, reading_cost},
    {"string.upperAscii() string", swap_case<'a', 'z'>, reading_cost},
    {"string.replace(string, string) string", replace, read_and_built},
    {"string.replace(string, string, int) string", replace, read_and_built},
    {"string.split(string) list(string)", split, read_and_built},
    {"string.split(string, int) list(string)", split, read_and_built},
    {"string.substring(int) string", substring, reading_cost},
    {"string.substring(int, int) string", substring, reading_cost},
    {"string.trim() string", trim, reading_cost},
    {"list(string).join() string", join, result_built},
    {"list(string).join(string) string", join, result_built},
    {"string.format(list(dyn)) string", format_string, reading_cost},
    {"strings.quote(string) string", quote, reading_cost},
};

}  // namespace

std::span<const Declaration> string_functions() {
  return kDeclarations;
}

}  // namespace gatefold::cel
