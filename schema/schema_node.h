// A structural schema (apiextensions.k8s.io/v1), parsed once and shared: what a value of a kind
// looks like.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "schema/status.h"
#include "schema/value.h"

namespace re2 {
class RE2;
}

namespace gatefold {

struct SchemaNode;
using SchemaPtr = std::shared_ptr<const SchemaNode>;

enum class SchemaType { kAny, kObject, kArray, kString, kInteger, kNumber, kBoolean };
// As in a schema; empty for kAny.
std::string_view type_name(SchemaType type);
enum class ListType { kAtomic, kSet, kMap };
enum class MapType { kGranular, kAtomic };

// One entry of x-kubernetes-validations, as it was written; rules.h compiles it.
struct ValidationRule {
  std::string rule;
  std::string message;
  std::string message_expression;
  std::string reason;
  std::string field_path;
  bool optional_old_self = false;
};

struct SchemaNode {
  SchemaType type = SchemaType::kAny;
  std::string description;
  bool nullable = false;
  bool int_or_string = false;            // x-kubernetes-int-or-string
  bool preserve_unknown_fields = false;  // x-kubernetes-preserve-unknown-fields
  bool embedded_resource = false;        // x-kubernetes-embedded-resource
  bool additional_allowed = false;       // `additionalProperties: true`
  bool additional_forbidden = false;     // `additionalProperties: false`
  ListType list_type = ListType::kAtomic;
  MapType map_type = MapType::kGranular;
  std::vector<std::string> list_map_keys;
  std::string patch_merge_key;     // strategic merge patch of core kinds (R9.5)
  bool patch_merge = false;        // x-kubernetes-patch-strategy contains `merge`
  bool patch_retain_keys = false;  // ... contains `retainKeys`
  bool patch_replace = false;      // ... contains `replace`

  std::map<std::string, SchemaPtr, std::less<>> properties;
  SchemaPtr additional_properties;  // schema of map values
  SchemaPtr items;
  std::optional<Value> default_value;

  // Value validation. Within all_of, any_of, one_of and not_schema only these members and
  // properties, items and additional_properties are used.
  std::vector<std::string> required;
  std::vector<Value> enumeration;
  std::string format;
  std::string pattern_text;
  std::shared_ptr<const re2::RE2> pattern;
  std::optional<double> minimum, maximum, multiple_of;
  bool exclusive_minimum = false, exclusive_maximum = false;
  std::optional<std::int64_t> length_min, length_max, items_min, items_max, properties_min,
      properties_max;
  bool unique_items = false;
  std::vector<SchemaPtr> all_of, any_of, one_of;
  SchemaPtr not_schema;
  std::vector<ValidationRule> rules;

  // The schema of member `key` of an object, nullptr where it is unknown.
  const SchemaNode* member(std::string_view key) const;
};

// Schemas that were read, by their documents, which outlive the pool: equal ones become one node.
// Kinds are large and alike: half of what is compiled in is `{type: string}` or a pod's template.
class SchemaPool {
 public:
  SchemaPtr find(const Value& document) const;  // nullptr: there is none
  void put(const Value& document, SchemaPtr schema);

 private:
  std::unordered_multimap<std::size_t, std::pair<const Value*, SchemaPtr>> schemas_;
};

// Reads an openAPIV3Schema. Fails with kInvalid where a keyword has the wrong type or a pattern is
// no RE2; structural rules beyond that are checked where definitions are admitted.
// What stood in `pool` already is shared.
Result<SchemaPtr> parse_schema(const Value& document);
Result<SchemaPtr> parse_schema(const Value& document, SchemaPool& pool);

}  // namespace gatefold
