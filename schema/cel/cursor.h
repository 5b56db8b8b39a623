// Tokens as the parser eats them, and what it says of those that it can't.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "schema/cel/lexer.h"

namespace gatefold::cel {

// Borrows the expression. Of several issues the one that stands first is kept, of those at one
// place the one that was reported first: it is the first that the reference prints.
class Cursor {
 public:
  explicit Cursor(std::string_view expression);

  // The token at hand or one of those behind it; the last of all is kEnd.
  const Token& peek(std::size_t ahead = 0) const;
  bool at(TokenSet set) const { return set.contains(peek().kind); }
  // Goes past the token at hand, but never past kEnd.
  Token take();
  // Goes past it if it is of that kind.
  bool take(TokenKind kind);

  void report(std::uint32_t offset, std::string message);

  // Syntax errors in the words of ANTLR. False: there is no going on. The token at hand is none of
  // `expected`; where that is one kind, `after` is what may follow it.
  bool unexpected(TokenSet expected, TokenSet after = {});
  // The same after `!`, where ANTLR does not look further.
  bool unwanted(TokenSet expected);
  // No rule goes on from `first`, which lies behind, to the token at hand. True: that was a word in
  // place of a name, and lies behind too.
  bool no_viable_alternative(const Token& first);

  // At a name: whether it, with what dots add to it, has fields in braces.
  bool names_a_message() const;

  const std::optional<Issue>& issue() const { return issue_; }

 private:
  std::string_view expression_;
  Tokens tokens_;
  std::size_t next_ = 0;
  std::optional<Issue> issue_;
};

}  // namespace gatefold::cel
