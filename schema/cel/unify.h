// Which types fit which: type parameters and what they stand for.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "schema/cel/function.h"
#include "schema/cel/type.h"

namespace gatefold::cel {

bool is_dyn(const Type& type);
bool is_dyn_or_error(const Type& type);

// The type in an optional, or the type itself. `second` says which.
std::pair<TypePtr, bool> unwrap_optional(const TypePtr& type);

// Of two types of which one is assignable to the other.
TypePtr most_general(const TypePtr& a, const TypePtr& b);

// What the type parameters of one compilation stand for so far. The rules, and their asymmetry, are
// those of cel-go v0.23.2, checker/types.go.
class Substitution {
 public:
  TypePtr fresh();

  // Whether the types agree, with parameters bound as it takes; nothing is bound where they don't.
  // dyn and errors agree with everything, null with objects, opaque types, optionals, timestamps
  // and durations.
  bool assign(const TypePtr& a, const TypePtr& b);
  // The same for each of two lists of one length. False where the lengths differ.
  bool assign_all(std::span<const TypePtr> a, std::span<const TypePtr> b);

  // `type` with parameters replaced by what they stand for; with `free_is_dyn` those that stand for
  // nothing by dyn.
  TypePtr apply(const TypePtr& type, bool free_is_dyn);

  // An overload's types with parameters that nothing else uses: the arguments, then the result.
  std::vector<TypePtr> instantiate(const Overload& overload);

  // Whether a type is too large to go on with; from then on answers are cheap and meaningless.
  // Types can double with each level of nesting: `[{a: a}].all(b, [{b: b}].all(c, ...))`.
  bool is_exhausted() const { return is_exhausted_; }
  void measure(const Type& type);

 private:
  class Step;

  struct Binding {
    bool is_valid = false;
    bool was_bound = false;
  };
  bool agree(const TypePtr& a, const TypePtr& b);
  bool agree_all(std::span<const TypePtr> a, std::span<const TypePtr> b);
  Binding bind(const TypePtr& type, const TypePtr& parameter);
  bool is_free_of(const Type& within, const Type& parameter);
  TypePtr replace(const TypePtr& type, bool free_is_dyn, std::size_t& size);
  TypePtr find(const Type& parameter) const;
  void set(const std::string& parameter, TypePtr type);
  void roll_back();

  std::map<std::string, TypePtr, std::less<>> bound_;
  std::vector<std::pair<std::string, TypePtr>> undo_;  // what was there before; nullptr: nothing
  std::uint32_t parameters_ = 0;
  std::uint32_t depth_ = 0;
  std::uint64_t steps_ = 0;
  bool is_exhausted_ = false;
};

}  // namespace gatefold::cel
