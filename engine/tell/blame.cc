#include "engine/tell/blame.h"

#include <algorithm>
#include <utility>

#include "engine/tell/diff.h"
#include "engine/tell/list_match.h"
#include "schema/meta.h"

namespace gatefold::engine {
namespace {

std::string_view key_of(const JsonObject::value_type& member) {
  return {member.key().data(), member.key().size()};
}

void drop_noise(Value& body) {
  auto* metadata = find(body, "metadata");
  if (metadata == nullptr || !metadata->is_object()) return;
  for (const auto member : kNoise) metadata->as_object().erase(member);
}

bool is_leaf(const Value& value) {
  if (const auto* object = value.if_object()) return object->empty();
  if (const auto* list = value.if_array()) return list->empty();
  return true;
}

}  // namespace

void Blame::fold(const VersionMark& mark, Value body) {
  drop_noise(body);
  marks_.push_back({mark, std::exchange(gap_from_, std::nullopt)});
  auto root = body_.is_null() ? fresh(body) : carry(schema_, body_, root_, body);
  root_ = std::move(root);
  body_ = std::move(body);
}

void Blame::fold_gap(Revision revision) {
  if (!gap_from_) gap_from_ = revision;
}

Blame::Node Blame::fresh(const Value& value) const {
  Node node{.origin = {marks_.size() - 1}, .members = {}, .items = {}};
  if (const auto* object = value.if_object()) {
    for (const auto& member : *object) {
      node.members.emplace(key_of(member), fresh(member.value()));
    }
  } else if (const auto* list = value.if_array()) {
    for (const auto& item : *list) node.items.push_back(fresh(item));
  }
  return node;
}

Blame::Node Blame::carry(const SchemaNode* schema, const Value& old_value, Node& old_node,
                         const Value& new_value) const {
  if (is_leaf(old_value) != is_leaf(new_value)) return fresh(new_value);
  if (old_value.is_array() && new_value.is_array()) {
    return carry_list(schema, old_value.get_array(), old_node, new_value.get_array());
  }
  if (!old_value.is_object() || !new_value.is_object()) {
    return same(old_value, new_value) ? std::move(old_node) : fresh(new_value);
  }
  Node node{.origin = old_node.origin, .members = {}, .items = {}};
  for (const auto& member : new_value.get_object()) {
    const auto key = key_of(member);
    const auto* before = find(old_value, key);
    const auto* below = schema == nullptr ? nullptr : schema->member(key);
    node.members.emplace(
        key, before == nullptr
                 ? fresh(member.value())
                 : carry(below, *before, old_node.members.find(key)->second, member.value()));
  }
  return node;
}

Blame::Node Blame::carry_list(const SchemaNode* schema, const JsonArray& old_list, Node& old_node,
                              const JsonArray& new_list) const {
  Node node{.origin = old_node.origin, .members = {}, .items = {}};
  const auto match = match_lists(schema, old_list, new_list, namespace_of(body_));
  const auto* below = schema == nullptr ? nullptr : schema->items.get();
  for (std::size_t i = 0; i < new_list.size(); ++i) {
    const auto place = match.old_of_new[i];
    node.items.push_back(place ? carry(below, old_list[*place], old_node.items[*place], new_list[i])
                               : fresh(new_list[i]));
  }
  return node;
}

void Blame::collect(const SchemaNode* schema, const Value& value, const Node& node, FieldPath& path,
                    std::vector<BlamedField>& fields) const {
  if (is_leaf(value)) {
    const auto& mark = marks_[node.origin.mark];
    fields.push_back({to_string(path), value, mark.version, mark.gap_from});
    return;
  }
  if (const auto* object = value.if_object()) {
    for (const auto& [key, below] : node.members) {
      path.push_back(FieldStep::member(key));
      collect(schema == nullptr ? nullptr : schema->member(key), *object->if_contains(key), below,
              path, fields);
      path.pop_back();
    }
    return;
  }
  const auto& list = value.get_array();
  const auto names = item_names(schema, list, namespace_of(body_));
  for (std::size_t i = 0; i < list.size(); ++i) {
    path.push_back({names.empty() ? std::string() : names[i], true, i, i});
    collect(schema == nullptr ? nullptr : schema->items.get(), list[i], node.items[i], path,
            fields);
    path.pop_back();
  }
}

std::optional<Blame::Place> Blame::at(const FieldPath& path) const {
  if (body_.is_null()) return std::nullopt;
  const auto* node = &root_;
  for (const auto& step : path) {
    if (step.is_item) {
      if (!step.new_place || *step.new_place >= node->items.size()) return std::nullopt;
      node = &node->items[*step.new_place];
    } else {
      const auto member = node->members.find(step.name);
      if (member == node->members.end()) return std::nullopt;
      node = &member->second;
    }
  }
  return Place{&marks_[node->origin.mark], &marks_[last_origin(*node)]};
}

std::size_t Blame::last_origin(const Node& node) {
  auto last = node.origin.mark;
  for (const auto& [key, below] : node.members) last = std::max(last, last_origin(below));
  for (const auto& below : node.items) last = std::max(last, last_origin(below));
  return last;
}

std::vector<BlamedField> Blame::fields() const {
  std::vector<BlamedField> fields;
  FieldPath path;
  if (!body_.is_null()) collect(schema_, body_, root_, path, fields);
  return fields;
}

}  // namespace gatefold::engine
