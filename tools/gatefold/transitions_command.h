// `gatefold transitions OBJ`: the timeline of an object's conditions.
#pragma once

#include <string>

#include "tools/gatefold/source.h"

namespace gatefold::tools {

struct TransitionsOptions {
  Source source;
  std::string object;  // gateway/prod/web
  std::string output = "table";
  std::string color = "auto";
};

// kFoundSomething where there is nothing to show, as for an object that never was.
int run_transitions(const TransitionsOptions& options);

}  // namespace gatefold::tools
