// Two texts as a unified diff. Pure.
#pragma once

#include <string>
#include <string_view>

namespace gatefold::engine {

struct UnifiedNames {
  std::string old_name;
  std::string new_name;
};

// As `diff -u` prints it, with three lines of context; empty where both are equal. Texts that
// differ in more than kUnifiedEditsMax lines are shown as one taken away and one put in its place,
// but for what they begin and end with.
std::string unified_diff(std::string_view old_text, std::string_view new_text,
                         const UnifiedNames& names);

// The search keeps a row for each edit: at most some 16 MB.
inline constexpr std::size_t kUnifiedEditsMax = 2000;

}  // namespace gatefold::engine
