#include "schema/schema_node.h"

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "schema/pattern.h"

namespace gatefold {
namespace {

// In the order of SchemaType.
constexpr std::array<std::string_view, 7> kTypeNames = {"",        "object", "array",  "string",
                                                        "integer", "number", "boolean"};

struct Complaint {
  Status status;
};

// Looked at for one schema: sharing only saves, and whoever sends a definition may make them alike.
constexpr int kCandidatesMax = 16;

// Equal for equal values, and of what stands near the top alone: a schema is looked for at each of
// its nodes.
std::size_t rough_hash(const Value& value) {
  const auto* object = value.if_object();
  if (object == nullptr) return std::hash<Value>()(value);
  std::size_t sum = 0;
  for (const auto& [key, member] : *object) {
    auto hash = std::hash<std::string_view>()(key);
    if (const auto* members = member.if_object()) {
      for (const auto& below : *members) hash += std::hash<std::string_view>()(below.key());
    } else if (!member.is_array()) {
      hash ^= std::hash<Value>()(member) << 1;
    }
    sum += hash * hash;
  }
  return sum;
}

// Reads the members of one node. A wrong JSON type ends the whole reading: throwing inside this
// file keeps thirty members readable; parse_schema() catches.
class NodeReader {
 public:
  NodeReader(const Value& document, std::string where, SchemaPool& pool)
      : document_(document), where_(std::move(where)), pool_(pool) {
    if (!document.is_object()) fail("must be an object");
  }

  SchemaPtr read() const {
    if (auto known = pool_.find(document_)) return known;
    auto node = std::make_shared<SchemaNode>();
    read_type(*node);
    read_extensions(*node);
    read_limits(*node);
    read_children(*node);
    pool_.put(document_, node);
    return node;
  }

 private:
  [[noreturn]] void fail(std::string_view what) const {
    throw Complaint{
        invalid(ResourceName{}, "", {invalid_value(where_, Value(nullptr), what, "schema")})
            .error()};
  }
  [[noreturn]] void fail_member(std::string_view key, std::string_view what) const {
    fail(fmt::format("{}: {}", key, what));
  }

  // A null keyword is an absent one, as in every Kubernetes definition.
  const Value* member(std::string_view key) const {
    const auto* value = find(document_, key);
    return value == nullptr || value->is_null() ? nullptr : value;
  }

  std::string text(std::string_view key) const {
    const auto* value = member(key);
    if (value == nullptr) return {};
    if (!value->is_string()) fail_member(key, "must be a string");
    return std::string(value->get_string());
  }

  bool flag(std::string_view key) const {
    const auto* value = member(key);
    if (value == nullptr) return false;
    if (!value->is_bool()) fail_member(key, "must be a boolean");
    return value->get_bool();
  }

  std::optional<double> number(std::string_view key) const {
    const auto* value = member(key);
    if (value == nullptr) return std::nullopt;
    if (!value->is_number()) fail_member(key, "must be a number");
    return value->to_number<double>();
  }

  std::optional<std::int64_t> count(std::string_view key) const {
    const auto* value = member(key);
    if (value == nullptr) return std::nullopt;
    if (!value->is_int64() || value->get_int64() < 0) fail_member(key, "must be a count");
    return value->get_int64();
  }

  std::vector<std::string> texts(std::string_view key) const {
    std::vector<std::string> out;
    for (const auto& item : array(key)) {
      if (!item.is_string()) fail_member(key, "must be a list of strings");
      out.emplace_back(item.get_string());
    }
    return out;
  }

  const JsonArray& array(std::string_view key) const {
    static const JsonArray kNone;
    const auto* value = member(key);
    if (value == nullptr) return kNone;
    if (!value->is_array()) fail_member(key, "must be a list");
    return value->get_array();
  }

  SchemaPtr child(std::string_view key) const {
    const auto* value = member(key);
    return value == nullptr ? nullptr
                            : NodeReader(*value, where_ + "." + std::string(key), pool_).read();
  }

  std::vector<SchemaPtr> children(std::string_view key) const {
    std::vector<SchemaPtr> out;
    for (const auto& item : array(key)) {
      out.push_back(
          NodeReader(item, fmt::format("{}.{}[{}]", where_, key, out.size()), pool_).read());
    }
    return out;
  }

  void read_type(SchemaNode& node) const {
    const auto name = text("type");
    for (std::size_t i = 0; i < kTypeNames.size(); ++i) {
      if (kTypeNames[i] == name) {
        node.type = static_cast<SchemaType>(i);
        node.description = text("description");
        node.format = text("format");
        node.nullable = flag("nullable");
        return;
      }
    }
    fail_member("type", "must be one of array,boolean,integer,number,object,string");
  }

  void read_extensions(SchemaNode& node) const {
    node.int_or_string = flag("x-kubernetes-int-or-string");
    node.preserve_unknown_fields = flag("x-kubernetes-preserve-unknown-fields");
    node.embedded_resource = flag("x-kubernetes-embedded-resource");
    const auto list_type = text("x-kubernetes-list-type");
    node.list_type = list_type == "set"   ? ListType::kSet
                     : list_type == "map" ? ListType::kMap
                                          : ListType::kAtomic;
    node.list_map_keys = texts("x-kubernetes-list-map-keys");
    if (text("x-kubernetes-map-type") == "atomic") node.map_type = MapType::kAtomic;
    node.patch_merge_key = text("x-kubernetes-patch-merge-key");
    const auto strategy = text("x-kubernetes-patch-strategy");
    node.patch_merge = strategy.contains("merge");
    node.patch_retain_keys = strategy.contains("retainKeys");
    node.patch_replace = strategy.contains("replace");
    for (const auto& item : array("x-kubernetes-validations")) {
      const NodeReader rule(item, where_ + ".x-kubernetes-validations", pool_);
      node.rules.push_back({.rule = rule.text("rule"),
                            .message = rule.text("message"),
                            .message_expression = rule.text("messageExpression"),
                            .reason = rule.text("reason"),
                            .field_path = rule.text("fieldPath"),
                            .optional_old_self = rule.flag("optionalOldSelf")});
    }
  }

  void read_limits(SchemaNode& node) const {
    // A default of null is none, as in every Kubernetes definition.
    if (const auto* value = member("default")) node.default_value = *value;
    for (const auto& item : array("enum")) node.enumeration.push_back(item);
    node.required = texts("required");
    node.minimum = number("minimum");
    node.maximum = number("maximum");
    node.multiple_of = number("multipleOf");
    node.exclusive_minimum = flag("exclusiveMinimum");
    node.exclusive_maximum = flag("exclusiveMaximum");
    node.length_min = count("minLength");
    node.length_max = count("maxLength");
    node.items_min = count("minItems");
    node.items_max = count("maxItems");
    node.properties_min = count("minProperties");
    node.properties_max = count("maxProperties");
    node.unique_items = flag("uniqueItems");
    node.pattern_text = text("pattern");
    if (node.pattern_text.empty()) return;
    auto pattern = compile_pattern(node.pattern_text);
    if (!pattern) {
      fail_member("pattern", fmt::format("must be a valid regular expression, but isn't: {}",
                                         pattern.error()));
    }
    node.pattern = std::move(*pattern);
  }

  void read_children(SchemaNode& node) const {
    if (const auto* properties = member("properties")) {
      if (!properties->is_object()) fail_member("properties", "must be an object");
      for (const auto& [key, value] : properties->get_object()) {
        const std::string name(key);
        node.properties.emplace(
            name, NodeReader(value, fmt::format("{}.properties[{}]", where_, name), pool_).read());
      }
    }
    if (const auto* additional = member("additionalProperties")) {
      if (additional->is_bool()) {
        node.additional_allowed = additional->get_bool();
        node.additional_forbidden = !node.additional_allowed;
      } else {
        node.additional_properties = child("additionalProperties");
      }
    }
    node.items = child("items");
    node.all_of = children("allOf");
    node.any_of = children("anyOf");
    node.one_of = children("oneOf");
    node.not_schema = child("not");
  }

  const Value& document_;
  std::string where_;
  SchemaPool& pool_;
};

}  // namespace

std::string_view type_name(SchemaType type) {
  return kTypeNames[static_cast<std::size_t>(type)];
}

const SchemaNode* SchemaNode::member(std::string_view key) const {
  if (const auto found = properties.find(key); found != properties.end()) {
    return found->second.get();
  }
  return additional_properties.get();
}

SchemaPtr SchemaPool::find(const Value& document) const {
  const auto [first, last] = schemas_.equal_range(rough_hash(document));
  auto candidates = kCandidatesMax;
  for (auto it = first; it != last && candidates > 0; ++it, --candidates) {
    if (same(*it->second.first, document)) return it->second.second;
  }
  return nullptr;
}

void SchemaPool::put(const Value& document, SchemaPtr schema) {
  schemas_.emplace(rough_hash(document), std::pair(&document, std::move(schema)));
}

Result<SchemaPtr> parse_schema(const Value& document) {
  SchemaPool pool;
  return parse_schema(document, pool);
}

Result<SchemaPtr> parse_schema(const Value& document, SchemaPool& pool) {
  try {
    return NodeReader(document, "openAPIV3Schema", pool).read();
  } catch (const Complaint& complaint) {
    return std::unexpected(complaint.status);
  }
}

}  // namespace gatefold
