#include "schema/pattern.h"

#include <fmt/format.h>
#include <re2/re2.h>

namespace gatefold {
namespace {

// Programs are shared by all objects; a hostile one may not eat the memory.
constexpr std::int64_t kMemoryMax = 8 << 20;

std::string_view go_word(re2::RE2::ErrorCode code) {
  switch (code) {
    case re2::RE2::NoError:
    case re2::RE2::ErrorInternal:
      return "regexp/syntax: internal error";
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
  }
  return "regexp/syntax: internal error";
}

}  // namespace

std::expected<std::shared_ptr<const re2::RE2>, std::string> compile_pattern(std::string_view text) {
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(kMemoryMax);
  auto pattern = std::make_shared<re2::RE2>(re2::StringPiece(text.data(), text.size()), options);
  if (pattern->ok()) return pattern;
  // What RE2 leaves out, Go names as a whole.
  const auto& part = pattern->error_arg();
  const auto code = pattern->error_code();
  if (code == re2::RE2::ErrorTrailingBackslash) {
    return std::unexpected(fmt::format("error parsing regexp: {}: ``", go_word(code)));
  }
  return std::unexpected(fmt::format("error parsing regexp: {}: `{}`", go_word(code),
                                     part.empty() ? std::string(text) : part));
}

}  // namespace gatefold
