// The Common Expression Language as Kubernetes 1.33 speaks it. The only door to this folder.
#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "schema/schema_node.h"
#include "schema/value.h"

namespace gatefold::cel {

// R19.30.
inline constexpr std::uint64_t kExpressionCostMax = 1'000'000;
inline constexpr std::uint64_t kObjectCostMax = 10'000'000;
inline constexpr std::uint64_t kEstimateMax = 10'000'000;
inline constexpr std::uint64_t kSchemaEstimateMax = 100'000'000;

class Program;

struct Environment {
  struct Variable {
    // May be qualified, as `authorizer.requestResource` is: the longest name that is declared
    // counts.
    std::string name;
    const SchemaNode* schema = nullptr;  // nullptr: dyn. Outlives the program.
    bool is_root = false;                // apiVersion, kind and metadata are known too
    bool is_optional = false;            // optional of that
    // The schema is for the checker alone, its objects' types are called what their descriptions
    // say (`kubernetes.AdmissionRequest`), and the value is what JSON has.
    bool is_plain = false;
    // A type without fields, and its value. Of kubernetes.authorization.Authorizer: whoever asks.
    // Of kubernetes.authorization.ResourceCheck: what the members group, resource, subresource,
    // namespace and name of the variable's value say, where it has one. kubernetes.variables is the
    // type of `variables`, which is declared by this where there may be no composed variable.
    std::string_view opaque = {};
    // A composed variable, `variables.foo`: the value of the program, or the error `composited
    // variable "foo" fails to evaluate: ...`, evaluated by an Activation when it is first needed.
    // The program was compiled with the variables before this one.
    std::shared_ptr<const Program> program = nullptr;
    // A composed variable without a program, as its expression is refused: why. Of type dyn.
    std::string fault = {};
    // Has its place among the variables, but no expression can name it; nor has it a value where
    // the activation's environment says so: `no such attribute(s): authorizer`.
    bool is_hidden = false;
  };
  std::vector<Variable> variables;  // names are unique
};

enum class ResultType { kBool, kString, kAny };

// A compiled expression. Immutable; any number of threads may evaluate it at once.
class Program {
 public:
  // The error is Kubernetes' text: `compilation failed: ERROR: <input>:1:5: ...`, or `cel
  // expression must evaluate to a bool` (R19.31).
  static std::expected<std::shared_ptr<const Program>, std::string> compile(
      std::string_view expression, const Environment& environment, ResultType result);
  ~Program();

  // Composed variables are used where they are named, not where those are that they name.
  bool uses(std::size_t variable) const;

  // Of the expression, as Kubernetes prints it: `bool`, `list(dyn)`, `google.protobuf.Timestamp`.
  std::string_view result_type() const;

  // What one evaluation costs at least and at most, as Kubernetes estimates it before it admits a
  // rule (R19.30): by the sizes that the first variable's schema allows. The largest number: there
  // is no bound. Walks the expression and keeps nothing.
  struct Estimate {
    std::uint64_t cost_min = 0;
    std::uint64_t cost_max = 0;
  };
  Estimate estimate() const;

  struct Answer {
    std::uint64_t cost = 0;
    // The value as JSON where it has one; timestamps, durations and other opaque values as the text
    // that string() makes. Or the error: `no such key: a`, `division by zero`.
    std::expected<Value, std::string> value;
    std::string_view type;      // as type() names it; empty with an error
    bool is_exhausted = false;  // it ran out of its budget; `value` is an error
  };
  // `values` are the variables' in their order; nullptr: an optional that is none, or JSON's null.
  // Of programs that use no composed variable.
  Answer evaluate(std::span<const Value* const> values, std::uint64_t cost_max) const;

  struct State;  // for this folder: program.h
  const State& state() const { return *state_; }

 private:
  explicit Program(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// The variables' values while several programs are evaluated that were compiled with this
// environment, or with one that differs in is_hidden alone. What a composed variable is stays what
// it was at its first use. One thread.
class Activation {
 public:
  // Both outlive it, and so do the values. Those of composed variables are not looked at.
  Activation(const Environment& environment, std::span<const Value* const> values);
  ~Activation();

  // `cost_max` is for the program itself, as composed variables have kExpressionCostMax each. The
  // answer's cost has those in it that were first needed now. Together they may cost kObjectCostMax
  // in an activation; those that would come behind fail, and the answer costs more than that.
  Program::Answer evaluate(const Program& program, std::uint64_t cost_max);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// How many values of a schema one request can hold, as Kubernetes reckons: how often a rule may run
// where nothing else bounds that (R19.30).
std::uint64_t count_max(const SchemaNode& schema, bool is_root);

}  // namespace gatefold::cel
