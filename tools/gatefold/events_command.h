// `gatefold log`: the events of the log.
#pragma once

#include <string>

#include "engine/history.h"
#include "tools/gatefold/range.h"
#include "tools/gatefold/source.h"

namespace gatefold::tools {

struct EventsOptions {
  Source source;
  engine::LogQuery query;
  RangeOptions range;
  std::string kind;
  bool follow = false;           // a server's log only
  std::string output = "table";  // json: one line an event; yaml: one document
  std::string color = "auto";
};

int run_events(const EventsOptions& options);

}  // namespace gatefold::tools
