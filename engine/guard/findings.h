// What the rules of the guard found in one write. Pure values.
#pragma once

#include <string>
#include <vector>

#include "engine/guard/rules.h"
#include "schema/time.h"
#include "schema/value.h"

namespace gatefold::engine {

struct GuardFinding {
  GuardRule rule = GuardRule::kRestamped;
  std::string path;   // of the list, by identity; "" for the write as a whole
  std::string type;   // of the condition; "" for the list or the write
  std::string place;  // the field, as field errors name it
  std::string text;   // what is wrong, a part of a sentence that follows the condition's name
  Value value;        // what stands in the field
  // Of the rules on times.
  Time claimed;
  Time kept;  // what is true
  // Of a fight: who set it in between.
  std::string other_writer;
};

using GuardFindings = std::vector<GuardFinding>;

// `Programmed in status.conditions`, `status.parents[…].conditions`, or `the object`.
std::string subject_of(const GuardFinding& finding);

}  // namespace gatefold::engine
