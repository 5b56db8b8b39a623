#include <set>

#include "engine/apply/typed.h"
#include "engine/apply/walk.h"

namespace gatefold::engine {
namespace {

// An object with more complaints than these is wrong enough.
constexpr std::size_t kErrorsMax = 1000;

class Validator {
 public:
  explicit Validator(Duplicates duplicates) : duplicates_(duplicates) {}

  void validate(const FieldType& type, const Value& value) {
    switch (Forms(type, &value).walk()) {
      case Forms::Walk::kObject:
        validate_object(type, value);
        return;
      case Forms::Walk::kScalar:
        if (auto error = scalar_error(type.scalar(), &value); !error.empty()) add(std::move(error));
        return;
      case Forms::Walk::kList:
        validate_list(type, value);
        return;
      case Forms::Walk::kNone:
        add("schema error: invalid atom: inlined");
        return;
    }
  }

  const TypedErrors& errors() const { return errors_; }

 private:
  void add(std::string message) { errors_.push_back({{}, std::move(message)}); }

  void validate_object(const FieldType& type, const Value& value) {
    if (value.is_null()) return;
    if (!value.is_object()) return add("expected map, got " + go_boxed(value));
    for (const auto& member : value.get_object()) {
      if (errors_.size() >= kErrorsMax) return;
      const auto from = errors_.size();
      const auto child = type.member(member.key());
      if (child.exists()) {
        validate(child, member.value());
      } else {
        add("field not declared in schema");
      }
      if (errors_.size() > from) prefix_errors(errors_, from, "." + std::string(member.key()));
      if (!child.exists()) return;
    }
  }

  void validate_list(const FieldType& type, const Value& value) {
    if (value.is_null()) return;
    if (!value.is_array()) return add("expected list, got " + go_boxed(value));
    std::set<PathElement> seen;
    const auto item_type = type.item();
    std::int64_t index = 0;
    for (const auto& item : value.get_array()) {
      if (errors_.size() >= kErrorsMax) return;
      auto element =
          type.list_is_atomic() ? PathElement::of_index(index) : item_element(type, item);
      if (!element) return add("element " + std::to_string(index) + ": " + element.error());
      if (!type.list_is_atomic() && !seen.insert(*element).second &&
          duplicates_ == Duplicates::kForbidden) {
        add("duplicate entries for key " + element->text());
      }
      const auto from = errors_.size();
      validate(item_type, item);
      if (errors_.size() > from) prefix_errors(errors_, from, element->text());
      ++index;
    }
  }

  Duplicates duplicates_;
  TypedErrors errors_;
};

}  // namespace

Result<void> validate_typed(const FieldType& type, const Value& value, Duplicates duplicates) {
  Validator validator(duplicates);
  validator.validate(type, value);
  if (validator.errors().empty()) return {};
  return failure(Reason::kUnknown, errors_text(validator.errors()));
}

}  // namespace gatefold::engine
