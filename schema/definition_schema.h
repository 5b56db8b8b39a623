// The schema of one version of a definition, or the one that all share: whether it may be admitted
// (spec R19.4, R19.30, R19.31). Behind validate_definition().
#pragma once

#include <string>

#include "schema/definition_keywords.h"
#include "schema/field_error.h"
#include "schema/rule_costs.h"
#include "schema/schema_node.h"
#include "schema/value.h"

namespace gatefold {

// All that is wrong with an openAPIV3Schema. `path` is where it stands; a status subresource bounds
// what the root may say. What rules cost is not estimated of a schema that `was_admitted` before.
FieldErrors validate_definition_schema(const Value& schema, const std::string& path,
                                       bool has_status, bool was_admitted);

// Parts of it. What keeps a schema from being structural; sorted by text.
FieldErrors validate_structure(const Value& schema, const std::string& path);
// What Kubernetes' own form of a structural schema can't hold; "" where there is nothing.
std::string unsupported_in_structure(const Value& schema);
// Defaults that are invalid, or would be pruned.
FieldErrors validate_schema_defaults(const SchemaPtr& schema, const std::string& path);
// Keywords on their own and beside each other; last of all the rules, where `parsed`, the same
// schema, is not nullptr, and what they cost where that `is_estimated`.
FieldErrors validate_keywords(const Value& schema, const std::string& path,
                              const SchemaNode* parsed, bool is_estimated);

// x-kubernetes-list-type, x-kubernetes-map-type and x-kubernetes-list-map-keys of one node.
void validate_list_and_map_types(const SchemaView& schema, const std::string& path,
                                 FieldErrors& errors);

// The texts of the rules of one node.
void validate_rule_texts(const SchemaView& schema, const std::string& path,
                         const SchemaNode* parsed, FieldErrors& errors);
// Where the rules of one node stand.
struct RulePlace {
  const SchemaNode& schema;
  bool is_resource = false;
  std::string uncorrelatable;  // path of what keeps a value from having a past; "": it has one
  CountMax count;              // of values of the schema in one object
};
// Compiles the rules of one node. `costs` is nullptr where they are not estimated.
void compile_rules(const SchemaView& schema, const std::string& path, const RulePlace& place,
                   RuleCosts* costs, FieldErrors& errors);

}  // namespace gatefold
