// What differs between two versions of an object, field by field. Pure.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/tell/field_path.h"
#include "schema/schema_node.h"
#include "schema/value.h"

namespace gatefold::engine {

enum class ChangeType {
  kAdded,      // the whole value that came is one change
  kRemoved,    // so is the whole value that went
  kChanged,    // a leaf, or a value of another type
  kReordered,  // of a list whose items have an identity: the names of those that stayed, in order
};

// `added`, `removed`, `changed`, `reordered`.
std::string_view change_word(ChangeType type);

struct FieldChange {
  ChangeType type = ChangeType::kChanged;
  FieldPath steps;
  std::string path;  // of the steps
  Value old_value;   // null for kAdded
  Value new_value;   // null for kRemoved
};

// Members of metadata that every write moves.
inline constexpr std::array<std::string_view, 3> kNoise{"managedFields", "resourceVersion",
                                                        "generation"};

struct DiffOptions {
  // Of the objects' kind; map keys of lists are taken from it. nullptr: lists go by what their
  // items look like (list_match.h).
  const SchemaNode* schema = nullptr;
  bool leaves_out_noise = false;
};

// In the order of the fields' names, items in that of the new list with those that went behind
// them. Empty exactly if both are equal but for what is left out. A missing object is null:
// then the one that is there is added or removed at the empty path.
std::vector<FieldChange> diff(const Value& old_object, const Value& new_object,
                              const DiffOptions& options = {});

// The first `paths_max` paths and how many there are beyond: `spec.replicas, status.phase and 3
// more`. Each path is cut after kSummaryPathBytesMax bytes. `nothing` for no changes.
std::string summarize(std::span<const FieldChange> changes, std::size_t paths_max);

// References to a parent are long; a summary is one line.
inline constexpr std::size_t kSummaryPathBytesMax = 120;

}  // namespace gatefold::engine
