#include "schema/cel/parser.h"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include "schema/cel/builder.h"
#include "schema/cel/cursor.h"
#include "schema/cel/lexer.h"
#include "schema/number.h"

namespace gatefold::cel {
namespace {

using enum TokenKind;

constexpr TokenSet kNumbers = kInt | kDouble;
// What an operand may begin with, first without the signs before it.
constexpr TokenSet kMember = kOpenBracket | kOpenBrace | kOpenParenthesis | kDot | kTrue | kFalse |
                             kNull | kDouble | kInt | kUint | kString | kBytes | kIdentifier;
constexpr TokenSet kOperand = kMember | kMinus | kNot;
// What may follow an operand that is complete, beside what ends the expression.
constexpr TokenSet kContinuation = kEqual | kNotEqual | kIn | kLess | kLessOrEqual |
                                   kGreaterOrEqual | kGreater | kAnd | kOr | kOpenBracket | kDot |
                                   kMinus | kPlus | kTimes | kDivide | kModulo;

struct Operator {
  TokenKind kind;
  std::string_view function;
};
constexpr std::array<Operator, 7> kRelations = {{{kLess, "_<_"},
                                                 {kLessOrEqual, "_<=_"},
                                                 {kGreaterOrEqual, "_>=_"},
                                                 {kGreater, "_>_"},
                                                 {kEqual, "_==_"},
                                                 {kNotEqual, "_!=_"},
                                                 {kIn, "@in"}}};
constexpr std::array<Operator, 2> kSums = {{{kPlus, "_+_"}, {kMinus, "_-_"}}};
constexpr std::array<Operator, 3> kProducts = {
    {{kTimes, "_*_"}, {kDivide, "_/_"}, {kModulo, "_%_"}}};

// One function for each rule of the grammar, which recurse through `expression` alone. Rules nest
// no deeper than kDepthMax, counted as the reference counts its own, and no tree grows higher.
class Parser {
 public:
  explicit Parser(std::string_view text) : cursor_(text), builder_(cursor_) {}

  Parsed<NodePtr> parse() {
    Term term = expression(kEnd);
    if (term && !cursor_.at(kEnd)) cursor_.unexpected(kEnd);
    if (cursor_.issue()) return std::unexpected(*cursor_.issue());
    return std::move(term.node);
  }

 private:
  // Operators.

  // `follow` is what may stand behind the expression.
  Term expression(TokenSet follow) {
    return rule(expressions_, [&] { return conditional(follow); });
  }
  Term conditional(TokenSet follow) {
    const TokenSet outer = std::exchange(follow_, follow | kQuestion);
    std::vector<Term> terms;
    terms.push_back(disjunction());
    if (!terms.back()) return {};
    if (!cursor_.at(kQuestion)) {
      follow_ = outer;
      return std::move(terms.front());
    }
    const std::uint32_t offset = cursor_.take().offset;
    follow_ = kColon;
    terms.push_back(disjunction());
    if (!terms.back() || !match(kColon, kOperand)) return {};
    terms.push_back(expression(follow));
    if (!terms.back()) return {};
    follow_ = outer;
    return builder_.operation(offset, "_?_:_", std::move(terms));
  }

  Term disjunction() {
    return chain(kOr, "_||_", [this] { return conjunction(); });
  }
  Term conjunction() {
    return chain(kAnd, "_&&_", [this] { return relation(); });
  }
  // Long chains become balanced trees, as in the reference.
  Term chain(TokenKind kind, std::string_view function, auto operand) {
    std::vector<Term> terms;
    std::vector<std::uint32_t> offsets;
    terms.push_back(operand());
    while (terms.back() && cursor_.at(kind)) {
      offsets.push_back(cursor_.take().offset);
      terms.push_back(operand());
    }
    return terms.back() ? builder_.balanced(function, terms, offsets) : Term{};
  }

  Term relation() {
    return rule(relations_,
                [this] { return left_to_right(relations_, kRelations, [this] { return sum(); }); });
  }
  // Sums and products are one rule of the reference's grammar.
  Term sum() {
    return rule(sums_,
                [this] { return left_to_right(sums_, kSums, [this] { return product(); }); });
  }
  Term product() {
    return left_to_right(sums_, kProducts, [this] { return unary(); });
  }
  Term left_to_right(std::size_t& depth, std::span<const Operator> operators, auto operand) {
    Term left = operand();
    while (left) {
      const auto found = std::ranges::find(operators, cursor_.peek().kind, &Operator::kind);
      if (found == operators.end()) break;
      const std::uint32_t offset = cursor_.take().offset;
      Term right = rule(depth, operand);
      if (!right) return {};
      left = builder_.operation(offset, found->function, std::move(left), std::move(right));
    }
    return left;
  }
  Term rule(std::size_t& depth, auto body) {
    if (depth == kDepthMax) {
      return builder_.wrong(kNowhere,
                            "expression recursion limit exceeded: " + std::to_string(kDepthMax));
    }
    ++depth;
    Term term = body();
    --depth;
    return term;
  }

  // Two signs cancel each other unseen. The sign of a number is part of it, unless it follows
  // another one.
  Term unary() {
    const Token first = cursor_.peek();
    const bool is_number = first.kind == kMinus && kNumbers.contains(cursor_.peek(1).kind);
    if (!cursor_.at(kNot | kMinus) || is_number) return member();
    Token last = first;
    bool is_odd = false;
    for (; cursor_.at(first.kind); is_odd = !is_odd) last = cursor_.take();
    if (first.kind == kMinus && !cursor_.at(kMember)) return no_viable_alternative(last);
    if (!cursor_.at(kOperand)) {
      cursor_.unwanted(kOperand);
      return {};
    }
    Term operand = member();
    if (!operand || !is_odd) return operand;
    std::vector<Term> terms;
    terms.push_back(std::move(operand));
    return builder_.operation(first.offset, first.kind == kNot ? "!_" : "-_", std::move(terms));
  }

  // Members.

  Term member() {
    Term term = primary();
    while (term && cursor_.at(kDot | kOpenBracket)) {
      term = cursor_.at(kDot) ? selection(std::move(term)) : indexed(std::move(term));
    }
    return term;
  }

  Term selection(Term operand) {
    const Token dot = cursor_.take();
    Select select;
    select.is_optional = cursor_.take(kQuestion);
    if (!cursor_.at(kIdentifier | kEscapedIdentifier)) {
      if (!select.is_optional) return no_viable_alternative(dot);
      return unexpected(kIdentifier | kEscapedIdentifier);
    }
    const Token name = cursor_.take();
    if (name.kind == kEscapedIdentifier) {
      cursor_.report(name.offset, "unsupported syntax: '`'");
    } else if (!select.is_optional && cursor_.at(kOpenParenthesis)) {
      return call(std::string(name.text), std::move(operand));
    }
    select.field = name.text;
    select.operand = std::move(operand.node);
    return builder_.made(dot.offset, std::move(select), operand.height + 1);
  }

  Term indexed(Term operand) {
    const Token open = cursor_.take();
    if (!cursor_.at(kOperand | kQuestion)) return unexpected(kOperand | kQuestion);
    const bool is_optional = cursor_.take(kQuestion);
    Term index = expression(kCloseBracket);
    if (!index || !match(kCloseBracket, kContinuation | follow_)) return {};
    return builder_.operation(open.offset, is_optional ? "_[?_]" : "_[_]", std::move(operand),
                              std::move(index));
  }

  // At the opening parenthesis; `target` may have no node.
  Term call(std::string function, Term target) {
    const std::uint32_t offset = cursor_.take().offset;
    std::vector<NodePtr> arguments;
    std::size_t height = target.height;
    if (!cursor_.at(kOperand | kCloseParenthesis)) return unexpected(kOperand | kCloseParenthesis);
    if (!cursor_.at(kCloseParenthesis)) {
      do {
        Term argument = expression(kComma | kCloseParenthesis);
        if (!argument) return {};
        height = std::max(height, argument.height);
        arguments.push_back(std::move(argument.node));
      } while (cursor_.take(kComma));
    }
    if (!match(kCloseParenthesis, kContinuation | follow_)) return {};
    return builder_.call(offset, std::move(function), std::move(target), std::move(arguments),
                         height);
  }

  // Primaries.

  Term primary() {
    switch (cursor_.peek().kind) {
      case kOpenParenthesis:
        return nested();
      case kOpenBracket:
        return list();
      case kOpenBrace:
        return map();
      case kDot:
      case kIdentifier:
        return named();
      case kMinus:
        if (kNumbers.contains(cursor_.peek(1).kind)) return number();
        break;
      case kInt:
      case kDouble:
      case kUint:
        return number();
      case kString:
      case kBytes:
        return text();
      case kTrue:
      case kFalse:
        return builder_.made(cursor_.peek().offset, Literal{cursor_.take().kind == kTrue, {}}, 0);
      case kNull:
        return builder_.made(cursor_.take().offset, Literal{}, 0);
      default:
        return unexpected(kOperand);
    }
    const Token minus = cursor_.take();
    return no_viable_alternative(minus);
  }

  Term nested() {
    cursor_.take();
    Term term = expression(kCloseParenthesis);
    if (!term || !match(kCloseParenthesis, kContinuation | follow_)) return {};
    return term;
  }

  Term number() {
    const std::uint32_t offset = cursor_.peek().offset;
    const std::string sign = cursor_.take(kMinus) ? "-" : "";
    const Token token = cursor_.take();
    const std::string digits = sign + std::string(token.text);
    if (token.kind == kInt) return literal(offset, int_of(digits), "int");
    if (token.kind == kUint) return literal(offset, uint_of(digits), "uint");
    return literal(offset, read_double(digits), "double");
  }
  Term literal(std::uint32_t offset, auto value, std::string_view type) {
    if (!value) return builder_.mistaken(offset, "invalid " + std::string(type) + " literal");
    return builder_.made(offset, Literal{*value, {}}, 0);
  }
  Term text() {
    const Token token = cursor_.take();
    auto value = unquote(token.text);
    if (!value) return builder_.mistaken(token.offset, std::move(value.error()));
    if (token.kind == kBytes)
      return builder_.made(token.offset, Literal{Bytes{std::move(*value)}, {}}, 0);
    return builder_.made(token.offset, Literal{std::move(*value), {}}, 0);
  }

  // Names, calls of functions and message literals.
  Term named() {
    const Token first = cursor_.peek();
    const bool is_absolute = cursor_.take(kDot);
    if (!cursor_.at(kIdentifier)) return no_viable_alternative(first);
    if (names_a_message()) return message(is_absolute ? "." : "");
    const Token name = cursor_.take();
    if (is_reserved(name.text)) {
      cursor_.report(first.offset, "reserved identifier: " + std::string(name.text));
    }
    if (cursor_.at(kOpenParenthesis)) {
      return call((is_absolute ? "." : "") + std::string(name.text), {});
    }
    if (is_reserved(name.text)) return builder_.made(first.offset, Literal{}, 0);
    return builder_.made(name.offset, Ident{std::string(name.text), is_absolute, 0}, 0);
  }
  bool names_a_message() const {
    std::size_t ahead = 1;
    while (cursor_.peek(ahead).kind == kDot && cursor_.peek(ahead + 1).kind == kIdentifier) {
      ahead += 2;
    }
    return cursor_.peek(ahead).kind == kOpenBrace;
  }

  // The fields are read and dropped: no message type is known that could have them.
  Term message(std::string name) {
    while (!cursor_.at(kOpenBrace)) name += cursor_.take().text;
    const std::uint32_t offset = cursor_.take().offset;
    const bool is_read = items(kCloseBrace, kQuestion | kIdentifier | kEscapedIdentifier, [this] {
      cursor_.take(kQuestion);
      if (!cursor_.at(kIdentifier | kEscapedIdentifier)) {
        return cursor_.unexpected(kIdentifier | kEscapedIdentifier);
      }
      const Token field = cursor_.take();
      if (field.kind == kEscapedIdentifier) {
        cursor_.report(field.offset, "unsupported syntax: '`'");
      }
      return match(kColon, kOperand) && expression(kComma | kCloseBrace);
    });
    return is_read ? builder_.made(offset, MessageLiteral{std::move(name)}, 0) : Term{};
  }

  Term list() {
    const std::uint32_t offset = cursor_.take().offset;
    ListLiteral list;
    std::size_t height = 0;
    const bool is_read = items(kCloseBracket, kOperand | kQuestion, [&] {
      list.is_optional.push_back(cursor_.take(kQuestion));
      Term element = expression(kComma | kCloseBracket);
      height = std::max(height, element.height + 1);
      list.elements.push_back(std::move(element.node));
      return list.elements.back() != nullptr;
    });
    return is_read ? builder_.made(offset, std::move(list), height) : Term{};
  }

  Term map() {
    const std::uint32_t offset = cursor_.take().offset;
    MapLiteral map;
    std::size_t height = 0;
    const bool is_read = items(kCloseBrace, kOperand | kQuestion, [&] {
      const bool is_optional = cursor_.take(kQuestion);
      Term key = expression(kColon);
      if (!key || !match(kColon, kOperand)) return false;
      Term value = expression(kComma | kCloseBrace);
      if (!value) return false;
      height = std::max({height, key.height + 1, value.height + 1});
      map.entries.push_back({std::move(key.node), std::move(value.node), is_optional});
      return true;
    });
    return is_read ? builder_.made(offset, std::move(map), height) : Term{};
  }

  // Items that begin with one of `first`, parted by commas, perhaps with one at the end, and
  // `close`.
  bool items(TokenKind close, TokenSet first, auto item) {
    if (!cursor_.at(first | kComma | close)) return cursor_.unexpected(first | kComma | close);
    bool has_more = cursor_.at(first);
    while (has_more) {
      if (!item()) return false;
      has_more = cursor_.at(kComma) && first.contains(cursor_.peek(1).kind);
      if (has_more) cursor_.take();
    }
    if (!cursor_.at(kComma | close)) return cursor_.unexpected(kComma | close);
    cursor_.take(kComma);
    return match(close, kContinuation | follow_);
  }

  bool match(TokenKind kind, TokenSet after) {
    return cursor_.take(kind) || cursor_.unexpected(kind, after);
  }
  Term unexpected(TokenSet expected) {
    cursor_.unexpected(expected);
    return {};
  }

  Term no_viable_alternative(const Token& first) {
    cursor_.no_viable_alternative(first);
    return {};
  }

  Cursor cursor_;
  Builder builder_;
  TokenSet follow_;  // what may stand behind the expression at hand
  std::size_t expressions_ = 0;
  std::size_t relations_ = 0;
  std::size_t sums_ = 0;
};

}  // namespace

Parsed<NodePtr> parse(std::string_view expression) {
  const std::size_t size = count_code_points(expression);
  if (size > kExpressionCodePointsMax) {
    return std::unexpected(
        Issue{kNowhere, "expression code point size exceeds limit: size: " + std::to_string(size) +
                            ", limit " + std::to_string(kExpressionCodePointsMax)});
  }
  return Parser(expression).parse();
}

}  // namespace gatefold::cel
