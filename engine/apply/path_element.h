// A step from a value to one below it, and paths of them, as FieldsV1 names fields (spec R18.1).
#pragma once

#include <compare>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "schema/status.h"
#include "schema/value.h"

namespace gatefold::engine {

// A total order of values: numbers, strings, booleans, lists, objects, null; integers and doubles
// by what they are worth.
std::strong_ordering compare_values(const Value& a, const Value& b);

class PathElement {
 public:
  // In the order in which elements of different sorts stand.
  enum class Sort : std::uint8_t { kField, kKey, kValue, kIndex };
  using Key = std::vector<std::pair<std::string, Value>>;

  // A member of an object.
  static PathElement of_field(std::string_view name);
  // The item of a list whose members have these values. Sorts them by name.
  static PathElement of_key(Key key);
  // The item of a set that is `value`.
  static PathElement of_value(Value value);
  static PathElement of_index(std::int64_t index);

  Sort sort() const { return sort_; }
  const std::string& field() const { return field_; }          // of kField
  const Key& key() const { return *key_; }                     // of kKey
  const Value& value() const { return key_->front().second; }  // of kValue
  std::int64_t index() const { return index_; }                // of kIndex

  std::strong_ordering operator<=>(const PathElement& other) const;
  bool operator==(const PathElement& other) const { return (*this <=> other) == 0; }

  // `.name`, `[name="a",port=80]`, `[="v"]`, `[1]`.
  std::string text() const;
  // The member of FieldsV1 that stands for it: `f:name`, `k:{"name":"a"}`, `v:"v"`, `i:1`.
  std::string encoded() const;

 private:
  Sort sort_ = Sort::kField;
  std::string field_;
  std::shared_ptr<const Key> key_;  // of a value, with one member without a name
  std::int64_t index_ = 0;
};

using FieldPath = std::vector<PathElement>;

// `.spec.listeners[name="a"].port`, as conflicts name fields (R17.6).
std::string path_text(const FieldPath& path);

// Reads what encoded() wrote. kBadRequest for what is none; `known` is false, and the element to be
// left out, where the prefix is one that a later version may know.
struct DecodedElement {
  bool known = true;
  PathElement element;
};
Result<DecodedElement> decode_element(std::string_view text);

}  // namespace gatefold::engine
