#include "schema/rules.h"

#include <algorithm>
#include <map>
#include <mutex>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "schema/old_items.h"
#include "schema/path.h"
#include "schema/rule_path.h"
#include "schema/utf8.h"

namespace gatefold {
namespace {

constexpr std::string_view kNoField = "<nil>";
constexpr std::size_t kMessageBytesMax = 5u << 10;

// What errors call a rule.
std::string_view name_of_rule(const ValidationRule& rule) {
  return trimmed(rule.message.empty() ? rule.rule : rule.message);
}

std::string message_of_rule(const ValidationRule& rule) {
  if (rule.message.empty()) return fmt::format("failed rule: {}", name_of_rule(rule));
  return std::string(trimmed(rule.message));
}

// Up to 1.34 rules show the type in place of the value.
Value type_word(const SchemaNode& schema) {
  return Value(schema.int_or_string ? "" : type_name(schema.type));
}

FieldError error_for_reason(std::string field, const SchemaNode& schema, std::string_view message,
                            const ValidationRule& rule) {
  constexpr auto kOrigin = "cel";
  if (rule.reason == "FieldValueForbidden") {
    return forbidden_field(std::move(field), message, kOrigin);
  }
  if (rule.reason == "FieldValueRequired") return required(std::move(field), message, kOrigin);
  if (rule.reason == "FieldValueDuplicate") {
    return duplicate(std::move(field), type_word(schema), kOrigin);
  }
  return invalid_value(std::move(field), type_word(schema), message, kOrigin);
}

using ProgramPtr = std::shared_ptr<const cel::Program>;

struct CompiledRule {
  ProgramPtr program;  // nullptr: it has no text, or `fault` says why not
  std::string fault;
  ProgramPtr message;      // nullptr: none, or it can't be compiled
  std::string field_path;  // below the node, "" for itself
  bool uses_old_self = false;
};

CompiledRule compile_rule(const ValidationRule& rule, const SchemaNode& schema, bool is_root) {
  CompiledRule out;
  if (trimmed(rule.rule).empty()) return out;
  constexpr std::size_t kOldSelf = 1;
  const cel::Environment environment{
      {{"self", &schema, is_root, false}, {"oldSelf", &schema, is_root, rule.optional_old_self}}};
  auto program = cel::Program::compile(rule.rule, environment, cel::ResultType::kBool);
  if (!program) {
    out.fault = std::move(program.error());
    return out;
  }
  out.program = std::move(*program);
  out.uses_old_self = out.program->uses(kOldSelf);
  if (!rule.message_expression.empty()) {
    auto message =
        cel::Program::compile(rule.message_expression, environment, cel::ResultType::kString);
    if (message) out.message = std::move(*message);
  }
  if (!rule.field_path.empty()) {
    if (auto path = rule_field_path(rule.field_path, schema)) out.field_path = std::move(*path);
  }
  return out;
}

// Compiled when it is first asked for: most rules of most kinds never are.
class LazyRule {
 public:
  LazyRule() = default;
  void set(const ValidationRule& rule, const SchemaNode& schema, bool is_root) {
    rule_ = &rule;
    schema_ = &schema;
    is_root_ = is_root;
  }
  const ValidationRule& rule() const { return *rule_; }
  const CompiledRule& compiled() const {
    std::call_once(once_, [this] { compiled_ = compile_rule(*rule_, *schema_, is_root_); });
    return compiled_;
  }

 private:
  const ValidationRule* rule_ = nullptr;
  const SchemaNode* schema_ = nullptr;
  bool is_root_ = false;
  mutable std::once_flag once_;
  mutable CompiledRule compiled_;
};

// One value on the way down, beside what it was.
struct Place {
  const Place* parent = nullptr;
  const Value* value = nullptr;
  const Value* old = nullptr;  // nullptr: nothing corresponds to it
  const SchemaNode* schema = nullptr;

  // The nearest value that has a counterpart is as it was (R19.24).
  bool is_unchanged() const {
    const auto* place = this;
    while (place != nullptr && place->old == nullptr) place = place->parent;
    return place != nullptr && gatefold::is_unchanged(*place->schema, *place->value, *place->old);
  }
};

bool keeps_rules_from_running(const FieldError& error) {
  switch (error.type) {
    case FieldErrorType::kRequired:
    case FieldErrorType::kNotSupported:
    case FieldErrorType::kTooLong:
    case FieldErrorType::kTooMany:
    case FieldErrorType::kTypeInvalid:
      return true;
    default:
      return false;
  }
}

const Value* not_null(const Value* value) {
  return value == nullptr || value->is_null() ? nullptr : value;
}

}  // namespace

// The part of the schema that leads to rules.
struct Rules::Node {
  const SchemaNode* schema = nullptr;
  std::vector<LazyRule> rules;
  std::vector<std::unique_ptr<Node>> all_of;
  std::map<std::string, std::unique_ptr<Node>, std::less<>> properties;
  std::unique_ptr<Node> items;
  std::unique_ptr<Node> additional;

  // Rules of `validation` on values of `schema`: the same but within allOf. nullptr: there are
  // none.
  static std::unique_ptr<Node> make(const SchemaNode& validation, const SchemaNode& schema,
                                    bool is_root) {
    auto node = std::make_unique<Node>();
    node->schema = &schema;
    node->rules = std::vector<LazyRule>(validation.rules.size());
    for (std::size_t i = 0; i < node->rules.size(); ++i) {
      node->rules[i].set(validation.rules[i], schema, is_root);
    }
    for (const auto& branch : validation.all_of) {
      if (auto below = make(*branch, schema, is_root)) node->all_of.push_back(std::move(below));
    }
    for (const auto& [name, property] : validation.properties) {
      const auto spine = schema.properties.find(name);
      if (spine == schema.properties.end()) continue;
      auto below = make(*property, *spine->second, spine->second->embedded_resource);
      if (below) node->properties.emplace(name, std::move(below));
    }
    if (validation.items != nullptr && schema.items != nullptr) {
      node->items = make(*validation.items, *schema.items, schema.items->embedded_resource);
    }
    if (validation.additional_properties != nullptr && schema.additional_properties != nullptr) {
      node->additional = make(*validation.additional_properties, *schema.additional_properties,
                              schema.additional_properties->embedded_resource);
    }
    const bool has_rules = !node->rules.empty() || !node->all_of.empty() ||
                           !node->properties.empty() || node->items || node->additional;
    return has_rules ? std::move(node) : nullptr;
  }

  void collect_faults(std::vector<std::string>& out) const {
    for (const auto& rule : rules) {
      const auto& fault = rule.compiled().fault;
      if (!fault.empty()) out.push_back(fmt::format("{}: {}", rule.rule().rule, fault));
    }
    for (const auto& below : all_of) below->collect_faults(out);
    for (const auto& [name, below] : properties) below->collect_faults(out);
    if (items) items->collect_faults(out);
    if (additional) additional->collect_faults(out);
  }
};

class Rules::Check {
 public:
  explicit Check(std::uint64_t cost_max) : budget_(cost_max) {}

  void walk(const Node& node, const Place& place, const Value* old, const Path& path) {
    if (is_over_ || place.value->is_null()) return;
    judge(node, place, old, path);
    for (const auto& branch : node.all_of) {
      // What allOf finds is not forgiven for the value's own sake.
      walk(*branch, {place.parent, place.value, nullptr, node.schema}, old, path);
    }
    if (const auto* object = place.value->if_object()) {
      walk_members(node, *object, place, old, path);
    } else if (const auto* array = place.value->if_array(); array != nullptr && node.items) {
      const OldItems old_items(*node.schema, old);
      for (std::size_t i = 0; i < array->size() && !is_over_; ++i) {
        const auto* before = not_null(old_items.counterpart((*array)[i]));
        const auto* counted = place.old == nullptr ? nullptr : before;
        walk(*node.items, {&place, &(*array)[i], counted, node.items->schema}, before,
             Path(path, i));
      }
    }
  }

  RuleFindings take() { return std::move(findings_); }

 private:
  void walk_members(const Node& node, const JsonObject& object, const Place& place,
                    const Value* old, const Path& path) {
    const auto go = [&](const Node& below, std::string_view name, const Value& member,
                        const Path& where) {
      const auto* before = old == nullptr ? nullptr : not_null(find(*old, name));
      const auto* counted = place.old == nullptr ? nullptr : before;
      walk(below, {&place, &member, counted, below.schema}, before, where);
    };
    for (const auto& [name, below] : node.properties) {
      if (const auto* member = object.if_contains(name))
        go(*below, name, *member, Path(path, name));
    }
    if (!node.additional) return;
    std::vector<std::string_view> names;
    names.reserve(object.size());
    for (const auto& member : object) names.emplace_back(member.key());
    std::ranges::sort(names);
    for (const auto name : names) {
      if (is_over_) return;
      go(*node.additional, name, *object.if_contains(name), Path::of_key(path, name));
    }
  }

  void judge(const Node& node, const Place& place, const Value* old, const Path& path) {
    for (const auto& lazy : node.rules) {
      if (is_over_) return;
      const auto& rule = lazy.compiled();
      const auto field = path.is_root() ? std::string() : path.text();
      if (!rule.fault.empty()) {
        add_invalid(field, node, fmt::format("rule compile error: {}", rule.fault));
        continue;
      }
      if (rule.program == nullptr) continue;
      const bool has_no_past = rule.uses_old_self && old == nullptr;
      if (has_no_past && !lazy.rule().optional_old_self) continue;
      if (budget_ == 0) return run_out(field, node);
      judge(lazy.rule(), rule, node, place, old, field);
    }
  }

  void judge(const ValidationRule& written, const CompiledRule& rule, const Node& node,
             const Place& place, const Value* old, const std::string& field) {
    const Value* const values[] = {place.value, old};
    const auto answer = rule.program->evaluate(values, cel::kExpressionCostMax);
    if (answer.cost > budget_) return run_out(field, node);
    budget_ -= answer.cost;
    const auto name = name_of_rule(written);
    if (!answer.value) {
      const auto& error = answer.value.error();
      if (answer.is_exhausted) {
        is_over_ = true;
        return add_invalid(field, node,
                           fmt::format("'{}': no further validation rules will be run due to call "
                                       "cost exceeds limit for rule: {}",
                                       error, name));
      }
      if (error.starts_with("no such overload")) {
        return add_invalid(field, node,
                           fmt::format("'{}': call arguments did not match a supported operator, "
                                       "function or macro signature for rule: {}",
                                       error, name));
      }
      return add_invalid(field, node, fmt::format("{} evaluating rule: {}", error, name));
    }
    if (answer.value->is_bool() && answer.value->get_bool()) return;
    auto where = field;
    if (!rule.field_path.empty()) {
      if (!where.empty() && !rule.field_path.starts_with('[')) where += '.';
      where += rule.field_path;
    }
    if (where.empty()) where = kNoField;
    const bool is_forgiven = !rule.uses_old_self && place.is_unchanged();
    std::optional<std::string> message;
    if (rule.message != nullptr) {
      const auto failure = evaluate_message(written, *rule.message, values, message);
      if (!failure.empty()) {
        add(invalid_value(where, type_word(*node.schema), failure, "cel"), is_forgiven);
        is_over_ = true;
        return;
      }
    }
    if (!message) message = message_of_rule(written);
    add(error_for_reason(std::move(where), *node.schema, *message, written), is_forgiven);
  }

  // The text where it is one that can be shown; otherwise the rule's own message stands. Answers
  // what ends the whole check.
  std::string evaluate_message(const ValidationRule& written, const cel::Program& program,
                               std::span<const Value* const> values,
                               std::optional<std::string>& out) {
    const auto answer = program.evaluate(values, cel::kExpressionCostMax);
    if (answer.cost > budget_) {
      return "messageExpression evaluation failed due to running out of cost budget, no further "
             "validation rules will be run";
    }
    budget_ -= answer.cost;
    if (answer.is_exhausted) {
      return fmt::format(
          "no further validation rules will be run due to call cost exceeds limit for "
          "messageExpression: {}",
          go_quote(written.message_expression));
    }
    if (!answer.value || !answer.value->is_string()) return {};
    const std::string_view whole = answer.value->get_string();
    const auto text = trimmed(whole);
    const bool is_fine = !text.empty() && text.size() <= kMessageBytesMax &&
                         text.find('\n') == std::string_view::npos;
    if (is_fine) out = text;
    return {};
  }

  void run_out(const std::string& field, const Node& node) {
    is_over_ = true;
    add_invalid(field, node,
                "validation failed due to running out of cost budget, no further validation rules "
                "will be run");
  }

  void add_invalid(const std::string& field, const Node& node, std::string_view detail) {
    add(invalid_value(field.empty() ? std::string(kNoField) : field, type_word(*node.schema),
                      detail, "cel"),
        false);
  }

  void add(FieldError error, bool is_forgiven) {
    if (is_forgiven) {
      findings_.warnings.push_back(fmt::format("{}: {}", error.field, error.body));
    } else {
      findings_.errors.push_back(std::move(error));
    }
  }

  std::uint64_t budget_;
  bool is_over_ = false;
  RuleFindings findings_;
};

Rules::Rules(SchemaPtr schema, std::unique_ptr<Node> root)
    : schema_(std::move(schema)), root_(std::move(root)) {}

Rules::~Rules() = default;

RulesPtr Rules::compile(SchemaPtr schema, bool is_resource) {
  auto root = Node::make(*schema, *schema, is_resource);
  if (root == nullptr) return nullptr;
  return RulesPtr(new Rules(std::move(schema), std::move(root)));
}

RuleFindings Rules::check(const Value& object, const Value* old_object,
                          std::uint64_t cost_max) const {
  Check check(cost_max);
  const auto* old = old_object == nullptr ? nullptr : not_null(old_object);
  check.walk(*root_, {nullptr, &object, old, root_->schema}, old, Path());
  return check.take();
}

std::vector<std::string> Rules::faults() const {
  std::vector<std::string> out;
  root_->collect_faults(out);
  return out;
}

bool rules_may_run(const FieldErrors& errors) {
  return std::ranges::none_of(errors, keeps_rules_from_running);
}

FieldError rules_skipped() {
  return invalid_value(std::string(kNoField), Value(nullptr),
                       "some validation rules were not checked because the object was invalid; "
                       "correct the existing errors to complete validation",
                       "rules");
}

}  // namespace gatefold
