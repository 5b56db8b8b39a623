#include "schema/cel/validate.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>
#include <re2/re2.h>

#include "schema/cel/eval.h"
#include "schema/cel/pattern.h"

namespace gatefold::cel {
namespace {

// To read one literal.
constexpr std::uint64_t kLiteralCostMax = 1'000'000;

// Of all patterns of an expression together, in instructions of RE2: compiling is slow, and
// thousands of patterns of a few characters each may be large.
constexpr std::int64_t kPatternsSizeMax = 300'000;
constexpr std::int64_t kWrongPatternSize = 10'000;

// Calls `visit` with each node right below, in cel-go's order.
void for_each_child(Node& node, const auto& visit) {
  const auto maybe = [&](const NodePtr& child) {
    if (child != nullptr) visit(*child);
  };
  if (auto* select = std::get_if<Select>(&node.what)) {
    maybe(select->operand);
  } else if (auto* call = std::get_if<Call>(&node.what)) {
    maybe(call->target);
    std::ranges::for_each(call->arguments, maybe);
  } else if (auto* list = std::get_if<ListLiteral>(&node.what)) {
    std::ranges::for_each(list->elements, maybe);
  } else if (auto* map = std::get_if<MapLiteral>(&node.what)) {
    for (const auto& entry : map->entries) {
      maybe(entry.key);
      maybe(entry.value);
    }
  } else if (auto* comprehension = std::get_if<Comprehension>(&node.what)) {
    maybe(comprehension->range);
    maybe(comprehension->condition);
    maybe(comprehension->transform);
  } else if (auto* bind = std::get_if<Bind>(&node.what)) {
    maybe(bind->value);
    maybe(bind->result);
  }
}

struct ValueOfLiteral {
  Val operator()(const Null&) const { return null_val(); }
  Val operator()(bool value) const { return bool_val(value); }
  Val operator()(std::int64_t value) const { return int_val(value); }
  Val operator()(std::uint64_t value) const { return uint_val(value); }
  Val operator()(double value) const { return double_val(value); }
  Val operator()(const std::string& text) const { return string_val(text); }
  Val operator()(const Bytes& value) const { return bytes_val(value.bytes); }
};

class Validator {
 public:
  explicit Validator(IssueList& issues) : issues_(issues) {}

  // `is_exempt`: below a call of format, whose list may be of mixed types.
  void visit(Node& node, bool is_exempt) {
    auto* call = std::get_if<Call>(&node.what);
    const auto* bind = std::get_if<Bind>(&node.what);
    const bool exempts = is_exempt || (call != nullptr && call->function == "format");
    for_each_child(node, [&](Node& child) {
      const auto first = issues_.size();
      visit(child, exempts);
      const bool is_twice =
          bind != nullptr && bind->kind != Bind::Kind::kBind && &child == bind->value.get();
      if (is_twice) issues_.repeat(first, issues_.size());
    });
    if (call != nullptr) validate_call(node, *call);
    if (is_exempt) return;
    if (const auto* list = std::get_if<ListLiteral>(&node.what)) validate_list(*list);
    if (const auto* map = std::get_if<MapLiteral>(&node.what)) validate_map(*map);
  }

 private:
  void validate_list(const ListLiteral& list) {
    TypePtr type;
    for (std::size_t i = 0; i < list.elements.size(); ++i) {
      if (!is_same(type, *list.elements[i], list.is_optional[i])) return;
    }
  }

  void validate_map(const MapLiteral& map) {
    TypePtr key;
    TypePtr value;
    for (const auto& entry : map.entries) {
      is_same(key, *entry.key, false);
      is_same(value, *entry.value, entry.is_optional);
    }
  }

  bool is_same(TypePtr& wanted, const Node& node, bool is_optional) {
    const auto type = is_optional ? unwrap_optional(node.type).first : node.type;
    if (wanted == nullptr) wanted = type;
    if (is_exactly(*wanted, *type)) return true;
    issues_.report(node.offset, fmt::format("expected type '{}' but found '{}'", to_string(*wanted),
                                            to_string(*type)));
    return false;
  }

  void validate_call(const Node& node, Call& call) {
    if (call.arguments.empty()) return;
    const auto& first = *call.arguments[0];
    const auto* literal = std::get_if<Literal>(&first.what);
    if (call.function == "duration" || call.function == "timestamp") {
      if (literal != nullptr && !is_accepted(call, *literal)) invalid(first, call.function);
    } else if (call.function == "matches") {
      validate_matches(call);
    } else if (call.function == "find" || call.function == "findAll") {
      set_pattern(call, first);
    } else if (call.function == "format") {
      validate_format(node, call, issues_);
    }
  }

  void invalid(const Node& argument, std::string_view function) {
    issues_.report(argument.offset, fmt::format("invalid {} argument", function));
  }

  // By the function itself. What no overload takes, null, is not.
  static bool is_accepted(const Call& call, const Literal& literal) {
    const auto kind = 1U << static_cast<unsigned>(literal.val.kind);
    for (const auto* overload : call.overloads) {
      if ((overload->kinds[0] & kind) == 0) continue;
      Arena arena;
      Evaluation evaluation{.arena = arena, .cost_max = kLiteralCostMax};
      return !overload->function(evaluation, {&literal.val, 1}).is_error();
    }
    return false;
  }

  static const std::string* text_of(const Node& node) {
    const auto* literal = std::get_if<Literal>(&node.what);
    return literal != nullptr ? std::get_if<std::string>(&literal->value) : nullptr;
  }

  // cel-go looks at the first argument, even of the function, whose pattern is the second.
  void validate_matches(Call& call) {
    const auto& first = *call.arguments[0];
    if (const auto* text = text_of(first)) {
      auto pattern = compile(*text);
      if (!pattern) return invalid(first, call.function);
      if (call.target != nullptr) call.pattern = std::move(*pattern);
    }
    if (call.target == nullptr && call.arguments.size() > 1) set_pattern(call, *call.arguments[1]);
  }

  void set_pattern(Call& call, const Node& argument) {
    const auto* text = text_of(argument);
    if (text == nullptr) return;
    auto pattern = compile(*text);
    if (pattern) {
      call.pattern = std::move(*pattern);
    } else {
      issues_.report(argument.offset, std::move(pattern.error()));
    }
  }

  std::expected<std::shared_ptr<const re2::RE2>, std::string> compile(std::string_view text) {
    if (patterns_size_ > kPatternsSizeMax) {
      return std::unexpected("the expression's patterns are too large");
    }
    auto pattern = compile_pattern(text);
    patterns_size_ += pattern ? (*pattern)->ProgramSize() : kWrongPatternSize;
    return pattern;
  }

  IssueList& issues_;
  std::int64_t patterns_size_ = 0;
};

}  // namespace

void settle(Node& node, Substitution& substitution) {
  node.type = substitution.apply(node.type, true);
  if (auto* literal = std::get_if<Literal>(&node.what)) {
    if (literal->val.kind != ValKind::kType) {
      literal->val = std::visit(ValueOfLiteral(), literal->value);
    }
  }
  for_each_child(node, [&](Node& child) { settle(child, substitution); });
}

void validate(Node& root, IssueList& issues) {
  Validator(issues).visit(root, false);
}

}  // namespace gatefold::cel
