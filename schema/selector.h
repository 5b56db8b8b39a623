// Label and field selectors (spec section 15).
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "schema/kind.h"
#include "schema/meta.h"

namespace gatefold {

struct LabelRequirement {
  enum class Operator { kIn, kNotIn, kExists, kDoesNotExist, kGreater, kLess };
  std::string key;
  Operator op = Operator::kExists;
  std::vector<std::string> values;
  std::int64_t bound = 0;  // of kGreater and kLess
};

struct LabelSelector {
  std::vector<LabelRequirement> requirements;  // all must hold
  bool empty() const { return requirements.empty(); }
  bool matches(const Labels& labels) const;
};

struct FieldRequirement {
  std::string field;
  std::string value;
  bool negated = false;
};

// The values that a field selector may ask for, by selector name (`spec.type`); a field that the
// object lacks is "".
using SelectableValues = std::map<std::string, std::string, std::less<>>;

struct FieldSelector {
  std::vector<FieldRequirement> requirements;
  bool empty() const { return requirements.empty(); }
  bool matches(std::string_view name_space, std::string_view name,
               const SelectableValues& fields) const;
  // The value of `metadata.name=` or `metadata.namespace=` where it is asked for exactly; nullptr
  // otherwise.
  const std::string* exact(std::string_view field) const;
};

// Errors are sentences for a 400 (R15.2, R15.3).
std::expected<LabelSelector, std::string> parse_label_selector(std::string_view text);
std::expected<FieldSelector, std::string> parse_field_selector(std::string_view text);

// A LabelSelector as objects hold it (metav1): matchLabels and matchExpressions. One that
// `validate_label_selector` complains of selects less than it seems to.
LabelSelector label_selector_of(const Value& selector);
FieldErrors validate_label_selector(const Value& selector, const std::string& field);
// A selector as objects carry it (matchLabels, matchExpressions), as a query would say it, by key;
// "" where nothing is asked for. The error is a sentence about an operator that there is not.
std::expected<std::string, std::string> label_selector_text(const Value& selector);
// Whether `version` of `kind` has all the fields; the error is R15.4's sentence. What is resolved
// names fields as the stored kind does, which is how they are kept beside each object.
std::expected<void, std::string> resolve_field_selector(const Kind& kind,
                                                        const KindVersion& version,
                                                        FieldSelector& selector);

// What the kind's selectable fields are in `object`, which has the form of `version`. Not of views.
SelectableValues selectable_values(const KindVersion& version, const Value& object);

}  // namespace gatefold
