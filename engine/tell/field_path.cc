#include "engine/tell/field_path.h"

#include <algorithm>
#include <cctype>

namespace gatefold::engine {
namespace {

bool is_plain_member(std::string_view name) {
  return !name.empty() && std::ranges::all_of(name, [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '_' || c == '-' || c == '$';
  });
}

}  // namespace

std::string to_string(const FieldPath& path) {
  std::string text;
  for (const auto& step : path) {
    if (step.is_item && step.name.empty()) {
      text += "[" + std::to_string(step.new_place.value_or(step.old_place.value_or(0))) + "]";
    } else if (step.is_item || !is_plain_member(step.name)) {
      text += "[" + step.name + "]";
    } else {
      if (!text.empty()) text += '.';
      text += step.name;
    }
  }
  return text;
}

}  // namespace gatefold::engine
