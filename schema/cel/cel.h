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

struct Environment {
  struct Variable {
    std::string name;
    const SchemaNode* schema = nullptr;  // nullptr: dyn. Outlives the program.
    bool is_root = false;                // apiVersion, kind and metadata are known too
    bool is_optional = false;            // optional of that
  };
  std::vector<Variable> variables;
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

  bool uses(std::size_t variable) const;

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
  Answer evaluate(std::span<const Value* const> values, std::uint64_t cost_max) const;

 private:
  struct State;
  explicit Program(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// How many values of a schema one request can hold, as Kubernetes reckons: how often a rule may run
// where nothing else bounds that (R19.30).
std::uint64_t count_max(const SchemaNode& schema, bool is_root);

}  // namespace gatefold::cel
