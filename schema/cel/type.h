// Types of expressions, as the checker sees them. Immutable and shared.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "schema/schema_node.h"

namespace gatefold::cel {

class Type;
using TypePtr = std::shared_ptr<const Type>;

enum class TypeKind {
  kDyn,
  kNull,
  kBool,
  kInt,
  kUint,
  kDouble,
  kString,
  kBytes,
  kTimestamp,
  kDuration,
  kList,       // parameters: element
  kMap,        // parameters: key, value
  kObject,     // fields of `schema`; `name` is unique in one compilation
  kType,       // parameters: what it is the type of
  kOptional,   // parameters: value
  kOpaque,     // `name`: `net.IP`, `kubernetes.Quantity`, ...
  kParameter,  // of a signature: `A`, or a variable of the checker's
  kError,
};

class Type {
 public:
  TypeKind kind = TypeKind::kDyn;
  // As type() names it: `int`, `google.protobuf.Timestamp`, `null_type`, `optional_type`, `list`.
  std::string name;
  std::vector<TypePtr> parameters;
  // Of kObject: the declared fields. Of kList and kMap from a schema: nullptr.
  const SchemaNode* schema = nullptr;
  bool is_root = false;   // of kObject: apiVersion, kind and metadata are there too
  bool is_plain = false;  // of kObject: its name says which it is, and its fields' names are plain
};

TypePtr simple_type(TypeKind kind);
TypePtr list_type(TypePtr element);
TypePtr map_type(TypePtr key, TypePtr value);
TypePtr optional_type(TypePtr value);
TypePtr type_type(TypePtr of);
TypePtr opaque_type(std::string name);
TypePtr parameter_type(std::string name);
// That of `variables`: an object whose fields are Declarations::fields.
TypePtr variables_type();
bool is_variables(const Type& type);
// The type of a composed variable, of which not all is kept: what is neither simple nor a list or a
// map becomes dyn.
TypePtr composed_type(const TypePtr& type);

// Whether both are the same, parameters' names included.
bool is_exactly(const Type& a, const Type& b);

// What a schema declares (R19.26), nothing where it declares nothing that expressions may touch
// (x-kubernetes-preserve-unknown-fields without type). The schema outlives the type. `is_root`:
// apiVersion, kind and metadata are there too, as of an embedded resource.
std::optional<TypePtr> type_of_schema(const SchemaNode& schema, bool is_root = false);
// Of schemas that say what types Kubernetes has, with their names for descriptions: field names are
// not escaped there.
std::optional<TypePtr> plain_type_of_schema(const SchemaNode& schema);

// The schema under which a property of an object is known; nullptr where it isn't. `is_root` as
// above.
const SchemaNode* declared_property(const SchemaNode& object, bool is_root, std::string_view name);

// The type of field `escaped` of an object type; nothing where there is none.
std::optional<TypePtr> field_type(const Type& object, std::string_view escaped);

// `list(map(string, dyn))`, as error messages print it. Ends with `...` where it would be longer
// than a few thousand characters.
std::string to_string(const Type& type);
// The same with names as type() has them.
std::string name_of(const Type& type);

// Names as expressions write them: R19.26. Nothing where a name can't be written.
std::optional<std::string> escape_name(std::string_view name);
// The name that is written so; what holds no escapes, or wrong ones, stays as it is.
std::string unescape_name(std::string_view escaped);

}  // namespace gatefold::cel
