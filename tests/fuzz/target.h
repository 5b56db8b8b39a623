// What a fuzz target is: one function over bytes, which asserts what has to hold of each of them.
#pragma once

#include <string_view>

namespace gatefold::fuzz {

// Defined once in each target. Aborts (GATEFOLD_ASSERT) where a promise is broken; refusing the
// bytes is keeping it.
void examine(std::string_view bytes);

}  // namespace gatefold::fuzz
