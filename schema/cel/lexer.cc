#include "schema/cel/lexer.h"

#include <algorithm>
#include <array>

#include "schema/utf8.h"

namespace gatefold::cel {
namespace {

constexpr std::array<std::string_view, kTokenKinds> kNames = {
    "<EOF>",  "'=='",  "'!='",       "'in'",          "'<'",    "'<='",      "'>='",    "'>'",
    "'&&'",   "'||'",  "'['",        "']'",           "'{'",    "'}'",       "'('",     "')'",
    "'.'",    "','",   "'-'",        "'!'",           "'?'",    "':'",       "'+'",     "'*'",
    "'/'",    "'%'",   "'true'",     "'false'",       "'null'", "NUM_FLOAT", "NUM_INT", "NUM_UINT",
    "STRING", "BYTES", "IDENTIFIER", "ESC_IDENTIFIER"};

struct Sign {
  std::string_view text;
  TokenKind kind;
};
// The longer of two that start alike comes first.
constexpr std::array<Sign, 24> kSigns = {{{"==", TokenKind::kEqual},
                                          {"!=", TokenKind::kNotEqual},
                                          {"<=", TokenKind::kLessOrEqual},
                                          {"<", TokenKind::kLess},
                                          {">=", TokenKind::kGreaterOrEqual},
                                          {">", TokenKind::kGreater},
                                          {"&&", TokenKind::kAnd},
                                          {"||", TokenKind::kOr},
                                          {"[", TokenKind::kOpenBracket},
                                          {"]", TokenKind::kCloseBracket},
                                          {"{", TokenKind::kOpenBrace},
                                          {"}", TokenKind::kCloseBrace},
                                          {"(", TokenKind::kOpenParenthesis},
                                          {")", TokenKind::kCloseParenthesis},
                                          {".", TokenKind::kDot},
                                          {",", TokenKind::kComma},
                                          {"-", TokenKind::kMinus},
                                          {"!", TokenKind::kNot},
                                          {"?", TokenKind::kQuestion},
                                          {":", TokenKind::kColon},
                                          {"+", TokenKind::kPlus},
                                          {"*", TokenKind::kTimes},
                                          {"/", TokenKind::kDivide},
                                          {"%", TokenKind::kModulo}}};

constexpr std::array<Sign, 4> kWords = {{{"in", TokenKind::kIn},
                                         {"true", TokenKind::kTrue},
                                         {"false", TokenKind::kFalse},
                                         {"null", TokenKind::kNull}}};

constexpr std::array<std::string_view, 17> kReserved = {
    "as",  "break", "const",     "continue", "else",   "for", "function", "if",   "import",
    "let", "loop",  "namespace", "package",  "return", "var", "void",     "while"};

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_octal(char c) {
  return c >= '0' && c <= '7';
}
bool is_hex(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_name(char c) {
  return is_letter(c) || is_digit(c) || c == '_';
}
bool is_escaped_name(char c) {
  return is_name(c) || std::string_view(".-/ ").contains(c);
}
bool is_space(char c) {
  return std::string_view(" \t\r\n\f").contains(c);
}

// Where something ends that starts before; or, not `matched`, the first byte that does not fit.
struct End {
  std::size_t at = 0;
  bool matched = false;
};

class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}

  Tokens run() {
    Tokens out;
    for (skip(); at_ < text_.size(); skip()) {
      const auto found = next();
      if (!found) {
        const std::size_t end = broken_end();
        if (!out.issue) out.issue = issue(end);
        advance(end);
        continue;
      }
      out.tokens.push_back({found->kind, offset_, text_.substr(at_, found->end - at_)});
      advance(found->end);
    }
    out.tokens.push_back({TokenKind::kEnd, offset_, {}});
    return out;
  }

 private:
  struct Found {
    TokenKind kind;
    std::size_t end;
  };

  char char_at(std::size_t at) const { return at < text_.size() ? text_[at] : '\0'; }
  template <class Predicate>
  std::size_t run_end(std::size_t at, Predicate predicate) const {
    while (at < text_.size() && predicate(text_[at])) ++at;
    return at;
  }
  void advance(std::size_t end) {
    offset_ += static_cast<std::uint32_t>(count_code_points(text_.substr(at_, end - at_)));
    at_ = end;
  }

  void skip() {
    std::size_t end = at_;
    while (end < text_.size()) {
      if (is_space(text_[end])) {
        ++end;
      } else if (text_.substr(end).starts_with("//")) {
        end = std::min(text_.find('\n', end), text_.size());
      } else {
        break;
      }
    }
    advance(end);
  }

  std::optional<Found> next() {
    const char first = text_[at_];
    broken_at_ = at_;
    if (is_digit(first) || (first == '.' && is_digit(char_at(at_ + 1)))) return number();
    if (is_letter(first) || first == '_') return word();
    if (first == '"' || first == '\'') {
      const End end = quoted(at_, false);
      broken_at_ = end.at;
      if (!end.matched) return std::nullopt;
      return Found{TokenKind::kString, end.at};
    }
    if (first == '`') return escaped_identifier();
    for (const Sign& sign : kSigns) {
      if (text_.substr(at_).starts_with(sign.text)) return Found{sign.kind, at_ + sign.text.size()};
    }
    if (first == '=' || first == '&' || first == '|') ++broken_at_;
    return std::nullopt;
  }

  Found number() const {
    if (char_at(at_) == '0' && char_at(at_ + 1) == 'x' && is_hex(char_at(at_ + 2))) {
      return whole(run_end(at_ + 2, is_hex));
    }
    const std::size_t whole_end = run_end(at_, is_digit);
    std::size_t end = whole_end;
    if (char_at(end) == '.' && is_digit(char_at(end + 1))) end = run_end(end + 1, is_digit);
    end = exponent_end(end);
    return end == whole_end ? whole(end) : Found{TokenKind::kDouble, end};
  }
  Found whole(std::size_t end) const {
    const bool is_unsigned = char_at(end) == 'u' || char_at(end) == 'U';
    return is_unsigned ? Found{TokenKind::kUint, end + 1} : Found{TokenKind::kInt, end};
  }
  std::size_t exponent_end(std::size_t at) const {
    if (char_at(at) != 'e' && char_at(at) != 'E') return at;
    const std::size_t digits = at + (char_at(at + 1) == '+' || char_at(at + 1) == '-' ? 2 : 1);
    return is_digit(char_at(digits)) ? run_end(digits, is_digit) : at;
  }

  // Names, words, and literals with a prefix. What turns out to be no literal is a name.
  Found word() const {
    std::size_t quote = at_;
    const bool is_bytes = char_at(quote) == 'b' || char_at(quote) == 'B';
    if (is_bytes) ++quote;
    const bool is_raw = char_at(quote) == 'r' || char_at(quote) == 'R';
    if (is_raw) ++quote;
    if (char_at(quote) == '"' || char_at(quote) == '\'') {
      const End end = quoted(quote, is_raw);
      if (end.matched) return {is_bytes ? TokenKind::kBytes : TokenKind::kString, end.at};
    }
    const std::size_t end = run_end(at_, is_name);
    const std::string_view name = text_.substr(at_, end - at_);
    const auto* const known = std::ranges::find(kWords, name, &Sign::text);
    return {known == kWords.end() ? TokenKind::kIdentifier : known->kind, end};
  }

  std::optional<Found> escaped_identifier() {
    broken_at_ = run_end(at_ + 1, is_escaped_name);
    if (char_at(broken_at_) != '`' || broken_at_ == at_ + 1) return std::nullopt;
    return Found{TokenKind::kEscapedIdentifier, broken_at_ + 1};
  }

  // A literal whose first quote stands at `at`. Three quotes without their end are an empty literal
  // and a quote.
  End quoted(std::size_t at, bool is_raw) const {
    const std::string three(3, text_[at]);
    if (text_.substr(at).starts_with(three)) {
      const End end = quoted_by(at, three, is_raw);
      return end.matched ? end : End{at + 2, true};
    }
    return quoted_by(at, text_.substr(at, 1), is_raw);
  }
  End quoted_by(std::size_t begin, std::string_view quotes, bool is_raw) const {
    std::size_t at = begin + quotes.size();
    while (at < text_.size()) {
      if (text_.substr(at).starts_with(quotes)) return {at + quotes.size(), true};
      if (quotes.size() == 1 && (text_[at] == '\n' || text_[at] == '\r')) break;
      if (text_[at] != '\\' || is_raw) {
        ++at;
        continue;
      }
      const End end = escape(at);
      at = end.at;
      if (!end.matched) break;
    }
    return {at, false};
  }

  End escape(std::size_t at) const {
    const char kind = char_at(at + 1);
    if (kind != '\0' && std::string_view("abfnrtv\"'\\?`").contains(kind)) return {at + 2, true};
    if (kind == 'x' || kind == 'X') return digits(at + 2, 2, is_hex);
    if (kind == 'u') return digits(at + 2, 4, is_hex);
    if (kind == 'U') return digits(at + 2, 8, is_hex);
    if (kind >= '0' && kind <= '3') return digits(at + 2, 2, is_octal);
    return {at + 1, false};
  }
  template <class Predicate>
  End digits(std::size_t at, std::size_t count, Predicate predicate) const {
    const std::size_t end = std::min(run_end(at, predicate), at + count);
    return {end, end == at + count};
  }

  // The reference shows everything up to and with what broke the token, and goes on behind it.
  std::size_t broken_end() const {
    if (broken_at_ >= text_.size()) return text_.size();
    return broken_at_ + std::max<std::size_t>(1, first_code_point(text_.substr(broken_at_)).bytes);
  }
  Issue issue(std::size_t end) const {
    return {offset_, "Syntax error: token recognition error at: '" +
                         std::string(text_.substr(at_, end - at_)) + "'"};
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::uint32_t offset_ = 0;
  std::size_t broken_at_ = 0;
};

}  // namespace

std::string to_string(TokenSet set) {
  std::string names;
  std::size_t count = 0;
  for (std::size_t i = 0; i < kTokenKinds; ++i) {
    if (!set.contains(static_cast<TokenKind>(i))) continue;
    if (count++ > 0) names += ", ";
    names += kNames.at(i);
  }
  return count == 1 ? names : '{' + names + '}';
}

Tokens tokenize(std::string_view expression) {
  return Lexer(expression).run();
}

bool is_reserved(std::string_view name) {
  return std::ranges::find(kReserved, name) != kReserved.end();
}

std::size_t count_code_points(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char byte) { return (static_cast<unsigned char>(byte) & 0xc0U) != 0x80U; }));
}

}  // namespace gatefold::cel
