#include "schema/cel/cursor.h"

#include <algorithm>
#include <utility>

namespace gatefold::cel {
namespace {

// As ANTLR shows text of the input: on one line.
std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\n') {
      out += "\\n";
    } else if (c == '\r') {
      out += "\\r";
    } else if (c == '\t') {
      out += "\\t";
    } else {
      out += c;
    }
  }
  return out;
}

std::string shown(const Token& token) {
  return token.kind == TokenKind::kEnd ? "'<EOF>'" : '\'' + escaped(token.text) + '\'';
}

// Issues without a place come first.
std::uint64_t rank(std::uint32_t offset) {
  return offset == kNowhere ? 0 : std::uint64_t{offset} + 1;
}

}  // namespace

Cursor::Cursor(std::string_view expression)
    : expression_(expression), tokens_(tokenize(expression)), issue_(tokens_.issue) {}

const Token& Cursor::peek(std::size_t ahead) const {
  return tokens_.tokens[std::min(next_ + ahead, tokens_.tokens.size() - 1)];
}

Token Cursor::take() {
  const Token token = peek();
  if (token.kind != TokenKind::kEnd) ++next_;
  return token;
}

bool Cursor::take(TokenKind kind) {
  if (peek().kind != kind) return false;
  take();
  return true;
}

void Cursor::report(std::uint32_t offset, std::string message) {
  if (issue_ && rank(issue_->offset) <= rank(offset)) return;
  issue_ = Issue{offset, std::move(message)};
}

bool Cursor::unexpected(TokenSet expected, TokenSet after) {
  const Token& token = peek();
  if (token.kind != TokenKind::kEnd && expected.contains(peek(1).kind)) return unwanted(expected);
  const bool is_missing = after.contains(token.kind);
  report(token.offset, is_missing
                           ? "Syntax error: missing " + to_string(expected) + " at " + shown(token)
                           : "Syntax error: mismatched input " + shown(token) + " expecting " +
                                 to_string(expected));
  return false;
}

bool Cursor::unwanted(TokenSet expected) {
  report(peek().offset,
         "Syntax error: extraneous input " + shown(peek()) + " expecting " + to_string(expected));
  return false;
}

bool Cursor::no_viable_alternative(const Token& first) {
  const Token& token = peek();
  const auto place = [&](const Token& at) {
    return static_cast<std::size_t>(at.text.data() - expression_.data());
  };
  const std::size_t end =
      token.kind == TokenKind::kEnd ? expression_.size() : place(token) + token.text.size();
  const std::string_view input = expression_.substr(place(first), end - place(first));
  // The reference's own: a word where it wants a name. It goes on behind that.
  const bool is_word = token.kind == TokenKind::kTrue || token.kind == TokenKind::kFalse ||
                       token.kind == TokenKind::kNull;
  if (is_word && input.size() == 1 + token.text.size()) {
    report(token.offset, "Syntax error: mismatched input " + shown(token) + " expecting " +
                             to_string(TokenKind::kIdentifier));
    take();
    return true;
  }
  report(token.offset, "Syntax error: no viable alternative at input '" + escaped(input) + '\'');
  return false;
}

bool Cursor::names_a_message() const {
  std::size_t ahead = 1;
  while (peek(ahead).kind == TokenKind::kDot && peek(ahead + 1).kind == TokenKind::kIdentifier) {
    ahead += 2;
  }
  return peek(ahead).kind == TokenKind::kOpenBrace;
}

}  // namespace gatefold::cel
