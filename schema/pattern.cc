#include "schema/pattern.h"

#include <algorithm>
#include <cstdint>

#include <fmt/format.h>
#include <re2/re2.h>

namespace gatefold {
namespace {

constexpr std::int64_t kMemoryMax = 8 << 20;

// Go's words for RE2's codes.
std::string_view reason_of(re2::RE2::ErrorCode code) {
  switch (code) {
    case re2::RE2::ErrorBadEscape:
      return "invalid escape sequence";
    case re2::RE2::ErrorBadCharClass:
      return "invalid character class";
    case re2::RE2::ErrorBadCharRange:
      return "invalid character class range";
    case re2::RE2::ErrorMissingBracket:
      return "missing closing ]";
    case re2::RE2::ErrorMissingParen:
      return "missing closing )";
    case re2::RE2::ErrorUnexpectedParen:
      return "unexpected )";
    case re2::RE2::ErrorTrailingBackslash:
      return "trailing backslash at end of expression";
    case re2::RE2::ErrorRepeatArgument:
      return "missing argument to repetition operator";
    case re2::RE2::ErrorRepeatSize:
      return "invalid repeat count";
    case re2::RE2::ErrorRepeatOp:
      return "invalid nested repetition operator";
    case re2::RE2::ErrorBadPerlOp:
      return "invalid or unsupported Perl syntax";
    case re2::RE2::ErrorBadUTF8:
      return "invalid UTF-8";
    case re2::RE2::ErrorBadNamedCapture:
      return "invalid named capture";
    case re2::RE2::ErrorPatternTooLarge:
      return "expression too large";
    case re2::RE2::NoError:
    case re2::RE2::ErrorInternal:
      break;
  }
  return "regexp/syntax: internal error";
}

// What Go's error shows: all of the pattern where a parenthesis has no partner, and of a repetition
// not what makes it lazy.
std::string_view subject_of(const re2::RE2& compiled, std::string_view pattern) {
  switch (compiled.error_code()) {
    case re2::RE2::ErrorMissingParen:
    case re2::RE2::ErrorUnexpectedParen:
    case re2::RE2::ErrorPatternTooLarge:
      return pattern;
    case re2::RE2::ErrorTrailingBackslash:
      return "";
    default:
      break;
  }
  std::string_view subject = compiled.error_arg();
  const bool is_size = compiled.error_code() == re2::RE2::ErrorRepeatSize;
  if (is_size && subject.ends_with('?')) subject.remove_suffix(1);
  return subject;
}

// The end of what starts at `at` and is taken as it is: an escape, a quotation, a class.
std::size_t end_of_piece(std::string_view pattern, std::size_t at) {
  const std::string_view rest = pattern.substr(at);
  if (rest.starts_with("\\Q")) return std::min(pattern.find("\\E", at), pattern.size());
  if (rest.starts_with('\\')) return std::min(at + 2, pattern.size());
  if (!rest.starts_with('[')) return at + 1;
  at += rest.starts_with("[^") ? 2 : 1;
  if (at < pattern.size() && pattern[at] == ']') ++at;
  while (at < pattern.size() && pattern[at] != ']') {
    // The longest there is: [:^xdigit:].
    const std::string_view named = pattern.substr(at, sizeof("[:^xdigit:]") - 1);
    const std::size_t named_end = named.starts_with("[:") ? named.find(":]") : named.npos;
    if (named_end != named.npos) {
      at += named_end + 2;
    } else {
      at += pattern[at] == '\\' ? 2 : 1;
    }
  }
  return std::min(at + 1, pattern.size());
}

bool is_name(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_';
  });
}

// Groups without their names, which nothing asks for: Go allows `(?<name>` and the same name twice,
// this RE2 does not. Go has no \C.
std::expected<std::string, std::string> without_names(std::string_view pattern) {
  std::string out;
  for (std::size_t at = 0; at < pattern.size();) {
    const std::string_view rest = pattern.substr(at);
    if (rest.starts_with("\\C")) return std::unexpected("invalid escape sequence: `\\C`");
    const std::size_t name = rest.starts_with("(?P<") ? 4 : (rest.starts_with("(?<") ? 3 : 0);
    if (name == 0) {
      const std::size_t end = end_of_piece(pattern, at);
      out += pattern.substr(at, end - at);
      at = end;
      continue;
    }
    const std::size_t end = std::min(rest.find('>'), rest.size());
    if (end == rest.size() || !is_name(rest.substr(name, end - name))) {
      return std::unexpected(fmt::format("invalid named capture: `{}`", rest.substr(0, end + 1)));
    }
    out += '(';
    at += end + 1;
  }
  return out;
}

}  // namespace

std::expected<std::shared_ptr<const re2::RE2>, std::string> compile_pattern(
    std::string_view pattern) {
  constexpr std::string_view kPrefix = "error parsing regexp: ";
  const auto unnamed = without_names(pattern);
  if (!unnamed) return std::unexpected(std::string(kPrefix) + unnamed.error());
  re2::RE2::Options options(re2::RE2::Quiet);
  options.set_max_mem(kMemoryMax);
  auto compiled = std::make_shared<const re2::RE2>(*unnamed, options);
  if (compiled->ok()) return compiled;
  return std::unexpected(fmt::format("{}{}: `{}`", kPrefix, reason_of(compiled->error_code()),
                                     subject_of(*compiled, pattern)));
}

}  // namespace gatefold
