// Who made the differences between two versions of an object: each is followed through the versions
// between them. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "engine/tell/blame.h"
#include "engine/tell/diff.h"

namespace gatefold::engine {

struct Attributed {
  // The version that made it so: of an object or list that came the one that it came with, of a
  // single value the one that set it last, of what went the one that took it. Nothing where that is
  // not known.
  std::optional<VersionMark> mark;
  // The last one that changed something in it after `mark`.
  std::optional<VersionMark> touched;
  // As in BlamedField.
  std::optional<Revision> gap_from;
};

// begin() with the earlier of the two versions, then fold() with each later one up to the other.
class Attribution {
 public:
  // `changes` of diff() between the two, which lead back where its old object is the later one.
  // Lists go by what their items look like.
  Attribution(std::vector<FieldChange> changes, bool leads_back);

  // Null where the object was not there.
  void begin(const VersionMark& mark, Value body);
  // Null where it was deleted.
  void fold(const VersionMark& mark, Value body);
  // A version whose body is not known.
  void fold_gap(Revision revision);

  // One for each change, in their order.
  std::vector<Attributed> finish() const;

 private:
  // Something of the earlier version.
  struct Followed {
    std::size_t change = 0;
    FieldPath place;  // in body_, by old_place of its items; the last one that it had
    bool is_there = true;
    Attributed told;
  };
  bool is_lost(const FieldChange& change) const;
  void follow(Followed& followed, const Value& body) const;
  void follow_lost(Followed& lost, const VersionMark& mark, const Value& body) const;
  void follow_order(Followed& list, const VersionMark& mark, const Value& body) const;
  Attributed of_what_is_there(const FieldChange& change) const;

  std::vector<FieldChange> changes_;
  bool leads_back_ = false;
  Value body_;
  Revision first_;  // that of begin()
  Blame blame_;
  std::optional<Revision> gap_from_;
  std::vector<Followed> lost_;  // what the later version lacks
  // Lists whose items changed their order. Told of where they have that of the later version: by
  // whoever made it so last.
  std::vector<Followed> reordered_;
};

}  // namespace gatefold::engine
