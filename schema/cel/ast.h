// What an expression says, after macros: the parser makes it, the checker resolves it in place, the
// evaluator walks it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "schema/cel/function.h"
#include "schema/cel/type.h"
#include "schema/cel/val.h"

namespace gatefold::cel {

struct Node;
using NodePtr = std::unique_ptr<Node>;

struct Null {
  bool operator==(const Null&) const = default;
};
struct Bytes {
  std::string bytes;
  bool operator==(const Bytes&) const = default;
};

// `value` is what was written; the checker makes `val` of it once, borrowing from here.
struct Literal {
  std::variant<Null, bool, std::int64_t, std::uint64_t, double, std::string, Bytes> value;
  Val val;
};

// A name, with a leading dot where it was written. The checker fills the rest.
struct Ident {
  std::string name;
  bool is_absolute = false;
  std::uint32_t slot = 0;  // of the activation or of a comprehension's variable
};

// `operand.field`, `operand.?field`, and has(operand.field).
struct Select {
  NodePtr operand;
  std::string field;
  bool is_optional = false;
  bool is_test = false;
  // `field` without the escapes of Kubernetes (R19.26): `__namespace__` names `namespace`.
  std::string unescaped;
  // From plan(), where the operand is an object whose schema declares the field: both schemas, so
  // that nothing has to be looked up in them.
  const SchemaNode* object_schema = nullptr;
  const SchemaNode* field_schema = nullptr;
};

// What the evaluator does for a call; from plan().
enum class Operation : std::uint8_t {
  kUnplanned,
  kFunction,    // one of `overloads`, by the arguments' kinds
  kConversion,  // the same, and costs 1 where there are several
  kOperator,    // any overload's function: each takes all kinds
  kAnd,
  kOr,
  kNot,
  kConditional,
  kIndex,
  kOptionalIndex,
  kEqual,
  kNotEqual,
  kInConstants,      // `in` of a list of constants: `constants` has them in order
  kOptionalOr,       // a.or(b)
  kOptionalOrValue,  // a.orValue(b)
};

// A function, a method (`target` is there), or an operator under its name of the language's
// definition: `_+_`, `_?_:_`, `_[_]`, `_[?_]`, `-_`, `!_`, `@in`, `_&&_`, `_||_`.
struct Call {
  std::string function;
  NodePtr target;
  std::vector<NodePtr> arguments;
  // From the checker: what may match the arguments' kinds, the target being the first of them. A
  // target that turned out to be a namespace (`optional.none()`) is gone and part of `function`.
  std::vector<const Overload*> overloads;
  // Of matches, find and findAll with a constant for a pattern.
  std::shared_ptr<const re2::RE2> pattern;
  Operation operation = Operation::kUnplanned;
  std::vector<Val> constants;
};

struct ListLiteral {
  std::vector<NodePtr> elements;
  std::vector<bool> is_optional;  // `[?a]`, one for each element
};

struct MapEntry {
  NodePtr key;
  NodePtr value;
  bool is_optional = false;
};
struct MapLiteral {
  std::vector<MapEntry> entries;
};

// `Name{field: value}`: there are no message types here, so the checker refuses it.
struct MessageLiteral {
  std::string name;
};

// What the macros make. `range` is bound element by element to `variable`, in the two-variable
// forms index or key to `variable` and element or value to `variable2`.
struct Comprehension {
  enum class Kind {
    kAll,
    kExists,
    kExistsOne,
    kFilter,            // condition
    kMap,               // transform, with `condition` where there were three arguments
    kTransformList,     // two variables, transform, optional condition
    kTransformMap,      // two variables, transform of the value, optional condition
    kTransformMapEntry  // two variables, transform is a map literal, optional condition
  };
  Kind kind = Kind::kAll;
  NodePtr range;
  std::string variable;
  std::string variable2;  // empty in the one-variable forms
  NodePtr condition;      // nullptr: none
  NodePtr transform;      // nullptr: none
  std::uint32_t slot = 0;
  std::uint32_t slot2 = 0;
};

// One value under a name: cel.bind, optMap and optFlatMap.
struct Bind {
  enum class Kind { kBind, kOptMap, kOptFlatMap };
  Kind kind = Kind::kBind;
  std::string variable;
  NodePtr value;  // of kOptMap and kOptFlatMap: an optional
  NodePtr result;
  std::uint32_t slot = 0;
};

struct Node {
  std::uint32_t offset = 0;  // in code points from the start of the text, where errors point
  std::variant<Literal, Ident, Select, Call, ListLiteral, MapLiteral, MessageLiteral, Comprehension,
               Bind>
      what;
  TypePtr type;  // from the checker
  // From plan(): what it evaluates to, where that is known before. Borrows from the nodes below and
  // from the arena that plan() was given.
  const Val* constant = nullptr;
};

}  // namespace gatefold::cel
