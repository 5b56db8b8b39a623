// The log as objects of the kinds of group history.gatefold.dev: each event is a
// Change, each transition in it a Transition. They are made of the log when they are read.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "engine/page.h"
#include "engine/view.h"
#include "schema/kind.h"
#include "schema/selector.h"
#include "storage/event.h"

namespace gatefold::engine {

// An entry: an event, and of transitions which one of it. In the order of the log.
struct LedgerPlace {
  Revision revision;
  std::uint16_t ordinal = 0;
  auto operator<=>(const LedgerPlace&) const = default;
};

// `000000000042`, of a transition `000000000042-0`: sorts as the log does up to revision 10^12.
std::string ledger_name(const Kind& kind, LedgerPlace place);
// Nothing where no entry of the kind can have the name.
std::optional<LedgerPlace> parse_ledger_name(const Kind& kind, std::string_view name);

// How many entries of the kind an event is; none where it is of the other scope.
std::size_t entries_in(const Kind& kind, const storage::Event& event);

// An entry as `version` shows it. All but the last of an event carry the revision before it as
// resourceVersion, so that who goes on from any of them loses none. Reads bodies for a Change.
Result<std::string> ledger_object(const View& view, const Kind& kind, const KindVersion& version,
                                  const storage::Event& event, std::uint16_t ordinal);

// What showing an entry costs, in events that are looked at: a Change compares two bodies.
std::size_t ledger_cost(const Kind& kind);

// Which entries are wanted. Labels are those that the object had after the event.
struct LedgerSelection {
  const Kind& kind;
  std::string_view name_space;  // empty: all
  const LabelSelector& labels;
  const FieldSelector& fields;

  bool matches(const storage::Event& event, std::uint16_t ordinal) const;
};

// What the field selectors of the kind are of an entry, as its document has them.
SelectableValues ledger_values(const Kind& kind, const storage::Event& event,
                               std::uint16_t ordinal);

// Calls `visit` with events of (after, until] that may hold such entries, oldest first, until it
// answers false: one event where a name is asked for; else by the ledger of the namespace or by
// the index of `object.resource`; else all of the log.
Result<void> visit_ledger(const View& view, const LedgerSelection& selection, Revision after,
                          Revision until, const storage::Snapshot::EventVisitor& visit);
// The oldest revision whose successors such a visit finds.
Revision ledger_horizon(const View& view, const LedgerSelection& selection);
// Whether events of the resource may be among what is wanted. Of one that no kind has now they may.
bool may_hold(const View& view, const LedgerSelection& selection, std::string_view resource);

// The entry of that name; nothing where there is none.
Result<std::optional<std::string>> read_ledger(const View& view, const Kind& kind,
                                               const KindVersion& version,
                                               std::string_view name_space, std::string_view name);

}  // namespace gatefold::engine
