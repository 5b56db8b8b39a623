#include <algorithm>
#include <optional>
#include <utility>

#include "engine/apply/typed.h"
#include "engine/apply/walk.h"

namespace gatefold::engine {
namespace {

// Adds what is below a value to `below`; whether the value is a leaf itself.
bool collect(const FieldType& type, const Value& value, FieldLevel& below);

void collect_members(const FieldType& type, const JsonObject& object, FieldLevel& level) {
  for (const auto& member : object) {
    FieldLevel below;
    const auto* members = member.value().if_object();
    const bool is_member = collect(type.member(member.key()), member.value(), below) ||
                           member.value().is_null() || (members != nullptr && members->empty()) ||
                           !type.declares(member.key());
    level.add(PathElement::of_field(member.key()), is_member, std::move(below));
  }
}

void collect_items(const FieldType& type, const JsonArray& list, FieldLevel& level) {
  std::vector<std::pair<PathElement, const Value*>> items;
  items.reserve(list.size());
  for (const auto& item : list) {
    if (auto element = item_element(type, item)) items.emplace_back(std::move(*element), &item);
  }
  std::ranges::sort(items, {}, [](const auto& item) -> const auto& { return item.first; });
  const auto item_type = type.item();
  for (std::size_t at = 0; at < items.size(); ++at) {
    const auto& element = items[at].first;
    FieldLevel below;
    if (at + 1 < items.size() && items[at + 1].first == element) {
      while (at + 1 < items.size() && items[at + 1].first == element) ++at;
    } else {
      collect(item_type, *items[at].second, below);
    }
    level.add(element, true, std::move(below));
  }
}

bool collect(const FieldType& type, const Value& value, FieldLevel& below) {
  switch (Forms(type, &value).walk()) {
    case Forms::Walk::kObject:
      if (type.object_is_atomic()) return true;
      if (value.is_object()) collect_members(type, value.get_object(), below);
      return false;
    case Forms::Walk::kScalar:
      return true;
    case Forms::Walk::kList:
      if (type.list_is_atomic()) return true;
      if (value.is_array()) collect_items(type, value.get_array(), below);
      return false;
    case Forms::Walk::kNone:
      return false;
  }
  return false;
}

FieldType type_below(const FieldType& type, const PathElement& element) {
  using Sort = PathElement::Sort;
  if (element.sort() == Sort::kField && type.may_be_object()) return type.member(element.field());
  if (element.sort() == Sort::kKey && type.may_be_list()) return type.item();
  return FieldType::none();
}

// Whether parts of a value of this type can't be owned each on its own.
bool is_atomic(const FieldType& type) {
  if (type.may_be_object()) return !type.is_untyped_object() && type.object_is_atomic();
  return type.may_be_list() && !type.may_be_scalar() && type.list_is_atomic();
}

// The type of what a set names below `type`, by the first form that it may have.
FieldType reconciled_type(const FieldType& type, const PathElement& element) {
  if (!type.may_be_object()) return type.may_be_scalar() ? FieldType::none() : type.item();
  return element.sort() == PathElement::Sort::kField ? type.member(element.field())
                                                     : type.other_members();
}

// Nothing: `fields` stay as they are. Members without others below them can't have been more than
// they are, so that subsets alone matter.
std::optional<FieldSet> reconcile(const FieldType& type, const FieldSet& fields) {
  if (type.may_be_object() && type.is_untyped_object()) return std::nullopt;
  std::optional<FieldLevel> level;
  const auto changed = [&](std::size_t at) -> FieldLevel& {
    const auto& subsets = fields.subsets();
    if (!level) {
      level.emplace(fields.members(), std::vector(subsets.begin(), subsets.begin() + long(at)));
    }
    return *level;
  };
  for (std::size_t at = 0; at < fields.subsets().size(); ++at) {
    const auto& subset = fields.subsets()[at];
    const auto child = reconciled_type(type, subset.element);
    if (child.exists() && is_atomic(child)) {
      changed(at).members.push_back(subset.element);
      continue;
    }
    auto below = child.exists() ? reconcile(child, subset.fields) : std::nullopt;
    if (below) {
      changed(at).subsets.push_back({subset.element, std::move(*below)});
    } else if (level) {
      level->subsets.push_back(subset);
    }
  }
  if (!level) return std::nullopt;
  return std::move(*level).sealed();
}

}  // namespace

FieldSet field_set_of(const FieldType& type, const Value& value) {
  FieldLevel level;
  collect(type, value, level);
  return std::move(level).sealed();
}

FieldSet with_named_fields(const FieldType& type, const FieldSet& fields) {
  FieldLevel level{fields.members(), {}};
  level.subsets.reserve(fields.subsets().size());
  for (const auto& [element, below] : fields.subsets()) {
    if (element.sort() == PathElement::Sort::kField && type.may_be_object() &&
        type.declares(element.field())) {
      level.members.push_back(element);
    }
    level.subsets.push_back({element, with_named_fields(type_below(type, element), below)});
  }
  return std::move(level).sealed();
}

FieldSet reconciled(const FieldType& type, FieldSet fields) {
  if (is_atomic(type)) return fields;  // nobody owns a root
  auto changed = reconcile(type, fields);
  return changed ? std::move(*changed) : std::move(fields);
}

}  // namespace gatefold::engine
