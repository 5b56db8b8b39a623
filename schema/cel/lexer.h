// Text to tokens, and what literals mean.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "schema/cel/parser.h"

namespace gatefold::cel {

// In the order of the reference implementation's grammar, which is that of its messages.
enum class TokenKind : std::uint8_t {
  kEnd,
  kEqual,
  kNotEqual,
  kIn,
  kLess,
  kLessOrEqual,
  kGreaterOrEqual,
  kGreater,
  kAnd,
  kOr,
  kOpenBracket,
  kCloseBracket,
  kOpenBrace,
  kCloseBrace,
  kOpenParenthesis,
  kCloseParenthesis,
  kDot,
  kComma,
  kMinus,
  kNot,
  kQuestion,
  kColon,
  kPlus,
  kTimes,
  kDivide,
  kModulo,
  kTrue,
  kFalse,
  kNull,
  kDouble,
  kInt,
  kUint,
  kString,
  kBytes,
  kIdentifier,
  kEscapedIdentifier,  // in backticks
};
inline constexpr std::size_t kTokenKinds = 36;

// A set of kinds of tokens.
class TokenSet {
 public:
  constexpr TokenSet() = default;
  constexpr TokenSet(TokenKind kind) : bits_(std::uint64_t{1} << static_cast<unsigned>(kind)) {}
  constexpr bool contains(TokenKind kind) const { return (bits_ & TokenSet(kind).bits_) != 0; }
  friend constexpr TokenSet operator|(TokenSet a, TokenSet b) {
    return TokenSet(a.bits_ | b.bits_);
  }

 private:
  explicit constexpr TokenSet(std::uint64_t bits) : bits_(bits) {}
  std::uint64_t bits_ = 0;
};
constexpr TokenSet operator|(TokenKind a, TokenKind b) {
  return TokenSet(a) | TokenSet(b);
}

// `'=='`, `NUM_INT`, `<EOF>`; several as `{'[', IDENTIFIER}`.
std::string to_string(TokenSet set);

struct Token {
  TokenKind kind = TokenKind::kEnd;
  std::uint32_t offset = 0;  // in code points from the start
  std::string_view text;     // borrowed from the expression; empty at the end
};

struct Tokens {
  std::vector<Token> tokens;   // ends with one of kind kEnd
  std::optional<Issue> issue;  // the first: `Syntax error: token recognition error at: '$'`
};

// Comments, white space and what is no token are left out. Takes any bytes; counts only those that
// begin a code point.
Tokens tokenize(std::string_view expression);

// Names that no variable and no function may have: `namespace`, `var`. The words that are tokens of
// their own are not among them.
bool is_reserved(std::string_view name);

std::size_t count_code_points(std::string_view text);

// What the text of a token is worth. `text` of an int may begin with a minus sign, that of a uint
// ends with its suffix. Nothing: it does not fit.
std::optional<std::int64_t> int_of(std::string_view text);
std::optional<std::uint64_t> uint_of(std::string_view text);

// The text or the bytes that a token of kind kString or kBytes stands for. The error is a message.
std::expected<std::string, std::string> unquote(std::string_view text);

}  // namespace gatefold::cel
