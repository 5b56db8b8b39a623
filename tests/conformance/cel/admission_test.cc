// Our evaluator beside that of Kubernetes' admission policies: what generate/ wrote to
// admission/expected.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "engine/policy/environment.h"
#include "schema/cel/cel.h"
#include "schema/json.h"
#include "tests/conformance/cel/expectations.h"

namespace gatefold::test {
namespace {

const std::filesystem::path kFolder =
    std::filesystem::path(GATEFOLD_SOURCE_DIR) / "tests" / "conformance" / "cel" / "admission";

Value parsed(std::string_view text) {
  auto document = parse_json(text);
  if (!document) FAIL(document.error().message << ": " << text);
  return std::move(document->value);
}

// What expressions see: the inputs of a line, and the variables that are composed of them.
class Scope {
 public:
  explicit Scope(Value line)
      : line_(std::move(line)),
        environment_(engine::policy_environment(input("params") != nullptr)),
        values_(engine::kPolicyVariables) {
    values_[engine::kObject] = input("object");
    values_[engine::kOldObject] = input("oldObject");
    values_[engine::kNamespaceObject] = input("namespaceObject");
    values_[engine::kRequest] = input("request");
    values_[engine::kParams] = input("params");
    add({.name = "variables", .opaque = "kubernetes.variables"}, nullptr);
    for (const Value& variable : find(line_, "variables")->get_array()) compose(variable);
    message_ = environment_;
    for (auto& variable : message_.variables) {
      variable.is_hidden = variable.name.starts_with("authorizer");
    }
  }

  const cel::Environment& environment(bool is_message) const {
    return is_message ? message_ : environment_;
  }
  std::span<const Value* const> values() const { return values_; }

 private:
  const Value* input(std::string_view name) const { return find(*find(line_, "inputs"), name); }

  void add(cel::Environment::Variable variable, const Value* value) {
    environment_.variables.push_back(std::move(variable));
    values_.push_back(value);
  }

  void compose(const Value& variable) {
    cel::Environment::Variable composed{.name = "variables." +
                                                std::string(string_at(variable, {"name"}))};
    auto program =
        cel::Program::compile(string_at(variable, {"expr"}), environment_, cel::ResultType::kAny);
    if (program) {
      composed.program = std::move(*program);
    } else {
      composed.fault = std::move(program.error());
    }
    add(std::move(composed), nullptr);
  }

  Value line_;
  cel::Environment environment_;
  cel::Environment message_;
  std::vector<const Value*> values_;
};

// The first line, of syntax errors up to what ANTLR has to say.
std::string first_line(std::string_view text) {
  text = text.substr(0, text.find('\n'));
  return std::string(text.substr(0, text.find("Syntax error: ")));
}

std::string outcome_of(const Value& answer) {
  if (find(answer, "error") != nullptr) return "error: " + first_line(string_at(answer, {"error"}));
  const Value* value = find(answer, "value");
  const auto type = std::string(string_at(answer, {"type"}));
  return type + ": " + (value == nullptr ? "?" : canonical_json(*value));
}

std::string outcome_of(const cel::Program::Answer& answer, std::string_view type) {
  if (answer.value) return std::string(answer.type) + ": " + canonical_json(*answer.value);
  const auto& error = answer.value.error();
  if (error.ends_with(" has no form in JSON")) return std::string(type) + ": ?";
  return "error: " + first_line(error);
}

struct Said {
  std::string_view aspect;  // value or cost
  std::string wanted;
  std::string got;
};

// Of one line: each answer, and at last the cost of all.
std::vector<Said> compared(const Scope& scope, const Value& line) {
  const auto kind = string_at(line, {"kind"});
  const auto& environment = scope.environment(kind == "message");
  const std::string_view type = kind == "bool" ? "bool" : kind == "message" ? "string" : "";
  cel::Activation activation(environment, scope.values());
  std::vector<Said> out;
  std::uint64_t cost = 0;
  for (const Value& answer : find(line, "answers")->get_array()) {
    auto program =
        cel::Program::compile(string_at(answer, {"expr"}), environment, cel::ResultType::kAny);
    const auto refused = first_line(string_at(answer, {"compileError"}));
    if (!program) {
      out.emplace_back("value", refused, first_line(program.error()));
    } else if (!type.empty() && (*program)->result_type() != type) {
      out.emplace_back("value", refused,
                       "must evaluate to " + std::string(type) + " but got " +
                           std::string((*program)->result_type()));
    } else {
      const auto got = activation.evaluate(**program, cel::kExpressionCostMax);
      cost += got.cost;
      out.emplace_back("value", refused.empty() ? outcome_of(answer) : refused,
                       outcome_of(got, string_at(answer, {"type"})));
    }
  }
  out.emplace_back("cost", fmt::format("a cost of {}", integer_at(line, {"cost"}, 0)),
                   fmt::format("a cost of {}", cost));
  return out;
}

struct Deviation {
  std::string text;  // `aspect: EXPRESSION -- reason`
  bool is_used = false;
};

std::vector<Deviation> read_deviations() {
  std::ifstream lines(kFolder / "admission.deviations");
  REQUIRE(lines);
  std::vector<Deviation> deviations;
  for (std::string line; std::getline(lines, line);) {
    if (!line.empty() && !line.starts_with('#')) deviations.push_back({std::move(line)});
  }
  return deviations;
}

TEST_CASE("expressions answer as in Kubernetes' admission policies, but for the deviations") {
  auto deviations = read_deviations();
  std::size_t asked = 0;
  std::ostringstream shown;
  for (const auto& file : std::filesystem::directory_iterator(kFolder / "expected")) {
    std::ifstream in(file.path());
    std::unique_ptr<Scope> scope;
    for (std::string text; std::getline(in, text);) {
      auto line = parsed(text);
      if (find(line, "inputs") != nullptr) {
        scope = std::make_unique<Scope>(std::move(line));
        continue;
      }
      REQUIRE(scope != nullptr);
      ++asked;
      const auto first = string_at(find(line, "answers")->get_array()[0], {"expr"});
      for (const auto& [aspect, wanted, got] : compared(*scope, line)) {
        if (wanted == got) continue;
        const auto known = fmt::format("{}: {} -- ", aspect, first);
        const auto deviation = std::ranges::find_if(
            deviations, [&](const Deviation& entry) { return entry.text.starts_with(known); });
        if (deviation != deviations.end()) {
          deviation->is_used = true;
        } else {
          shown << "\n" << first << "\n  they: " << wanted << "\n  we:   " << got;
        }
      }
    }
  }
  INFO(shown.str());
  CHECK(shown.str().empty());
  CHECK(asked > 300);
  for (const auto& [text, is_used] : deviations) {
    INFO("no deviation (any more): " << text);
    CHECK(is_used);
  }
}

}  // namespace
}  // namespace gatefold::test
