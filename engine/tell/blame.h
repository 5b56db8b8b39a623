// Who set each field of an object last. Pure.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/tell/field_path.h"
#include "schema/ids.h"
#include "schema/schema_node.h"
#include "schema/time.h"
#include "schema/value.h"
#include "storage/event.h"

namespace gatefold::engine {

// A version of an object, without its body.
struct VersionMark {
  Revision revision;
  Time time;
  storage::Actor actor;
};

// A leaf of an object: a value that is no list and no object, or an empty one of these.
struct BlamedField {
  std::string path;
  Value value;
  VersionMark mark;
  // The body before that version is not known: the field was set in `mark`, or in a version before
  // it whose body is missing, the first of which this is. `mark` itself where nothing before it is
  // known.
  std::optional<Revision> gap_from;
};

// Folds the versions of one life of an object, oldest first. Items of lists keep who set them when
// they move (list_match.h). metadata.managedFields, resourceVersion and generation are left out:
// they move with every write.
class Blame {
 public:
  // `schema` as in DiffOptions; outlives the Blame.
  explicit Blame(const SchemaNode* schema = nullptr) : schema_(schema) {}

  void fold(const VersionMark& mark, Value body);
  // A version whose body is not known; ahead of the first one, that it has a past.
  void fold_gap(Revision revision);

  // Of the version that was folded last, in the order of the fields' names; empty without any.
  std::vector<BlamedField> fields() const;
  const Value& body() const { return body_; }

  struct Mark {
    VersionMark version;
    std::optional<Revision> gap_from;  // as in BlamedField
  };
  struct Place {
    const Mark* came = nullptr;     // with which version
    const Mark* touched = nullptr;  // the last one that set something at or below it
  };
  // Of a place in the version that was folded last, by new_place of its items; nothing where there
  // is none. Lives until the next fold.
  std::optional<Place> at(const FieldPath& path) const;

 private:
  struct Origin {
    std::size_t mark = 0;  // in marks_
  };
  // As the value it stands beside: of an object its members, of a list its items.
  struct Node {
    Origin origin;
    std::map<std::string, Node, std::less<>> members;
    std::vector<Node> items;
  };

  static std::size_t last_origin(const Node& node);
  Node fresh(const Value& value) const;
  Node carry(const SchemaNode* schema, const Value& old_value, Node& old_node,
             const Value& new_value) const;
  Node carry_list(const SchemaNode* schema, const JsonArray& old_list, Node& old_node,
                  const JsonArray& new_list) const;
  void collect(const SchemaNode* schema, const Value& value, const Node& node, FieldPath& path,
               std::vector<BlamedField>& fields) const;

  const SchemaNode* schema_;
  Value body_;
  Node root_;
  std::vector<Mark> marks_;
  std::optional<Revision> gap_from_;
};

}  // namespace gatefold::engine
