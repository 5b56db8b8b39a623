#include "engine/tell/list_match.h"

#include <algorithm>
#include <functional>
#include <initializer_list>
#include <span>
#include <unordered_map>
#include <unordered_set>

#include "schema/json.h"

namespace gatefold::engine {
namespace {

using Name = std::optional<std::string>;
using Namer = std::function<Name(const Value&)>;

std::string text_of(const Value& value) {
  return value.is_string() ? std::string(value.get_string()) : canonical_json(value);
}

// By the members `keys`, of which all but `optional_from` and later have to be there.
Name name_by_keys(const Value& item, std::span<const std::string> keys, std::size_t optional_from) {
  if (!item.is_object()) return std::nullopt;
  std::string text;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const auto* value = find(item, keys[i]);
    if (value == nullptr && i < optional_from) return std::nullopt;
    if (value != nullptr && value->is_structured()) return std::nullopt;
    if (i > 0 && (value != nullptr || i < optional_from)) text += ',';
    if (value != nullptr) text += text_of(*value);
  }
  return text;
}

// As the guard names entries of lists without map keys; see engine/guard/conditions.
Name name_by_reference(const Value& item, std::string_view name_space) {
  if (!item.is_object() || find(item, "controllerName") == nullptr) return std::nullopt;
  for (const auto* member : {"parentRef", "ancestorRef"}) {
    const auto* reference = find(item, member);
    if (reference == nullptr || !reference->is_object()) continue;
    JsonObject name{{"controllerName", *find(item, "controllerName")}, {member, *reference}};
    auto& complete = name[member].as_object();
    const bool lacks_namespace = string_at(*reference, {"namespace"}).empty();
    if (lacks_namespace && !name_space.empty()) complete["namespace"] = name_space;
    return canonical_json(Value(std::move(name)));
  }
  return std::nullopt;
}

Name name_by_value(const Value& item) {
  if (item.is_structured() || item.is_null()) return std::nullopt;
  return text_of(item);
}

// All names of a list; nothing where an item has none or two have the same.
std::optional<std::vector<std::string>> names_of(const JsonArray& list, const Namer& namer) {
  std::vector<std::string> names;
  names.reserve(list.size());
  std::unordered_set<std::string> seen;
  for (const auto& item : list) {
    auto name = namer(item);
    if (!name || !seen.insert(*name).second) return std::nullopt;
    names.push_back(std::move(*name));
  }
  return names;
}

std::vector<Namer> namers(const SchemaNode* schema, std::string_view name_space) {
  std::vector<Namer> all;
  const auto by_keys = [&](std::vector<std::string> keys, std::size_t optional_from) {
    all.emplace_back([keys = std::move(keys), optional_from](const Value& item) {
      return name_by_keys(item, keys, optional_from);
    });
  };
  if (schema != nullptr && !schema->list_map_keys.empty()) {
    by_keys(schema->list_map_keys, 1);
  }
  all.emplace_back([name_space](const Value& item) { return name_by_reference(item, name_space); });
  for (const auto* key : {"name", "type", "key", "uid"}) by_keys({key}, 1);
  by_keys({"port", "protocol"}, 2);
  for (const auto* key : {"port", "ip"}) by_keys({key}, 1);
  by_keys({"manager", "operation", "subresource"}, 2);
  all.emplace_back(name_by_value);
  return all;
}

ListMatch match_names(std::vector<std::string> old_names, std::vector<std::string> new_names) {
  std::unordered_map<std::string_view, std::size_t> places;
  for (std::size_t i = 0; i < old_names.size(); ++i) places.emplace(old_names[i], i);
  ListMatch match;
  for (const auto& name : new_names) {
    const auto found = places.find(name);
    match.old_of_new.push_back(found == places.end() ? std::nullopt
                                                     : std::optional<std::size_t>(found->second));
  }
  match.old_names = std::move(old_names);
  match.new_names = std::move(new_names);
  return match;
}

// What both end with stays what it is where items come or go before it.
ListMatch match_places(const JsonArray& old_list, const JsonArray& new_list) {
  const auto shorter = std::min(old_list.size(), new_list.size());
  std::size_t head = 0;
  while (head < shorter && same(old_list[head], new_list[head])) ++head;
  std::size_t tail = 0;
  while (tail < shorter - head &&
         same(old_list[old_list.size() - 1 - tail], new_list[new_list.size() - 1 - tail])) {
    ++tail;
  }
  ListMatch match;
  match.old_of_new.resize(new_list.size());
  for (std::size_t i = 0; i < shorter - tail; ++i) match.old_of_new[i] = i;
  for (std::size_t i = 1; i <= tail; ++i) {
    match.old_of_new[new_list.size() - i] = old_list.size() - i;
  }
  return match;
}

}  // namespace

ListMatch match_lists(const SchemaNode* schema, const JsonArray& old_list,
                      const JsonArray& new_list, std::string_view name_space) {
  if (old_list.empty() && new_list.empty()) return {};
  for (const auto& namer : namers(schema, name_space)) {
    auto old_names = names_of(old_list, namer);
    if (!old_names) continue;
    auto new_names = names_of(new_list, namer);
    if (new_names) return match_names(std::move(*old_names), std::move(*new_names));
  }
  return match_places(old_list, new_list);
}

std::vector<std::string> item_names(const SchemaNode* schema, const JsonArray& list,
                                    std::string_view name_space) {
  return match_lists(schema, list, list, name_space).new_names;
}

}  // namespace gatefold::engine
