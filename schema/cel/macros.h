// Calls that are no calls: has, all, map and the like become nodes of their own.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "schema/cel/parser.h"

namespace gatefold::cel {

// What `function(arguments)` or `target.function(arguments)` stands for. Nothing, with target and
// arguments untouched: no macro has that name, number of arguments and way of calling. An issue: it
// is one, and its arguments are wrong. The node stands at `offset`, the opening parenthesis.
std::optional<Parsed<NodePtr>> expand_macro(std::string_view function, NodePtr& target,
                                            std::vector<NodePtr>& arguments, std::uint32_t offset);

}  // namespace gatefold::cel
