#include "schema/cel/unfit.h"

#include <string>

#include <fmt/format.h>

namespace gatefold::cel {

Val unfit(Arena& arena, std::string_view function, std::span<const Val> arguments) {
  std::string types;
  for (const Val& argument : arguments) {
    if (!types.empty()) types += ", ";
    types += type_name(argument);
  }
  return error_val(arena, fmt::format("no such overload: {}({})", function, types));
}

}  // namespace gatefold::cel
