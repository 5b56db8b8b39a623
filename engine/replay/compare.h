// What a controller under test made of an object, against what the history's own made of it. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/tell/diff.h"
#include "schema/ids.h"
#include "schema/schema_node.h"
#include "schema/value.h"
#include "storage/event.h"

namespace gatefold::engine {

// Statuses of an object that are kept of each of the two. Conditions have some; what has more
// flaps.
inline constexpr std::size_t kTraceStatusesMax = 1'000;

// What one of the two did to an object.
struct ObjectTrace {
  std::uint64_t writes = 0;
  // That its writes gave to conditions, by path and type, oldest first.
  std::map<std::pair<std::string, std::string>, std::vector<std::string>> statuses;
  std::size_t statuses_count = 0;  // of all, kept or not
  Value object;                    // at the end; null: it is not there
  std::string gap;                 // why `object` is not known
  std::string way_gap;             // why not all statuses are

  void note(const storage::Transition& transition);
  bool is_cut_off() const { return statuses_count > kTraceStatusesMax; }
};

enum class StatusOrder {
  kSame,
  kSkipped,   // some of the history's are missing, the last one is not: a level-triggered
              // controller that saw less did less
  kMissing,   // the last one is missing, too
  kExtra,     // all of the history's and more
  kDifferent  // anything else
};
// `same`, `skipped`, `missing`, `extra`, `different`.
std::string_view order_word(StatusOrder order);

// The statuses that a condition went through; "" is gone.
struct ConditionMoves {
  std::string path;  // of its list
  std::string type;
  StatusOrder order = StatusOrder::kSame;
  std::vector<std::string> history;
  std::vector<std::string> replay;
};

struct ObjectComparison {
  ObjectKey key;
  std::uint64_t history_writes = 0;
  std::uint64_t replay_writes = 0;
  std::vector<FieldChange> fields;         // from the history's object to the replay's
  std::vector<ConditionMoves> conditions;  // by path and type; none where they can't be compared
  std::string gap;                         // why not all could be compared
  bool is_gone = false;                    // neither has it in the end

  // Other fields in the end, or statuses on the way that are more or others than the history's. Of
  // what is gone also a last status that was never reached: no field can show it.
  bool differs() const;
  bool is_equal() const { return !differs() && gap.empty(); }
};

// Leaves out what depends on when, and how often, something was written: lastTransitionTime,
// resourceVersion, generation, managedFields, times of creation and deletion, and uids, which
// objects get that the controller creates. `schema` as in DiffOptions.
ObjectComparison compare_traces(ObjectKey key, ObjectTrace history, ObjectTrace replay,
                                const SchemaNode* schema);

}  // namespace gatefold::engine
