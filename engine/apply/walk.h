// What the walks over typed values have in common: which form a value takes, what is wrong with a
// scalar, which item of a list is which, and errors with their paths.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "engine/apply/field_set.h"
#include "engine/apply/field_type.h"
#include "schema/status.h"
#include "schema/value.h"

namespace gatefold::engine {

// The forms that a type allows, narrowed to that of a value where it is one of them; all of them
// for null and for what has none of these forms.
class Forms {
 public:
  Forms(const FieldType& type, const Value* value);

  // The first of them is how a value is walked.
  enum class Walk : std::uint8_t { kObject, kScalar, kList, kNone };
  Walk walk() const;
  bool operator==(const Forms&) const = default;

 private:
  bool object_;
  bool scalar_;
  bool list_;
};

bool is_scalar(const Value& value);

// nullptr for nullptr, null and what is no object or list.
inline const JsonObject* object_of(const Value* value) {
  return value == nullptr ? nullptr : value->if_object();
}
inline const JsonArray* list_of(const Value* value) {
  return value == nullptr ? nullptr : value->if_array();
}

// How Go prints a value of the reference: `&{abc}`.
std::string go_boxed(const Value& value);

// What is wrong with a scalar, "" for nothing; null is any.
std::string scalar_error(ScalarType type, const Value* value);

// How `item` of a list that isn't atomic is told from others; why it can't be.
std::expected<PathElement, std::string> item_element(const FieldType& list, const Value& item);

struct TypedError {
  std::string path;
  std::string message;
};
using TypedErrors = std::vector<TypedError>;

// Puts `prefix` before the paths of errors from `from` on.
void prefix_errors(TypedErrors& errors, std::size_t from, const std::string& prefix);
// `PATH: MESSAGE`, or `errors:` and each in a line of its own.
std::string errors_text(const TypedErrors& errors);

// What stands at one level of a set that is being made.
struct FieldLevel {
  std::vector<PathElement> members;
  std::vector<FieldSubset> subsets;

  bool empty() const { return members.empty() && subsets.empty(); }
  // Adds `element` if it `is_member`, and what is `below` it.
  void add(const PathElement& element, bool is_member, FieldLevel&& below);
  FieldSet sealed() && { return FieldSet::of(std::move(members), std::move(subsets)); }
};

}  // namespace gatefold::engine
