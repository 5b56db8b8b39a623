#include "engine/apply/unmoved.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "engine/apply/typed.h"
#include "schema/json.h"

namespace gatefold::engine {
namespace {

// A path as FieldsV1 names its steps.
using EncodedPath = std::vector<std::string>;

void append_paths(const FieldSet& fields, std::vector<EncodedPath>& paths) {
  fields.for_each([&](const FieldPath& path) {
    auto& steps = paths.emplace_back();
    for (const auto& element : path) steps.push_back(element.encoded());
  });
}

bool has(const Value& fields_v1, const EncodedPath& path) {
  const auto* at = &fields_v1;
  for (const auto& step : path) {
    const auto* below = at->if_object();
    at = below == nullptr ? nullptr : below->if_contains(step);
    if (at == nullptr) return false;
  }
  const auto* below = at->if_object();
  return below == nullptr || below->empty() || below->contains(".");
}

// What an update did that gave other values alone.
struct ChangedValues {
  std::vector<EncodedPath> owned;    // that its manager owns now
  std::vector<EncodedPath> unowned;  // that nobody does: names, and what the server sets
};

std::optional<ChangedValues> changed_values(const OwnedWrite& write, const Value& live,
                                            const Value& object) {
  const auto changes = compare_typed(FieldType::of_kind(*write.version.schema), live, object);
  if (!changes) return std::nullopt;
  const auto reset = reset_fields(write);
  ChangedValues values;
  for (const auto* fields : {&changes->added, &changes->removed, &changes->modified}) {
    const auto heard = subtract_trees(*fields, reset);
    const auto owned = subtract(heard, untracked_fields());
    if (fields != &changes->modified && !owned.empty()) return std::nullopt;
    append_paths(owned, values.owned);
    append_paths(intersect(heard, untracked_fields()), values.unowned);
  }
  return values;
}

}  // namespace

std::optional<Value> unmoved_managed_fields(const OwnedWrite& write, const Value& live,
                                            const Value& object) {
  const auto* managed = find_path(live, {"metadata", "managedFields"});
  const auto* entries = managed == nullptr ? nullptr : managed->if_array();
  if (entries == nullptr || entries->empty()) return std::nullopt;
  const auto changed = changed_values(write, live, object);
  if (!changed) return std::nullopt;
  const auto writer = update_manager(write);
  const auto api_version = std::string_view(writer.api_version);
  std::optional<std::size_t> own;
  for (std::size_t i = 0; i < entries->size(); ++i) {
    const auto& entry = (*entries)[i];
    const auto* fields = find(entry, "fieldsV1");
    if (fields == nullptr || string_at(entry, {"apiVersion"}) != api_version) return std::nullopt;
    const bool is_own = string_at(entry, {"operation"}) == "Update" &&
                        string_at(entry, {"manager"}) == writer.name &&
                        string_at(entry, {"subresource"}) == writer.subresource;
    const auto is_there = [&](const EncodedPath& path) { return has(*fields, path); };
    if (std::ranges::any_of(changed->unowned, is_there)) return std::nullopt;
    const bool stays = is_own ? std::ranges::all_of(changed->owned, is_there)
                              : std::ranges::none_of(changed->owned, is_there);
    if (!stays) return std::nullopt;
    if (is_own) own = i;
  }
  if (changed->owned.empty()) return *managed;
  if (!own) return std::nullopt;
  JsonArray list = *entries;
  list[*own].as_object()["time"] = format_seconds(write.now);
  sort_managed_fields(list);
  return list;
}

}  // namespace gatefold::engine
