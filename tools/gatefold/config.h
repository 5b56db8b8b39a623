// The file of `gatefold serve --config`: YAML with one section for each thing that can be set.
//
//   guard:
//     restamped: reject          # a rule, or all
//     kinds:
//       gateways.gateway.networking.k8s.io: {fight: off}
//   retention:
//     secrets: age:30d,count:100 # as --retain has it, or a list of such texts
//
// Strict: what it does not know is an error that names the file and the line or the path. Kinds are
// named by their resource with its group; one that is not there yet may be defined later.
#pragma once

#include <string>
#include <string_view>

#include "engine/guard/settings.h"
#include "engine/retention.h"
#include "schema/status.h"

namespace gatefold::tools {

struct Config {
  engine::GuardSettings guard;
  engine::RetentionSettings retention;
};

// `name` is what errors call it. An empty text sets nothing. kBadRequest where it is wrong.
Result<Config> parse_config(std::string_view text, std::string_view name);
// The file; kServiceUnavailable where it can't be read.
Result<Config> read_config(const std::string& file);

// RULE=MODE of the command line, on top of what the file says.
Result<void> set_guard_flag(std::string_view flag, engine::GuardSettings& guard);

// RESOURCE=LIMIT[,LIMIT...] of the command line.
Result<void> set_retain_flag(std::string_view flag, engine::RetentionSettings& retention);

}  // namespace gatefold::tools
