#include "engine/core/configmaps.h"

#include <fmt/format.h>

#include "engine/core/data_keys.h"

namespace gatefold::engine {

void validate_config_map(const Value& object, const Value* old_object, FieldErrors& errors) {
  auto bytes = check_data(object, "data", false, errors);
  bytes += check_data(object, "binaryData", true, errors);
  const auto* data = find(object, "data");
  const auto* binary = find(object, "binaryData");
  if (data != nullptr && binary != nullptr && data->is_object() && binary->is_object()) {
    for (const auto& entry : data->get_object()) {
      if (!binary->get_object().contains(entry.key())) continue;
      errors.push_back(invalid_value(fmt::format("data[{}]", std::string(entry.key())),
                                     Value(entry.key()), "duplicate of key present in binaryData",
                                     "data-key"));
    }
  }
  // The object as a whole, as Kubernetes prints its path.
  check_data_size(bytes, "[]", errors);
  check_locked(object, old_object, {"data", "binaryData"}, errors);
}

}  // namespace gatefold::engine
