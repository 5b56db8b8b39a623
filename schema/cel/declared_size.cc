#include "schema/cel/declared_size.h"

#include <algorithm>
#include <set>

#include "schema/cel/type.h"

namespace gatefold::cel {
namespace {

constexpr std::uint64_t kRequestBytesMax = 3 << 20;
// What stands around the contents of a text, a list or a map in JSON.
constexpr std::uint64_t kQuotes = 2;
constexpr std::uint64_t kBrackets = 2;
constexpr std::uint64_t kTextMax = kRequestBytesMax - kQuotes;

constexpr std::uint64_t kTimeBytesMax = 32;  // of a duration or a moment, quotes included
constexpr std::uint64_t kDateBytes = 12;
constexpr std::uint64_t kMomentBytesMin = 21;
constexpr std::uint64_t kDurationBytesMin = 3;

std::uint64_t longest(const std::vector<Value>& enumeration) {
  std::uint64_t out = 0;
  for (const auto& value : enumeration) {
    if (value.is_string()) out = std::max<std::uint64_t>(out, value.get_string().size());
  }
  return out;
}

std::uint64_t text_max(const SchemaNode& schema) {
  if (schema.format == "duration" || schema.format == "date-time") return kTimeBytesMax;
  if (schema.format == "date") return kDateBytes;
  const bool is_bytes = schema.format == "byte";
  if (schema.length_max) {
    // A code point has four bytes at most. Beyond 64 bits Kubernetes' numbers wrap.
    const auto length = static_cast<std::uint64_t>(*schema.length_max);
    return is_bytes ? length : 4 * length;
  }
  return is_bytes || schema.enumeration.empty() ? kTextMax : longest(schema.enumeration);
}

std::uint64_t text_min(const SchemaNode& schema) {
  if (schema.format == "duration") return kDurationBytesMin;
  if (schema.format == "date") return kDateBytes;
  if (schema.format == "date-time") return kMomentBytesMin;
  return kQuotes;
}

}  // namespace

std::optional<std::uint64_t> DeclaredSizes::elements_max(std::span<const std::string_view> steps) {
  if (root_.schema == nullptr) return std::nullopt;
  auto declared = root_;
  for (const auto name : steps) {
    const auto next = step(declared, name);
    if (!next) return std::nullopt;
    declared = *next;
  }
  return elements_max(declared);
}

std::uint64_t DeclaredSizes::count_max() {
  return kRequestBytesMax / (serialized_min(root_) + 1);
}

std::optional<DeclaredSizes::Declared> DeclaredSizes::step(const Declared& from,
                                                           std::string_view name) {
  const auto* schema = from.schema;
  if (schema == nullptr || schema->int_or_string) return std::nullopt;
  const bool is_map =
      schema->type == SchemaType::kObject && schema->additional_properties != nullptr;
  if (name == kItems || name == kValues) {
    const auto* element = is_map ? schema->additional_properties.get() : schema->items.get();
    if (element == nullptr || (!is_map && schema->type != SchemaType::kArray)) return std::nullopt;
    return Declared{element, element->embedded_resource};
  }
  if (name == kKeys) return is_map ? std::optional(Declared()) : std::nullopt;
  if (is_map || schema->type != SchemaType::kObject) return std::nullopt;
  const auto unescaped = unescape_name(name);
  if (escape_name(unescaped) != name) return std::nullopt;
  const auto* field = declared_property(*schema, from.is_resource, unescaped);
  if (field == nullptr || !type_of_schema(*field)) return std::nullopt;
  return Declared{field, field->embedded_resource};
}

std::uint64_t DeclaredSizes::elements_max(const Declared& declared) {
  if (declared.schema == nullptr) return 0;
  const auto& schema = *declared.schema;
  if (schema.int_or_string) return kTextMax;
  switch (schema.type) {
    case SchemaType::kString:
      return text_max(schema);
    case SchemaType::kArray: {
      if (schema.items_max) return static_cast<std::uint64_t>(*schema.items_max);
      const Declared item{schema.items.get(), schema.items->embedded_resource};
      return (kRequestBytesMax - kBrackets) / (serialized_min(item) + 1);
    }
    case SchemaType::kObject: {
      if (schema.additional_properties == nullptr) return 0;
      if (schema.properties_max) return static_cast<std::uint64_t>(*schema.properties_max);
      const Declared value{schema.additional_properties.get(),
                           schema.additional_properties->embedded_resource};
      // A key of two bytes, its quotes, a colon and a comma.
      constexpr std::uint64_t kKey = 6;
      return (kRequestBytesMax - kBrackets) / (serialized_min(value) + kKey);
    }
    default:
      return 0;
  }
}

// The depth is that of the schema.
std::uint64_t DeclaredSizes::serialized_min(const Declared& declared) {
  const auto& schema = *declared.schema;
  if (schema.int_or_string) return 1;
  switch (schema.type) {
    case SchemaType::kString:
      return text_min(schema);
    case SchemaType::kBoolean:
      return 4;
    case SchemaType::kArray:
      return kBrackets;
    case SchemaType::kObject:
      return schema.additional_properties != nullptr ? kBrackets : object_min(declared);
    default:
      return 1;
  }
}

// Counts what is required and has no default, as defaults are filled in by the server.
std::uint64_t DeclaredSizes::object_min(const Declared& declared) {
  const std::pair key(declared.schema, declared.is_resource);
  if (const auto known = object_minima_.find(key); known != object_minima_.end()) {
    return known->second;
  }
  std::uint64_t size = kBrackets;
  const std::set<std::string_view> names(declared.schema->required.begin(),
                                         declared.schema->required.end());
  for (const auto name : names) {
    const auto* field = declared_property(*declared.schema, declared.is_resource, name);
    if (field == nullptr || field->default_value || !type_of_schema(*field)) continue;
    // Its quotes, a colon and a comma.
    constexpr std::uint64_t kAroundName = 4;
    size += name.size() + serialized_min({field, field->embedded_resource}) + kAroundName;
  }
  object_minima_.emplace(key, size);
  return size;
}

}  // namespace gatefold::cel
