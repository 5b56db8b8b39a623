#include <algorithm>

#include <fmt/format.h>

#include "schema/cel/cel.h"
#include "schema/definition_go.h"
#include "schema/definition_schema.h"
#include "schema/rule_path.h"
#include "schema/utf8.h"

namespace gatefold {
namespace {

constexpr auto kOrigin = "definition-rule";
constexpr std::string_view kNoType = "failed to convert to declType for CEL validation rules";

bool has_line_break(std::string_view text) {
  return text.find_first_of("\n\r") != std::string_view::npos;
}

// One entry of x-kubernetes-validations and where it stands.
class RuleCheck {
 public:
  RuleCheck(const Value& rule, std::string path, FieldErrors& errors)
      : rule_(rule), path_(std::move(path)), errors_(errors) {}

  void check_texts(const SchemaNode* node, const Value& schema) {
    check_rule_and_message();
    const auto expression = text("messageExpression");
    if (!expression.empty() && trimmed(expression).empty()) {
      errors_.push_back(required(path_ + ".messageExpression",
                                 "messageExpression must be non-empty if specified", kOrigin));
    }
    check_reason();
    check_field_path(node, schema);
  }

  // False where no rule of the node can be compiled.
  bool compile(const RulePlace& place, RuleCosts* costs) {
    constexpr std::size_t kOldSelf = 1;
    if (trimmed(text("rule")).empty()) return true;
    const auto* optional = find(rule_, "optionalOldSelf");
    const bool has_optional = optional != nullptr && optional->is_bool();
    const cel::Environment environment{
        {{"self", &place.schema, place.is_resource, false},
         {"oldSelf", &place.schema, place.is_resource, has_optional && optional->get_bool()}}};
    const auto program = cel::Program::compile(text("rule"), environment, cel::ResultType::kBool);
    if (!program && program.error() == kNoType) return false;
    if (!program) {
      refuse_whole(".rule", program.error());
    } else {
      if (costs != nullptr) {
        count("rule",
              RuleCosts::of_all((*program)->estimate().cost_max, place.schema, place.is_resource,
                                place.count),
              *costs);
      }
      if (!text("messageExpression").empty()) compile_message(environment, costs);
    }
    if (program && (*program)->uses(kOldSelf)) {
      if (!place.uncorrelatable.empty()) {
        refuse(".rule", Value(text("rule")),
               fmt::format(
                   "oldSelf cannot be used on the uncorrelatable portion of the schema within {}",
                   place.uncorrelatable));
      }
    } else if (has_optional) {
      refuse(".optionalOldSelf", *optional, "may not be set if oldSelf is not used in rule");
    }
    return true;
  }

 private:
  std::string_view text(std::string_view key) const { return string_at(rule_, {key}); }

  void refuse(std::string_view member, const Value& value, std::string_view detail) {
    errors_.push_back(invalid_value(fmt::format("{}{}", path_, member), value, detail, kOrigin));
  }

  void refuse_whole(std::string_view member, std::string_view detail) {
    errors_.push_back(
        invalid_rendered(fmt::format("{}{}", path_, member), go_rule(rule_), detail, kOrigin));
  }

  void check_rule_and_message() {
    const auto rule = trimmed(text("rule"));
    const auto whole = text("message");
    const auto message = trimmed(whole);
    if (rule.empty()) {
      errors_.push_back(required(path_ + ".rule", "rule is not specified", kOrigin));
    } else if (!whole.empty() && message.empty()) {
      refuse(".message", Value(whole), "message must be non-empty if specified");
    } else if (has_line_break(message)) {
      refuse(".message", Value(whole), "message must not contain line breaks");
    } else if (has_line_break(rule) && message.empty()) {
      errors_.push_back(required(
          path_ + ".message", "message must be specified if rule contains line breaks", kOrigin));
    }
  }

  void check_reason() {
    static const std::vector<std::string> kReasons = {"FieldValueDuplicate", "FieldValueForbidden",
                                                      "FieldValueInvalid", "FieldValueRequired"};
    const auto* reason = find(rule_, "reason");
    if (reason == nullptr || !reason->is_string()) return;
    if (std::ranges::find(kReasons, text("reason")) != kReasons.end()) return;
    errors_.push_back(not_supported(path_ + ".reason", *reason, kReasons, kOrigin));
  }

  void check_field_path(const SchemaNode* node, const Value& schema) {
    const auto field_path = text("fieldPath");
    if (field_path.empty()) return;
    const Value shown(field_path);
    if (trimmed(field_path).empty()) {
      refuse(".fieldPath", shown, "fieldPath must be non-empty if specified");
    }
    if (has_line_break(field_path)) {
      refuse(".fieldPath", shown, "fieldPath must not contain line breaks");
    }
    SchemaPtr parsed;
    if (node == nullptr) {
      // Where nothing can be read, its own errors say so.
      auto read = parse_schema(schema);
      if (!read) return;
      parsed = std::move(*read);
      node = parsed.get();
    }
    if (!rule_field_path(field_path, *node)) {
      refuse(".fieldPath", shown, "fieldPath must be a valid path");
    }
  }

  void count(std::string_view what, std::uint64_t cost, RuleCosts& costs) {
    if (auto error = costs.count(what, fmt::format("{}.{}", path_, what), cost)) {
      errors_.push_back(std::move(*error));
    }
  }

  // Its cost is that of one evaluation: a message is made where a rule has failed.
  void compile_message(const cel::Environment& environment, RuleCosts* costs) {
    const auto message =
        cel::Program::compile(text("messageExpression"), environment, cel::ResultType::kString);
    if (message) {
      if (costs != nullptr) count("messageExpression", (*message)->estimate().cost_max, *costs);
      return;
    }
    const auto& error = message.error();
    refuse_whole(".messageExpression",
                 error.starts_with("compilation failed") ? "messageExpression " + error : error);
  }

  const Value& rule_;
  std::string path_;
  FieldErrors& errors_;
};

std::string path_of_rule(const std::string& path, std::size_t index) {
  return fmt::format("{}.x-kubernetes-validations[{}]", path, index);
}

}  // namespace

void validate_rule_texts(const SchemaView& schema, const std::string& path,
                         const SchemaNode* parsed, FieldErrors& errors) {
  const auto& rules = schema.list("x-kubernetes-validations");
  for (std::size_t i = 0; i < rules.size(); ++i) {
    RuleCheck(rules[i], path_of_rule(path, i), errors).check_texts(parsed, schema.value());
  }
}

void compile_rules(const SchemaView& schema, const std::string& path, const RulePlace& place,
                   RuleCosts* costs, FieldErrors& errors) {
  const auto& rules = schema.list("x-kubernetes-validations");
  for (std::size_t i = 0; i < rules.size(); ++i) {
    RuleCheck check(rules[i], path_of_rule(path, i), errors);
    if (check.compile(place, costs)) continue;
    errors.push_back({FieldErrorType::kInternal, path + ".x-kubernetes-validations",
                      fmt::format("Internal error: {}", kNoType), kOrigin});
    return;
  }
}

}  // namespace gatefold
