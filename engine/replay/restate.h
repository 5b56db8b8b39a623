// An event that happened elsewhere, said again here: written as it is where the object is as it was
// there, laid over the object where it went its own way. Nothing is validated, defaulted or judged:
// a history is never altered.
#pragma once

#include <memory>
#include <string_view>

#include "engine/decide.h"

namespace gatefold::engine {

// The annotation, of the object and of the event that brought it, with the revision of the history
// that the object shows. Events without it are no restatements.
inline constexpr std::string_view kHistoryRevision = "replay.gatefold.dev/revision";

// Bodies are as the history stores them.
struct Restatement {
  // As the history has it. Of a deletion only key and actor matter.
  storage::Event event;
  Body before;  // the version that the change was made to; null: none
  Body after;   // of a deletion: null
  // The object becomes `after`, whatever it is: a state is put, not a change made.
  bool is_exact = false;
  // `after` is the very next version of `before`: transitions are the event's own.
  bool is_single = true;
};

// As consider(), of a command that carries a restatement; its event's time is the stamp's. What it
// comes to:
// - a deletion: of the object that has the name, whosoever it is;
// - an object that appears: kAlreadyExists where another one (by its uid) has the name;
// - a change: of an object of that name; nothing where there is none.
Result<Decision> restate(const Command& command, const View& view, const Overlay* overlay,
                         const Stamp& stamp);

// The command that carries it.
Command restating(std::shared_ptr<const Restatement> restatement);

// The object without what a replay adds to it.
void forget_history_revision(Value& object);

}  // namespace gatefold::engine
