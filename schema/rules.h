// x-kubernetes-validations: the rules of a schema in CEL, compiled once each, and what they say of
// an object (spec R19.25 to R19.33).
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "schema/cel/cel.h"
#include "schema/field_error.h"
#include "schema/schema_node.h"
#include "schema/value.h"

namespace gatefold {

struct RuleFindings {
  FieldErrors errors;
  // Of rules that a value broke already and that was left as it was (R19.24), as headers say them.
  std::vector<std::string> warnings;
};

class Rules;
using RulesPtr = std::shared_ptr<const Rules>;

// Immutable; any number of threads may check with it at once.
class Rules {
 public:
  // nullptr where the schema has no rules. One is compiled when it judges its first value; one that
  // can't be is an error of every object that it would have judged. Objects have metadata where the
  // schema is of a resource.
  static RulesPtr compile(SchemaPtr schema, bool is_resource = true);
  ~Rules();

  // Called where `rules_may_run` says so. Top down: a node's own rules, those of its allOf, then
  // its members' by name (R19.33). `old_object` is nullptr for creates. Ends with an error when the
  // budget is gone.
  RuleFindings check(const Value& object, const Value* old_object,
                     std::uint64_t cost_max = cel::kObjectCostMax) const;

  // What could not be compiled: the rule and the compiler's words.
  std::vector<std::string> faults() const;

 private:
  struct Node;
  class Check;
  Rules(SchemaPtr schema, std::unique_ptr<Node> root);

  SchemaPtr schema_;
  std::unique_ptr<Node> root_;
};

// Whether what is wrong so far lets rules be evaluated (R19.20).
bool rules_may_run(const FieldErrors& errors);
// What is added to the errors where they may not.
FieldError rules_skipped();

}  // namespace gatefold
