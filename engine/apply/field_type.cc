#include "engine/apply/field_type.h"

#include <algorithm>

#include "schema/invariant.h"
#include "schema/json.h"

namespace gatefold::engine {
namespace {

// As the OpenAPI of meta/v1 has it. Times are any scalar, as their format says.
constexpr std::string_view kObjectMeta = R"json({"type":"object","properties":{
"annotations":{"type":"object","additionalProperties":{"type":"string"}},
"creationTimestamp":{"type":"string","format":"date-time"},
"deletionGracePeriodSeconds":{"type":"integer"},
"deletionTimestamp":{"type":"string","format":"date-time"},
"finalizers":{"type":"array","items":{"type":"string"},"x-kubernetes-list-type":"set"},
"generateName":{"type":"string"},
"generation":{"type":"integer"},
"labels":{"type":"object","additionalProperties":{"type":"string"}},
"managedFields":{"type":"array","x-kubernetes-list-type":"atomic","items":{"type":"object",
  "properties":{"apiVersion":{"type":"string"},"fieldsType":{"type":"string"},
  "fieldsV1":{"type":"object"},"manager":{"type":"string"},"operation":{"type":"string"},
  "subresource":{"type":"string"},"time":{"type":"string","format":"date-time"}}}},
"name":{"type":"string"},
"namespace":{"type":"string"},
"ownerReferences":{"type":"array","x-kubernetes-list-type":"map",
  "x-kubernetes-list-map-keys":["uid"],"items":{"type":"object","x-kubernetes-map-type":"atomic",
  "properties":{"apiVersion":{"type":"string","default":""},
  "blockOwnerDeletion":{"type":"boolean"},"controller":{"type":"boolean"},
  "kind":{"type":"string","default":""},"name":{"type":"string","default":""},
  "uid":{"type":"string","default":""}}}},
"resourceVersion":{"type":"string"},
"selfLink":{"type":"string"},
"uid":{"type":"string"}}})json";

SchemaPtr parsed_schema(std::string_view text) {
  const auto document = parse_json(text);
  GATEFOLD_ASSERT(document.has_value());
  auto schema = parse_schema(document->value);
  GATEFOLD_ASSERT(schema.has_value());
  return *schema;
}

// apiVersion and kind.
const SchemaNode& text_schema() {
  static const auto kSchema = parsed_schema(R"json({"type":"string"})json");
  return *kSchema;
}

const std::vector<std::string> kNoKeys;

}  // namespace

const SchemaNode& object_meta_schema() {
  static const auto kSchema = parsed_schema(kObjectMeta);
  return *kSchema;
}

FieldType FieldType::of_kind(const SchemaNode& root) {
  return {Form::kObject, &root, root.preserve_unknown_fields, 0};
}

FieldType FieldType::of_schema(const SchemaNode& node) {
  return {node.embedded_resource ? Form::kObject : Form::kSchema, &node,
          node.preserve_unknown_fields, 0};
}

FieldType FieldType::deduced() {
  return {Form::kDeduced, nullptr, false, 0};
}

FieldType FieldType::child(const SchemaNode& node) const {
  if (level_ >= kGranularLevelsMax) return child(Form::kWhole);
  return {node.embedded_resource ? Form::kObject : Form::kSchema, &node,
          preserve_ || node.preserve_unknown_fields, static_cast<std::uint16_t>(level_ + 1)};
}

FieldType FieldType::child(Form form) const {
  if (form == Form::kDeduced && level_ >= kGranularLevelsMax) form = Form::kWhole;
  return {form, nullptr, false, static_cast<std::uint16_t>(std::min(level_ + 1, 1 << 15))};
}

bool FieldType::may_be_object() const {
  if (node_ == nullptr) return exists();
  return node_->type == SchemaType::kAny || node_->type == SchemaType::kObject;
}

bool FieldType::may_be_scalar() const {
  if (node_ == nullptr) return exists();
  return node_->type != SchemaType::kObject && node_->type != SchemaType::kArray;
}

bool FieldType::may_be_list() const {
  if (node_ == nullptr) return exists();
  return node_->type == SchemaType::kAny || node_->type == SchemaType::kArray;
}

ScalarType FieldType::scalar() const {
  if (node_ == nullptr) return ScalarType::kAny;
  switch (node_->type) {
    case SchemaType::kInteger:
    case SchemaType::kNumber:
      return ScalarType::kNumber;
    case SchemaType::kBoolean:
      return ScalarType::kBoolean;
    case SchemaType::kString:
      // Texts with another format may be written as something else, says the reference.
      return node_->format.empty() || node_->format == "byte" ? ScalarType::kString
                                                              : ScalarType::kAny;
    case SchemaType::kAny:
    case SchemaType::kObject:
    case SchemaType::kArray:
      return ScalarType::kAny;
  }
  return ScalarType::kAny;
}

bool FieldType::list_is_atomic() const {
  return node_ == nullptr || node_->list_type == ListType::kAtomic;
}

const std::vector<std::string>& FieldType::list_keys() const {
  return node_ != nullptr && node_->list_type == ListType::kMap ? node_->list_map_keys : kNoKeys;
}

FieldType FieldType::item() const {
  if (node_ == nullptr || node_->items == nullptr) return child(Form::kWhole);
  return child(*node_->items);
}

const Value* FieldType::key_default(std::string_view name) const {
  if (node_ == nullptr || node_->items == nullptr) return nullptr;
  const auto& properties = node_->items->properties;
  const auto found = properties.find(name);
  if (found == properties.end() || !found->second->default_value) return nullptr;
  return &*found->second->default_value;
}

bool FieldType::object_is_atomic() const {
  if (node_ == nullptr) return form_ == Form::kWhole;
  return node_->map_type == MapType::kAtomic;
}

bool FieldType::declares(std::string_view name) const {
  if (node_ == nullptr) return false;
  if (form_ == Form::kObject && (name == "apiVersion" || name == "kind" || name == "metadata")) {
    return true;
  }
  return node_->properties.contains(name);
}

bool FieldType::declares_nothing() const {
  return node_ == nullptr || (form_ != Form::kObject && node_->properties.empty());
}

FieldType FieldType::member(std::string_view name) const {
  if (node_ == nullptr) return other_members();
  if (form_ == Form::kObject) {
    if (name == "apiVersion" || name == "kind") return child(text_schema());
    if (name == "metadata") {
      auto metadata = child(object_meta_schema());
      metadata.preserve_ = false;
      return metadata;
    }
  }
  const auto found = node_->properties.find(name);
  return found == node_->properties.end() ? other_members() : child(*found->second);
}

FieldType FieldType::other_members() const {
  if (node_ == nullptr) return child(form_);
  if (node_->additional_properties != nullptr) return child(*node_->additional_properties);
  if (node_->additional_allowed) return child(Form::kDeduced);
  if (node_->additional_forbidden) return child(Form::kNone);
  return child(preserve_ || declares_nothing() ? Form::kDeduced : Form::kNone);
}

bool FieldType::is_untyped_object() const {
  if (!declares_nothing()) return false;
  const auto others = other_members();
  if (others.form_ == Form::kDeduced) return true;
  return others.node_ != nullptr && others.may_be_scalar() && others.scalar() == ScalarType::kAny;
}

}  // namespace gatefold::engine
