// The rules that need to know more than the version before: fight, flap and foreign-entry. What
// they remember is a bounded piece of an object's ledger. Pure.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/guard/findings.h"
#include "engine/guard/moved.h"
#include "schema/ids.h"
#include "storage/event.h"

namespace gatefold::engine {

// A transition as the ledger has it, with who made it.
struct PastTransition {
  std::string path;
  std::string type;
  std::string new_status;
  storage::Actor writer;
  Time time;  // of the event
  Revision revision;
};
// Newest first.
using GuardMemory = std::vector<PastTransition>;
// Asked at most once for a write, and only where a status moved or an entry was touched.
using Recall = std::function<GuardMemory()>;

// A memory's length: some rounds of the conditions of an object with a listener or two.
inline constexpr std::size_t kMemoryTransitionsMax = 64;
// So many changes in turn are a fight: each of the two has undone the other once.
inline constexpr std::size_t kFightTurns = 4;
// Further apart it is two people of two minds.
inline constexpr std::int64_t kFightWindowNs = 3600 * kNsPerSecond;
// So many transitions of one condition within the window are a flap: three times there and back,
// which no start-up does.
inline constexpr std::size_t kFlapTransitions = 6;
inline constexpr std::int64_t kFlapWindowNs = 600 * kNsPerSecond;

// A program is the same after an upgrade: its version, which is in the user agent, does not count.
bool is_same_writer(const storage::Actor& a, const storage::Actor& b);
// `user (manager; agent)`.
std::string writer_text(const storage::Actor& actor);

// One change of one thing, to a value, by somebody.
struct Turn {
  std::string_view value;
  const storage::Actor* writer = nullptr;
  Time time;
};
// Whether the newest turns, newest first, are two writers' who undo each other.
bool is_fight(const std::vector<Turn>& turns);

struct RememberedWrite {
  const std::vector<ConditionPair>& pairs;
  const std::vector<storage::Transition>& transitions;
  const storage::Actor& writer;
  Time event_time;
};

// By fight and flap, of each status that moved.
void judge_turns(const RememberedWrite& write, const GuardMemory& memory, GuardFindings& findings);
// By foreign-entry. An entry belongs to who made its first transition that is remembered.
void judge_entries(const RememberedWrite& write, const GuardMemory& memory,
                   GuardFindings& findings);

// Whether a memory could change what is said of the write.
bool needs_memory(const RememberedWrite& write);

}  // namespace gatefold::engine
