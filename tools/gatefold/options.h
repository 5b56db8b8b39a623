// Options that several subcommands have.
#pragma once

#include <string>
#include <string_view>

#include "schema/value.h"
#include "tools/gatefold/source.h"

namespace CLI {  // NOLINT(readability-identifier-naming): the name is the library's
class App;
}

namespace gatefold::tools {

// --server or --data, one of them.
void add_source(CLI::App& command, Source& source);
// -o: table, json or yaml.
void add_output(CLI::App& command, std::string& output);

// -o of what is one result: text, json or yaml.
void add_result_output(CLI::App& command, std::string& output);

// One of several values on standard output: `json` on a line of its own, else as a document of
// YAML.
void print_value(const Value& value, std::string_view output);

}  // namespace gatefold::tools
