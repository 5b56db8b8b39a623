#include "schema/jsonpath.h"

#include <algorithm>
#include <charconv>
#include <compare>
#include <optional>

#include "schema/json.h"

namespace gatefold {
namespace {

// A walk recurses once per step.
constexpr std::size_t kStepsMax = 64;

std::partial_ordering order_of(const Value& left, const Value& right) {
  if (left.is_string() && right.is_string()) {
    return left.get_string().compare(right.get_string()) <=> 0;
  }
  if (left.is_int64() && right.is_int64()) return left.get_int64() <=> right.get_int64();
  if (left.is_number() && right.is_number()) {
    return left.to_number<double>() <=> right.to_number<double>();
  }
  if (left.is_bool() && right.is_bool()) return left.get_bool() <=> right.get_bool();
  return std::partial_ordering::unordered;
}

}  // namespace

// Reads a path from left to right; an error unwinds through empty answers.
class JsonPathParser {
 public:
  explicit JsonPathParser(std::string_view text) : text_(text) {}

  std::expected<JsonPath, std::string> parse() {
    take("$");
    if (at_ == text_.size()) return std::unexpected("a path must not be empty");
    while (at_ < text_.size()) {
      if (path_.steps_.size() == kStepsMax) return std::unexpected("a path has too many steps");
      if (!step()) return std::unexpected(std::move(error_));
    }
    return std::move(path_);
  }

 private:
  using Step = JsonPath::Step;
  using Comparison = JsonPath::Comparison;

  bool fail(std::string why) {
    error_ = std::move(why) + " in " + std::string(text_);
    return false;
  }
  bool take(std::string_view word) {
    if (!text_.substr(at_).starts_with(word)) return false;
    at_ += word.size();
    return true;
  }
  void skip_space() {
    while (take(" ")) {
    }
  }

  bool step() {
    if (take("[")) return bracket();
    if (!take(".")) return fail("unrecognized identifier");
    if (at_ < text_.size() && text_[at_] == '.') return fail("recursive descent is not supported");
    if (take("*")) {
      path_.steps_.emplace_back().type = Step::Type::kAll;
      return true;
    }
    // `.[0]` is `[0]`.
    if (at_ < text_.size() && text_[at_] == '[' && path_.steps_.empty()) return true;
    auto member = name(".[");
    if (!member) return false;
    path_.steps_.emplace_back().member = std::move(*member);
    return true;
  }

  // A member's name up to one of `ends`; a backslash takes the next character as it is.
  std::optional<std::string> name(std::string_view ends) {
    std::string name;
    for (; at_ < text_.size() && !ends.contains(text_[at_]); ++at_) {
      if (text_[at_] == '\\' && at_ + 1 < text_.size()) ++at_;
      name += text_[at_];
    }
    if (!name.empty()) return name;
    fail("a member's name must not be empty");
    return std::nullopt;
  }

  bool bracket() {
    Step step;
    if (take("*")) {
      step.type = Step::Type::kAll;
    } else if (take("?(")) {
      step.type = Step::Type::kFilter;
      if (!filter(step)) return false;
    } else if (at_ < text_.size() && (text_[at_] == '\'' || text_[at_] == '"')) {
      const auto member = quoted();
      if (!member) return false;
      step.member = *member;
    } else {
      step.type = Step::Type::kIndex;
      const auto end = text_.data() + text_.size();
      const auto [at, error] = std::from_chars(text_.data() + at_, end, step.index);
      if (error != std::errc()) return fail("invalid array index");
      at_ = static_cast<std::size_t>(at - text_.data());
    }
    if (!take("]")) return fail("unterminated array");
    path_.steps_.push_back(std::move(step));
    return true;
  }

  std::optional<std::string> quoted() {
    const char quote = text_[at_++];
    std::string string;
    for (; at_ < text_.size() && text_[at_] != quote; ++at_) {
      if (text_[at_] == '\\' && at_ + 1 < text_.size()) ++at_;
      string += text_[at_];
    }
    if (at_ < text_.size()) {
      ++at_;
      return string;
    }
    fail("unterminated quoted string");
    return std::nullopt;
  }

  // After `?(` up to and with `)`.
  bool filter(Step& step) {
    skip_space();
    if (!take("@")) return fail("a filter must start with @");
    while (take(".")) {
      auto member = name(". =!<>)[");
      if (!member) return false;
      step.members.push_back(std::move(*member));
    }
    skip_space();
    if (!take(")")) {
      if (!comparison(step)) return fail("unrecognized comparison");
      skip_space();
      if (!literal(step)) return false;
      skip_space();
      if (!take(")")) return fail("unterminated filter");
    }
    return true;
  }

  bool comparison(Step& step) {
    if (take("==")) {
      step.comparison = Comparison::kEqual;
    } else if (take("!=")) {
      step.comparison = Comparison::kNotEqual;
    } else if (take("<=")) {
      step.comparison = Comparison::kLessOrEqual;
    } else if (take(">=")) {
      step.comparison = Comparison::kGreaterOrEqual;
    } else if (take("<")) {
      step.comparison = Comparison::kLess;
    } else if (take(">")) {
      step.comparison = Comparison::kGreater;
    } else {
      return false;
    }
    return true;
  }

  bool literal(Step& step) {
    if (at_ < text_.size() && (text_[at_] == '\'' || text_[at_] == '"')) {
      const auto string = quoted();
      if (!string) return false;
      step.literal = Value(boost::json::string_view(*string));
      return true;
    }
    const auto end = std::min(text_.find_first_of(" )", at_), text_.size());
    const auto word = text_.substr(at_, end - at_);
    auto parsed = parse_json(word);
    if (!parsed || !parsed->value.is_primitive() || parsed->value.is_null()) {
      return fail("a filter must compare with a string, a number or a boolean");
    }
    step.literal = std::move(parsed->value);
    at_ = end;
    return true;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  JsonPath path_;
  std::string error_;
};

std::expected<JsonPath, std::string> JsonPath::parse(std::string_view text) {
  return JsonPathParser(text).parse();
}

const Value* JsonPath::first(const Value& value) const {
  return walk(value, steps_, 0);
}

const Value* JsonPath::walk(const Value& value, const std::vector<Step>& steps, std::size_t at) {
  if (at == steps.size()) return &value;
  const Step& step = steps[at];
  const auto* array = value.if_array();
  switch (step.type) {
    case Step::Type::kMember: {
      const auto* member = find(value, step.member);
      return member == nullptr ? nullptr : walk(*member, steps, at + 1);
    }
    case Step::Type::kIndex: {
      if (array == nullptr) return nullptr;
      const auto size = static_cast<std::int64_t>(array->size());
      const auto index = step.index < 0 ? step.index + size : step.index;
      if (index < 0 || index >= size) return nullptr;
      return walk((*array)[static_cast<std::size_t>(index)], steps, at + 1);
    }
    case Step::Type::kAll:
      if (const auto* object = value.if_object()) {
        for (const auto& member : *object) {
          if (const auto* result = walk(member.value(), steps, at + 1)) return result;
        }
      }
      [[fallthrough]];
    case Step::Type::kFilter:
      if (array == nullptr) return nullptr;
      for (const auto& item : *array) {
        if (step.type == Step::Type::kFilter && !passes(step, item)) continue;
        if (const auto* result = walk(item, steps, at + 1)) return result;
      }
      return nullptr;
  }
  return nullptr;
}

bool JsonPath::passes(const Step& filter, const Value& item) {
  const Value* at = &item;
  for (const auto& member : filter.members) {
    at = find(*at, member);
    if (at == nullptr) return false;
  }
  if (filter.comparison == Comparison::kExists) return true;
  const auto order = order_of(*at, filter.literal);
  switch (filter.comparison) {
    case Comparison::kExists:
      return true;
    case Comparison::kEqual:
      return order == 0;
    case Comparison::kNotEqual:
      return order != 0;
    case Comparison::kLess:
      return order < 0;
    case Comparison::kLessOrEqual:
      return order <= 0;
    case Comparison::kGreater:
      return order > 0;
    case Comparison::kGreaterOrEqual:
      return order >= 0;
  }
  return false;
}

}  // namespace gatefold
