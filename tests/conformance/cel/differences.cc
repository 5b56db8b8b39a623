#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "schema/json.h"
#include "tests/conformance/cel/expectations.h"

namespace gatefold::test {
namespace {

constexpr std::string_view kFailedToCompile = "compilation failed: ERROR: <input>:";
constexpr std::string_view kFailedToFold = "program instantiation failed: ";

// The generator names types of schemas selfType1, selfType2, ...; Kubernetes takes the time of day
// for a number. Only that there is such a type can be compared.
std::string without_type_numbers(std::string_view text) {
  constexpr std::string_view kName = "selfType";
  std::string out;
  while (!text.empty()) {
    const std::size_t at = std::min(text.find(kName), text.size());
    out += text.substr(0, at);
    text.remove_prefix(at);
    if (text.empty()) break;
    out += kName;
    text.remove_prefix(kName.size());
    text.remove_prefix(std::min(text.find_first_not_of("0123456789"), text.size()));
  }
  return out;
}

// `1:5: undefined field 'zz'` of the first line; nothing for other errors.
std::string_view first_issue(std::string_view error) {
  if (!error.starts_with(kFailedToCompile)) return {};
  error.remove_prefix(kFailedToCompile.size());
  return error.substr(0, error.find('\n'));
}

// Whether an issue is about syntax, and of which line: its words are ANTLR's, and so is the column.
struct Syntax {
  bool is_syntax = false;
  std::string_view line;
};

Syntax syntax_of(std::string_view issue) {
  // What nests too deep has no place in the reference.
  for (const std::string_view limit :
       {": expression recursion limit exceeded", ": max recursion depth exceeded"}) {
    if (issue.find(limit) != std::string_view::npos) return {.is_syntax = true, .line = {}};
  }
  if (issue.find(": Syntax error: ") == std::string_view::npos) return {};
  return {.is_syntax = true, .line = issue.substr(0, issue.find(':'))};
}

bool same_compile_error(std::string_view expected, std::string_view actual) {
  const std::string_view wanted = first_issue(expected);
  const std::string_view got = first_issue(actual);
  if (wanted.empty() || got.empty()) return expected == actual;
  const Syntax syntax = syntax_of(wanted);
  if (syntax.is_syntax) {
    const Syntax other = syntax_of(got);
    return other.is_syntax &&
           (syntax.line.empty() || other.line.empty() || syntax.line == other.line);
  }
  return without_type_numbers(wanted) == without_type_numbers(got);
}

bool same_number(const Value& expected, const Value& actual) {
  if (expected.is_double() || actual.is_double()) {
    return expected.to_number<double>() == actual.to_number<double>();
  }
  boost::json::error_code error;
  const auto wanted = expected.to_number<std::int64_t>(error);
  if (error) return expected == actual;
  const auto got = actual.to_number<std::int64_t>(error);
  return !error && wanted == got;
}

// As JSON; numbers by what they are worth, as 1.0 is read back as 1. Values nest no deeper than the
// file's JSON may.
bool same_value(const Value& expected, const Value& actual) {
  if (expected.is_number() && actual.is_number()) return same_number(expected, actual);
  if (expected.kind() != actual.kind()) return false;
  if (expected.is_array()) {
    const JsonArray& wanted = expected.get_array();
    const JsonArray& got = actual.get_array();
    if (wanted.size() != got.size()) return false;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      if (!same_value(wanted[i], got[i])) return false;
    }
    return true;
  }
  if (expected.is_object()) {
    const JsonObject& wanted = expected.get_object();
    if (wanted.size() != actual.get_object().size()) return false;
    for (const auto& member : wanted) {
      const Value* got = find(actual, member.key());
      if (got == nullptr || !same_value(member.value(), *got)) return false;
    }
    return true;
  }
  return expected == actual;
}

constexpr std::string_view kNoOverload = "no such overload";

std::string_view error_aspect(std::string_view expected, std::string_view actual) {
  return expected.starts_with(kNoOverload) && actual.starts_with(kNoOverload) ? "overload"
                                                                              : "error";
}

std::string said(const cel::Program::Answer& answer) {
  if (answer.value) {
    return "a value of type " + std::string(answer.type) + ": " + to_json(*answer.value);
  }
  return "an error: " + answer.value.error();
}

std::string wanted(const CelExpectation& expectation) {
  if (!expectation.compile_error.empty()) return expectation.compile_error;
  if (!expectation.error.empty()) return "an error: " + expectation.error;
  return "a value of type " + expectation.type + ": " +
         (expectation.value ? to_json(*expectation.value) : "?");
}

using Differences = std::vector<CelDifference>;

void compare_values(const CelExpectation& expectation, const cel::Program::Answer& answer,
                    Differences& out) {
  if (expectation.type != answer.type) {
    out.push_back({"type", expectation.type, std::string(answer.type)});
  }
  if (expectation.value && !same_value(*expectation.value, *answer.value)) {
    out.push_back({"value", to_json(*expectation.value), to_json(*answer.value)});
  }
}

// json_of has to give up where a value has no form in JSON; then there is nothing to compare.
bool has_no_form(const CelExpectation& expectation, const cel::Program::Answer& answer) {
  return !expectation.type.empty() && !expectation.value && !answer.value &&
         answer.value.error().ends_with(" has no form in JSON");
}

void compare_outcomes(const CelExpectation& expectation, const cel::Program::Answer& answer,
                      Differences& out) {
  if (has_no_form(expectation, answer)) return;
  if (expectation.error.empty() != answer.value.has_value()) {
    out.push_back({"value", wanted(expectation), said(answer)});
    return;
  }
  if (answer.value) {
    compare_values(expectation, answer, out);
    return;
  }
  const std::string& actual = answer.value.error();
  if (without_type_numbers(expectation.error) != without_type_numbers(actual)) {
    out.push_back({error_aspect(expectation.error, actual), expectation.error, actual});
  }
}

void compare_answers(const CelExpectation& expectation, const cel::Program::Answer& answer,
                     Differences& out) {
  compare_outcomes(expectation, answer, out);
  // What ran out of its budget stopped somewhere; where is nobody's business.
  if (expectation.cost && !answer.is_exhausted && *expectation.cost != answer.cost) {
    out.push_back({"cost", std::to_string(*expectation.cost), std::to_string(answer.cost)});
  }
}

void compare_estimates(const CelExpectation& expectation, const cel::Program& program,
                       Differences& out) {
  const auto estimate = program.estimate();
  auto actual = fmt::format("{}..{}", estimate.cost_min, estimate.cost_max);
  if (expectation.estimate == actual) return;
  out.push_back({"estimate", expectation.estimate, std::move(actual)});
}

cel::Program::Answer evaluated(const cel::Program& program, const CelScope& scope) {
  std::vector<const Value*> values;
  values.reserve(scope.values.size());
  for (const auto& value : scope.values) values.push_back(value ? &*value : nullptr);
  return program.evaluate(values, cel::kExpressionCostMax);
}

}  // namespace

std::vector<CelDifference> differences(const CelExpectation& expectation) {
  Differences out;
  const auto program = cel::Program::compile(expectation.expression, expectation.scope->environment,
                                             cel::ResultType::kAny);
  if (!program) {
    if (!same_compile_error(expectation.compile_error, program.error())) {
      out.push_back({"compile", wanted(expectation), program.error()});
    }
    return out;
  }
  const cel::Program::Answer answer = evaluated(**program, *expectation.scope);
  if (expectation.compile_error.empty()) {
    compare_estimates(expectation, **program, out);
    compare_answers(expectation, answer, out);
    return out;
  }
  const std::string_view error = expectation.compile_error;
  const bool is_fold = !answer.value && error.starts_with(kFailedToFold) &&
                       error.substr(kFailedToFold.size()) == answer.value.error();
  out.push_back({is_fold ? "fold" : "compile", expectation.compile_error, said(answer)});
  return out;
}

}  // namespace gatefold::test
