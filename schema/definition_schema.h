// The schema of one version of a definition, or the one that all share: whether it may be admitted
// (spec R19.4, R19.31). Behind validate_definition().
#pragma once

#include <string>

#include "schema/definition_keywords.h"
#include "schema/field_error.h"
#include "schema/schema_node.h"
#include "schema/value.h"

namespace gatefold {

// All that is wrong with an openAPIV3Schema. `path` is where it stands; a status subresource bounds
// what the root may say.
FieldErrors validate_definition_schema(const Value& schema, const std::string& path,
                                       bool has_status);

// Parts of it. What keeps a schema from being structural; sorted by text.
FieldErrors validate_structure(const Value& schema, const std::string& path);
// What Kubernetes' own form of a structural schema can't hold; "" where there is nothing.
std::string unsupported_in_structure(const Value& schema);
// Defaults that are invalid, or would be pruned.
FieldErrors validate_schema_defaults(const SchemaPtr& schema, const std::string& path);
// Keywords on their own and beside each other; last of all the rules, where `parsed`, the same
// schema, is not nullptr.
FieldErrors validate_keywords(const Value& schema, const std::string& path,
                              const SchemaNode* parsed);

// x-kubernetes-list-type, x-kubernetes-map-type and x-kubernetes-list-map-keys of one node.
void validate_list_and_map_types(const SchemaView& schema, const std::string& path,
                                 FieldErrors& errors);

// The texts of the rules of one node.
void validate_rule_texts(const SchemaView& schema, const std::string& path,
                         const SchemaNode* parsed, FieldErrors& errors);
// Compiles the rules of one node. `uncorrelatable` is the path of what keeps a value from having a
// past, "" where it has one.
void compile_rules(const SchemaView& schema, const std::string& path, const SchemaNode& parsed,
                   bool is_resource, const std::string& uncorrelatable, FieldErrors& errors);

}  // namespace gatefold
