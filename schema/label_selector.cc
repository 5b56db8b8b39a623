// Reads label selectors as Kubernetes does: a list of tokens first, then requirements, so that the
// complaints name the same token.
#include <algorithm>
#include <charconv>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "schema/names.h"
#include "schema/selector.h"

namespace gatefold {
namespace {

using Operator = LabelRequirement::Operator;

enum class TokenType { kEnd, kWord, kOpen, kClose, kComma, kBang, kOperator };

struct Token {
  TokenType type = TokenType::kEnd;
  std::string_view text;
};

// What the grammar calls operators, in the order in which complaints list them.
constexpr std::string_view kOperatorNames = "in, notin, =, ==, !=, gt, lt";

// Kubernetes takes a zero byte for the end of the text, and one behind a token for nothing.
constexpr char kEnd = '\0';

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}
bool is_symbol(char c) {
  return std::string_view("=!(),<>").contains(c);
}

Token symbol_at(std::string_view rest) {
  for (const std::string_view pair : {"==", "!="}) {
    if (rest.starts_with(pair)) return {TokenType::kOperator, rest.substr(0, 2)};
  }
  const auto type = rest[0] == '('   ? TokenType::kOpen
                    : rest[0] == ')' ? TokenType::kClose
                    : rest[0] == ',' ? TokenType::kComma
                    : rest[0] == '!' ? TokenType::kBang
                                     : TokenType::kOperator;
  return {type, rest.substr(0, 1)};
}

std::vector<Token> tokens_of(std::string_view text) {
  std::vector<Token> tokens;
  std::size_t at = 0;
  while (at < text.size()) {
    if (text[at] == kEnd) break;
    if (is_space(text[at])) {
      ++at;
      continue;
    }
    if (is_symbol(text[at])) {
      tokens.push_back(symbol_at(text.substr(at)));
    } else {
      auto end = at;
      while (end < text.size() && !is_space(text[end]) && !is_symbol(text[end]) &&
             text[end] != kEnd) {
        ++end;
      }
      tokens.push_back({TokenType::kWord, text.substr(at, end - at)});
    }
    at += tokens.back().text.size();
    if (at < text.size() && text[at] == kEnd) ++at;
  }
  tokens.push_back({});
  return tokens;
}

std::optional<std::int64_t> integer_of(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  std::int64_t number = 0;
  const auto end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || at != end || text.empty()) return std::nullopt;
  return number;
}

std::string found(const Token& token, std::string_view expected) {
  return fmt::format("found '{}', expected: {}", token.text, expected);
}

std::string field_error_text(std::string field, std::string_view value, std::string_view detail) {
  const auto error = invalid_value(std::move(field), Value(boost::json::string_view(value)), detail,
                                   "label-selector");
  return fmt::format("{}: {}", error.field, error.body);
}

std::optional<std::string> complaint_about(const std::vector<std::string>& complaints,
                                           std::string field, std::string_view value) {
  if (complaints.empty()) return std::nullopt;
  return field_error_text(std::move(field), value, fmt::format("{}", fmt::join(complaints, "; ")));
}

class Parser {
 public:
  explicit Parser(std::string_view text) : tokens_(tokens_of(text)) {}

  std::expected<LabelSelector, std::string> parse() {
    LabelSelector selector;
    while (peek().type != TokenType::kEnd) {
      if (peek().type != TokenType::kWord && peek().type != TokenType::kBang) {
        return std::unexpected(found(peek(), "!, identifier, or 'end of string'"));
      }
      auto requirement = parse_requirement();
      if (!requirement) {
        return std::unexpected("unable to parse requirement: " + requirement.error());
      }
      selector.requirements.push_back(std::move(*requirement));
      const auto token = next();
      if (token.type == TokenType::kEnd) break;
      if (token.type != TokenType::kComma) {
        return std::unexpected(found(token, "',' or 'end of string'"));
      }
      if (peek().type != TokenType::kWord && peek().type != TokenType::kBang) {
        return std::unexpected(found(peek(), "identifier after ','"));
      }
    }
    return selector;
  }

 private:
  template <class T>
  using Parsed = std::expected<T, std::string>;
  using Values = std::set<std::string>;

  const Token& peek() const { return tokens_[at_]; }
  // The token after the last one is the last one.
  Token next() {
    const auto token = tokens_[at_];
    if (at_ + 1 < tokens_.size()) ++at_;
    return token;
  }

  Parsed<LabelRequirement> parse_requirement() {
    LabelRequirement requirement;
    const bool negated = peek().type == TokenType::kBang;
    if (negated) next();
    const auto key = next();
    if (key.type != TokenType::kWord) return std::unexpected(found(key, "identifier"));
    if (auto complaint = complaint_about(check_qualified_name(key.text), "<nil>", key.text)) {
      return std::unexpected(std::move(*complaint));
    }
    requirement.key = key.text;
    requirement.op = negated ? Operator::kDoesNotExist : Operator::kExists;
    if (negated || peek().type == TokenType::kEnd || peek().type == TokenType::kComma) {
      return requirement;
    }
    const auto op = next();
    const bool is_set = op.text == "in" || op.text == "notin";
    if (op.type != TokenType::kOperator && !is_set) {
      return std::unexpected(found(op, kOperatorNames));
    }
    requirement.op = op.text == ">"                          ? Operator::kGreater
                     : op.text == "<"                        ? Operator::kLess
                     : op.text == "!=" || op.text == "notin" ? Operator::kNotIn
                                                             : Operator::kIn;
    const auto values = is_set ? parse_values() : parse_exact_value();
    if (!values) return std::unexpected(values.error());
    requirement.values.assign(values->begin(), values->end());
    return checked(std::move(requirement));
  }

  Parsed<Values> parse_exact_value() {
    if (peek().type == TokenType::kEnd || peek().type == TokenType::kComma) return Values{""};
    const auto value = next();
    if (value.type != TokenType::kWord) return std::unexpected(found(value, "identifier"));
    return Values{std::string(value.text)};
  }

  // `(a,b)`; an empty place between, before or after commas is the empty value.
  Parsed<Values> parse_values() {
    const auto open = next();
    if (open.type != TokenType::kOpen) {
      return std::unexpected(fmt::format("found '{}' expected: '('", open.text));
    }
    if (peek().type == TokenType::kClose) {
      next();
      return Values{""};
    }
    if (peek().type != TokenType::kWord && peek().type != TokenType::kComma) {
      return std::unexpected(found(peek(), "',', ')' or identifier"));
    }
    Values values;
    while (true) {
      const auto token = next();
      if (token.type == TokenType::kWord) {
        values.emplace(token.text);
        if (peek().type != TokenType::kComma && peek().type != TokenType::kClose) {
          return std::unexpected(found(peek(), "',' or ')'"));
        }
      } else if (token.type == TokenType::kComma) {
        if (values.empty()) values.emplace();
        if (peek().type == TokenType::kClose) {
          values.emplace();
        } else if (peek().type == TokenType::kComma) {
          next();
          values.emplace();
          continue;
        }
      } else {
        return std::unexpected(found(token, "',', or identifier"));
      }
      if (peek().type == TokenType::kClose) break;
    }
    next();
    return values;
  }

  static Parsed<LabelRequirement> checked(LabelRequirement requirement) {
    std::vector<std::string> complaints;
    const auto& values = requirement.values;
    if (requirement.op == Operator::kGreater || requirement.op == Operator::kLess) {
      const auto bound = integer_of(values.front());
      requirement.bound = bound.value_or(0);
      if (!bound) {
        complaints.push_back(field_error_text(
            "values[0]", values.front(), "for 'Gt', 'Lt' operators, the value must be an integer"));
      }
    }
    for (std::size_t i = 0; i < values.size(); ++i) {
      auto complaint =
          complaint_about(check_label_value(values[i]),
                          fmt::format("values[{}][{}]", i, requirement.key), values[i]);
      if (complaint) complaints.push_back(std::move(*complaint));
    }
    if (complaints.empty()) return requirement;
    if (complaints.size() == 1) return std::unexpected(std::move(complaints.front()));
    return std::unexpected(fmt::format("[{}]", fmt::join(complaints, ", ")));
  }

  std::vector<Token> tokens_;
  std::size_t at_ = 0;
};

bool holds(const LabelRequirement& requirement, const std::string* value) {
  const auto& values = requirement.values;
  const auto listed = [&] { return std::ranges::find(values, *value) != values.end(); };
  switch (requirement.op) {
    case Operator::kIn:
      return value != nullptr && listed();
    case Operator::kNotIn:
      return value == nullptr || !listed();
    case Operator::kExists:
      return value != nullptr;
    case Operator::kDoesNotExist:
      return value == nullptr;
    case Operator::kGreater:
    case Operator::kLess: {
      const auto number = value == nullptr ? std::nullopt : integer_of(*value);
      if (!number) return false;
      return requirement.op == Operator::kGreater ? *number > requirement.bound
                                                  : *number < requirement.bound;
    }
  }
  return false;
}

}  // namespace

bool LabelSelector::matches(const Labels& labels) const {
  return std::ranges::all_of(requirements, [&](const LabelRequirement& requirement) {
    const auto label = labels.find(requirement.key);
    return holds(requirement, label == labels.end() ? nullptr : &label->second);
  });
}

std::expected<LabelSelector, std::string> parse_label_selector(std::string_view text) {
  return Parser(text).parse();
}

}  // namespace gatefold
