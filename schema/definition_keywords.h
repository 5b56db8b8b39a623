// The keywords of a schema as it stands in a CustomResourceDefinition: what each may hold, and what
// it is called in Kubernetes' own type, whose order and zero values show in error texts.
#pragma once

#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "schema/value.h"

namespace gatefold {

enum class KeywordShape {
  kText,
  kTextPointer,  // "" is a value of it, as false and 0 are of other pointers
  kFlag,
  kFlagPointer,
  kNumber,
  kCount,
  kTexts,
  kAny,
  kAnyList,
  kSchema,
  kSchemaList,
  kSchemaMap,
  kItems,         // a schema, or a list of them
  kSchemaOrFlag,  // additionalProperties
  kDependencies,  // by name: a schema, or a list of texts
  kDocumentation,
  kRules,
};

struct Keyword {
  std::string_view name;
  std::string_view go_name;
  KeywordShape shape = KeywordShape::kText;
  bool is_beside_status = false;  // allowed at the root of a kind with a status subresource
};

// In the order of Kubernetes' type.
std::span<const Keyword> schema_keywords();
// nullptr where there is none of that name.
const Keyword* find_keyword(std::string_view name);

// Whether a keyword with this value means the same as none: null, false, "", [] and {}, as far as
// `shape` has no pointer to them.
bool is_zero(KeywordShape shape, const Value& value);

// Reads the keywords of one schema. What is null or of a wrong type counts as absent. Borrows the
// schema.
class SchemaView {
 public:
  explicit SchemaView(const Value& schema) : schema_(schema) {}

  const Value& value() const { return schema_; }
  // nullptr where it is absent or null.
  const Value* get(std::string_view keyword) const;
  bool has(std::string_view keyword) const { return get(keyword) != nullptr; }
  std::string_view text(std::string_view keyword) const;
  bool flag(std::string_view keyword) const;
  const JsonArray& list(std::string_view keyword) const;
  // nullptr where the member is no object.
  const Value* schema(std::string_view keyword) const;
  const Value* property(std::string_view name) const;

  using Members = std::vector<std::pair<std::string_view, const Value*>>;
  // Those of an object of schemas, by name.
  Members members(std::string_view keyword) const;

 private:
  const Value& schema_;
};

}  // namespace gatefold
