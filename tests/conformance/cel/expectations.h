// What the reference implementation answers (generate/ writes it), and where we are known to answer
// otherwise.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "schema/cel/cel.h"
#include "schema/schema_node.h"
#include "schema/value.h"

namespace gatefold::test {

// The variables of the expressions that follow a line {"variables": [...]}.
struct CelScope {
  std::vector<SchemaPtr> schemas;  // keeps what `environment` borrows
  cel::Environment environment;
  std::vector<std::optional<Value>> values;  // nothing: null, or an optional that is none
};

// One expression. Exactly one of `compile_error`, `error` and `type` is there.
struct CelExpectation {
  std::size_t line = 0;  // of the file
  std::shared_ptr<const CelScope> scope;
  std::string expression;
  std::string compile_error;   // Kubernetes' text
  std::string error;           // at run time
  std::string type;            // of the value
  std::optional<Value> value;  // nothing: JSON has no form for it
  std::optional<std::uint64_t> cost;
  std::string estimate;  // MIN..MAX; empty: there is no program
};

// Reads expected/<theme>.jsonl. A file that can't be read ends the test that asks.
std::vector<CelExpectation> read_expectations(const std::string& theme);
// The names of all files there, in order.
std::vector<std::string> expected_themes();

// What can differ; a deviation covers one of these.
//   compile   an error of the one that the other doesn't have, or its text or position
//   fold      the reference fails before evaluation, where it computes what is constant; we say the
//             same when we evaluate
//   error     at run time
//   overload  both say that there is no such overload, in other words
//   value, type, cost
//   estimate  of the cost, before evaluation
struct CelDifference {
  std::string_view aspect;
  std::string expected;
  std::string actual;
};

// Everything in which Program's answer isn't the expected one.
std::vector<CelDifference> differences(const CelExpectation& expectation);

// Lines `theme: aspect: EXPRESSION -- reason` of cel.deviations; EXPRESSION is a JSON string where
// it has line breaks, and `*` covers a theme's aspect as a whole where that is fold or overload.
class CelDeviations {
 public:
  // A line that can't be read, or without a reason, is kept for `unused`.
  explicit CelDeviations(std::string_view text);

  // Whether the difference is known. Counts as its use.
  bool covers(const std::string& theme, std::string_view aspect, const std::string& expression);
  // What wasn't used: it doesn't deviate any more, or never did.
  std::vector<std::string> unused() const;

 private:
  std::map<std::string, bool, std::less<>> used_;  // `theme: aspect: EXPRESSION`
  std::vector<std::string> unreadable_;
};

}  // namespace gatefold::test
