// Colours on standard output.
#pragma once

#include <string_view>

#include "tools/gatefold/print.h"

namespace CLI {  // NOLINT(readability-identifier-naming): the name is the library's
class App;
}

namespace gatefold::tools {

enum class Colour { kNone, kGood, kBad, kUnsure };

// --color: auto (on a terminal, unless NO_COLOR is set), always or never.
void add_color(CLI::App& command, std::string& when);

class Paint {
 public:
  explicit Paint(std::string_view when);
  // printable() of the text, with its escape codes where there are colours.
  Painted operator()(Colour colour, std::string_view text) const;

 private:
  bool is_on_;
};

}  // namespace gatefold::tools
