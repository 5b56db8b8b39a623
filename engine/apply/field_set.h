// A set of fields of an object: what a manager owns, what changed, what is to go (spec R18.1). A
// member stands for itself alone; what is below it are members of their own. The root is never one.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <vector>

#include "engine/apply/path_element.h"
#include "schema/status.h"
#include "schema/value.h"

namespace gatefold::engine {

struct FieldSubset;

// A value; members and subsets are sorted, and no subset is empty.
class FieldSet {
 public:
  FieldSet();
  FieldSet(const FieldSet&);
  FieldSet(FieldSet&&) noexcept;
  FieldSet& operator=(const FieldSet&);
  FieldSet& operator=(FieldSet&&) noexcept;
  ~FieldSet();
  // Of what stands at one level, in any order; equal elements are united.
  static FieldSet of(std::vector<PathElement> members, std::vector<FieldSubset> subsets);

  void insert(std::span<const PathElement> path);
  bool has(std::span<const PathElement> path) const;
  bool has_member(const PathElement& element) const;
  bool empty() const;
  std::size_t size() const;

  const std::vector<PathElement>& members() const { return members_; }
  const std::vector<FieldSubset>& subsets() const { return subsets_; }
  // What is below `element`; nullptr: nothing is.
  const FieldSet* below(const PathElement& element) const;

  // Calls once for each member: those of a level in order, then those below them. The path is valid
  // during the call.
  void for_each(const std::function<void(const FieldPath&)>& call) const;

  bool operator==(const FieldSet& other) const;

 private:
  std::vector<PathElement> members_;
  std::vector<FieldSubset> subsets_;
};

struct FieldSubset {
  PathElement element;
  FieldSet fields;
};

FieldSet unite(FieldSet a, const FieldSet& b);
FieldSet intersect(const FieldSet& a, const FieldSet& b);
// Members of `a` that are none of `b`. What is below a member of `b` stays.
FieldSet subtract(const FieldSet& a, const FieldSet& b);
// The same, and without what is below members of `b`.
FieldSet subtract_trees(const FieldSet& a, const FieldSet& b);
// The members that have none below them.
FieldSet leaves(const FieldSet& fields);

// How many levels a set may have that is read; an object has no more than a parser lets through.
inline constexpr std::size_t kFieldLevelsMax = 512;

// Reads FieldsV1. Members with an unknown prefix are skipped. kBadRequest for what is no set or has
// more than kFieldLevelsMax levels.
Result<FieldSet> parse_fields_v1(const Value& fields);
// Writes it: members in their order, `"."` first where a member has others below it.
Value to_fields_v1(const FieldSet& fields);

}  // namespace gatefold::engine
