// What server-side apply sees in a schema: which lists and objects are one thing, which consist of
// parts that are owned each on its own (spec R18.2). A view of a SchemaNode, made as one goes; the
// schema outlives it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "schema/schema_node.h"
#include "schema/value.h"

namespace gatefold::engine {

// Objects deeper than this are owned as a whole, so that the text of a set, nested as deep as the
// object plus its own place in metadata, stays within what a parser takes.
inline constexpr std::uint16_t kGranularLevelsMax = 400;

enum class ScalarType : std::uint8_t { kAny, kNumber, kString, kBoolean };

class FieldType {
 public:
  // Of an object of a kind: `root` with apiVersion, kind and the metadata that all objects have.
  static FieldType of_kind(const SchemaNode& root);
  // Of any value.
  static FieldType of_schema(const SchemaNode& node);
  // Of an object without a schema: its objects are granular, its lists atomic.
  static FieldType deduced();
  // Of what the schema doesn't know.
  static FieldType none() { return {Form::kNone, nullptr, false, 0}; }

  // Which forms a value may have; several where the schema leaves it open.
  bool may_be_object() const;
  bool may_be_scalar() const;
  bool may_be_list() const;
  // The only sort of scalars that it may be.
  ScalarType scalar() const;

  // As a list.
  bool list_is_atomic() const;
  const std::vector<std::string>& list_keys() const;  // empty: a set
  FieldType item() const;
  // The default of member `name` of an item; nullptr: there is none.
  const Value* key_default(std::string_view name) const;

  // As an object.
  bool object_is_atomic() const;
  bool declares(std::string_view name) const;
  bool declares_nothing() const;
  // What member `name` is; !exists() where the schema doesn't know it.
  FieldType member(std::string_view name) const;
  // What members are that aren't declared.
  FieldType other_members() const;

  bool exists() const { return form_ != Form::kNone; }
  // Members that aren't declared have no schema, or one that says nothing, and none are declared.
  bool is_untyped_object() const;

 private:
  // kWhole: without a schema and atomic; kDeduced: without a schema and granular.
  enum class Form : std::uint8_t { kNone, kWhole, kDeduced, kSchema, kObject };

  FieldType(Form form, const SchemaNode* node, bool preserve, std::uint16_t level)
      : node_(node), form_(form), preserve_(preserve), level_(level) {}
  FieldType child(const SchemaNode& node) const;
  FieldType child(Form form) const;

  const SchemaNode* node_ = nullptr;
  Form form_ = Form::kNone;
  bool preserve_ = false;  // unknown members are kept, here and below
  std::uint16_t level_ = 0;
};

// Members of metadata; those of every kind.
const SchemaNode& object_meta_schema();

}  // namespace gatefold::engine
