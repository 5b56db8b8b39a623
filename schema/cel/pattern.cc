#include "schema/cel/pattern.h"

#include <cmath>

#include <fmt/format.h>
#include <re2/re2.h>

namespace gatefold::cel {
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

}  // namespace

std::expected<std::shared_ptr<const re2::RE2>, std::string> compile_pattern(
    std::string_view pattern) {
  re2::RE2::Options options(re2::RE2::Quiet);
  options.set_max_mem(kMemoryMax);
  auto compiled =
      std::make_shared<const re2::RE2>(re2::StringPiece(pattern.data(), pattern.size()), options);
  if (compiled->ok()) return compiled;
  return std::unexpected(fmt::format("error parsing regexp: {}: `{}`",
                                     reason_of(compiled->error_code()), compiled->error_arg()));
}

// Texts count for one more than they have, so that no match is free.
std::uint64_t pattern_cost(const Val& text, const Val& pattern) {
  const double texts = std::ceil((1.0 + static_cast<double>(size_of(text))) * 0.1);
  const double patterns = std::ceil(static_cast<double>(size_of(pattern)) * 0.25);
  return static_cast<std::uint64_t>(texts) * static_cast<std::uint64_t>(patterns);
}

}  // namespace gatefold::cel
