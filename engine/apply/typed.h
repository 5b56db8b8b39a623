// What can be said of values by their type for server-side apply: pure functions over (type,
// value). Types are those of the root; nothing here changes what is passed.
#pragma once

#include <string>
#include <vector>

#include "engine/apply/field_set.h"
#include "engine/apply/field_type.h"
#include "schema/status.h"
#include "schema/value.h"

namespace gatefold::engine {

enum class Duplicates { kForbidden, kAllowed };  // in sets and lists with keys

// Whether `value` has the form that `type` asks for. The text is that of the reference (R18.7):
// `.zz: field not declared in schema`; several are `errors:` and one each in lines that follow,
// in the order in which they stand in `value`. What follows an undeclared member in its object is
// not looked at. kUnknown, for the caller to wrap.
Result<void> validate_typed(const FieldType& type, const Value& value,
                            Duplicates duplicates = Duplicates::kForbidden);

// Every leaf that `value` mentions, empty objects, nulls, items of lists and members that the
// schema doesn't declare; so what an applier owns. Items that stand more than once are one leaf.
// `value` has been validated, duplicates allowed.
FieldSet field_set_of(const FieldType& type, const Value& value);

// No field stands in two of them.
struct Comparison {
  FieldSet added;
  FieldSet modified;
  FieldSet removed;
};

// What `after` changes in `before`; objects and lists that came to be or ceased are in it too.
// Items of one identity that stand more than once are one leaf. kUnknown where a value has not the
// form that the type asks for.
Result<Comparison> compare_typed(const FieldType& type, const Value& before, const Value& after);

// `live` overlaid with `applied`. Order of lists: items in both stand in the order of `applied`;
// those of `live` alone keep their places relative to what precedes them (R18.4). Nulls don't
// delete. Both have been validated, duplicates allowed in `live`.
Result<Value> merge_typed(const FieldType& type, const Value& live, const Value& applied);

// `value` without the members and items that `fields` has. What is left empty by that, and an
// atomic list or object below which `fields` has members, becomes null.
Value remove_fields(const FieldType& type, const Value& value, const FieldSet& fields);

// `fields` with all declared members of objects that have others below them.
FieldSet with_named_fields(const FieldType& type, const FieldSet& fields);

// What is owned of `fields` now that `type` has made atomic what was granular when they were
// written: the whole instead of its parts.
FieldSet reconciled(const FieldType& type, FieldSet fields);

}  // namespace gatefold::engine
