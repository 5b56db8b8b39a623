// Options that several subcommands have.
#pragma once

#include <string>

#include "tools/gatefold/source.h"

namespace CLI {  // NOLINT(readability-identifier-naming): the name is the library's
class App;
}

namespace gatefold::tools {

// --server or --data, one of them.
void add_source(CLI::App& command, Source& source);
// -o: table or json.
void add_output(CLI::App& command, std::string& output);

}  // namespace gatefold::tools
