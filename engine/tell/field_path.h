// Where in an object a field stands, by the identity of the items on the way:
// `status.conditions[Ready].status`, `metadata.labels[example.com/team]`, `spec.rules[0].matches`.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gatefold::engine {

// A member of an object, or an item of a list with its places in the old and the new version:
// nothing where it is not there.
struct FieldStep {
  std::string name;  // of the member; of the item, where it has an identity
  bool is_item = false;
  std::optional<std::size_t> old_place;
  std::optional<std::size_t> new_place;

  static FieldStep member(std::string_view name) { return {.name = std::string(name)}; }
};

using FieldPath = std::vector<FieldStep>;

// Items without identity are shown by their new place, or the old one where they are gone.
std::string to_string(const FieldPath& path);

}  // namespace gatefold::engine
