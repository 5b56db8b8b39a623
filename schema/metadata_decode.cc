#include <algorithm>
#include <array>
#include <optional>

#include <fmt/format.h>

#include "schema/json.h"
#include "schema/meta.h"
#include "schema/typed_decode.h"

namespace gatefold {
namespace {

enum class Shape {
  kText,
  kUid,
  kInteger,
  kTime,
  kTextMap,
  kTextList,
  kOwners,
  kManagers,
  kFields,
  kBoolean,
  kDropped
};

struct Field {
  std::string_view name;
  Shape shape;
};

constexpr Field kObjectMeta[] = {
    {"name", Shape::kText},
    {"generateName", Shape::kText},
    {"namespace", Shape::kText},
    {"selfLink", Shape::kDropped},
    {"uid", Shape::kUid},
    {"resourceVersion", Shape::kText},
    {"generation", Shape::kInteger},
    {"creationTimestamp", Shape::kTime},
    {"deletionTimestamp", Shape::kTime},
    {"deletionGracePeriodSeconds", Shape::kInteger},
    {"labels", Shape::kTextMap},
    {"annotations", Shape::kTextMap},
    {"ownerReferences", Shape::kOwners},
    {"finalizers", Shape::kTextList},
    {"managedFields", Shape::kManagers},
};

constexpr Field kOwnerReference[] = {
    {"apiVersion", Shape::kText},    {"kind", Shape::kText},
    {"name", Shape::kText},          {"uid", Shape::kUid},
    {"controller", Shape::kBoolean}, {"blockOwnerDeletion", Shape::kBoolean},
};

constexpr Field kManagedFieldsEntry[] = {{"manager", Shape::kText},    {"operation", Shape::kText},
                                         {"apiVersion", Shape::kText}, {"time", Shape::kTime},
                                         {"fieldsType", Shape::kText}, {"fieldsV1", Shape::kFields},
                                         {"subresource", Shape::kText}};

// The type that a value was meant for, in Go's words.
std::string_view go_type_of(Shape shape) {
  switch (shape) {
    case Shape::kText:
      return "string";
    case Shape::kUid:
      return "types.UID";
    case Shape::kInteger:
      return "int64";
    case Shape::kTime:
      return "string";
    case Shape::kTextMap:
      return "map[string]string";
    case Shape::kTextList:
      return "[]string";
    case Shape::kOwners:
      return "[]v1.OwnerReference";
    case Shape::kManagers:
      return "[]v1.ManagedFieldsEntry";
    case Shape::kBoolean:
      return "bool";
    case Shape::kFields:
    case Shape::kDropped:
      return "";
  }
  return "";
}

// Reads metadata in place; the first wrong type ends it.
class Decoder {
 public:
  bool decode(JsonObject& metadata) {
    return walk(metadata, kObjectMeta, "ObjectMeta", "metadata") && drop_empty(metadata);
  }
  const std::string& error() const { return error_; }
  std::vector<std::string> take_unknown() {
    std::ranges::sort(unknown_);
    return std::move(unknown_);
  }

 private:
  bool wrong_type(const Value& value, std::string_view go_field, std::string_view go_type) {
    error_ = fmt::format("json: cannot unmarshal {} into Go struct field {} of type {}",
                         go_json_word(value), go_field, go_type);
    return false;
  }

  template <std::size_t kCount>
  bool walk(JsonObject& object, const Field (&fields)[kCount], const std::string& go_path,
            const std::string& path) {
    std::vector<std::string> dropped;
    for (auto& member : object) {
      const std::string key(member.key());
      const auto* field = std::ranges::find(fields, key, &Field::name);
      if (field == std::end(fields)) {
        unknown_.push_back(path + "." + key);
        dropped.push_back(key);
      } else if (member.value().is_null() || field->shape == Shape::kDropped) {
        dropped.push_back(key);
      } else if (!check(member.value(), field->shape, go_path + "." + key, path + "." + key)) {
        return false;
      }
    }
    for (const auto& key : dropped) object.erase(key);
    return true;
  }

  bool check(Value& value, Shape shape, const std::string& go_field, const std::string& path) {
    switch (shape) {
      case Shape::kText:
      case Shape::kUid:
        return value.is_string() || wrong_type(value, go_field, go_type_of(shape));
      case Shape::kInteger:
        return value.is_int64() || wrong_type(value, go_field, go_type_of(shape));
      case Shape::kBoolean:
        return value.is_bool() || wrong_type(value, go_field, go_type_of(shape));
      case Shape::kTime:
        return check_time(value);
      case Shape::kTextMap:
        return check_map(value, go_field);
      case Shape::kTextList:
        return check_list(value, go_field);
      case Shape::kOwners:
        return check_owners(value, go_field, path);
      case Shape::kManagers:
        return check_managers(value, go_field, path);
      case Shape::kFields:
      case Shape::kDropped:
        return true;
    }
    return true;
  }

  bool check_time(Value& value) {
    const auto* text = value.if_string();
    if (text == nullptr) {
      error_ = fmt::format("json: cannot unmarshal {} into Go value of type string",
                           go_json_word(value));
      return false;
    }
    const auto time = parse_rfc3339(*text);
    if (!time) {
      error_ = fmt::format(
          "parsing time {0} as \"2006-01-02T15:04:05Z07:00\": cannot parse {0} as \"2006\"",
          canonical_json(value));
      return false;
    }
    value = format_seconds(*time);
    return true;
  }

  bool check_map(Value& value, const std::string& go_field) {
    auto* object = value.if_object();
    if (object == nullptr) return wrong_type(value, go_field, go_type_of(Shape::kTextMap));
    for (auto& member : *object) {
      if (member.value().is_null()) member.value() = "";
      if (!member.value().is_string()) return wrong_type(member.value(), go_field, "string");
    }
    return true;
  }

  bool check_list(Value& value, const std::string& go_field) {
    auto* array = value.if_array();
    if (array == nullptr) return wrong_type(value, go_field, go_type_of(Shape::kTextList));
    for (auto& item : *array) {
      if (item.is_null()) item = "";
      if (!item.is_string()) return wrong_type(item, go_field, "string");
    }
    return true;
  }

  bool check_owners(Value& value, const std::string& go_field, const std::string& path) {
    auto* array = value.if_array();
    if (array == nullptr) return wrong_type(value, go_field, go_type_of(Shape::kOwners));
    for (std::size_t i = 0; i < array->size(); ++i) {
      auto& item = (*array)[i];
      if (item.is_null()) item.emplace_object();
      if (!item.is_object()) return wrong_type(item, go_field, "v1.OwnerReference");
      if (!walk(item.get_object(), kOwnerReference, go_field, fmt::format("{}[{}]", path, i))) {
        return false;
      }
      // These four are always printed.
      for (const std::string_view key : {"apiVersion", "kind", "name", "uid"}) {
        item.get_object().emplace(key, "");
      }
    }
    return true;
  }

  bool check_managers(Value& value, const std::string& go_field, const std::string& path) {
    auto* array = value.if_array();
    if (array == nullptr) return wrong_type(value, go_field, go_type_of(Shape::kManagers));
    for (std::size_t i = 0; i < array->size(); ++i) {
      auto& item = (*array)[i];
      if (item.is_null()) item.emplace_object();
      if (!item.is_object()) return wrong_type(item, go_field, "v1.ManagedFieldsEntry");
      if (!walk(item.get_object(), kManagedFieldsEntry, go_field, fmt::format("{}[{}]", path, i))) {
        return false;
      }
    }
    return true;
  }

  // What Go's `omitempty` leaves out. An empty list of managedFields says something (R17.8).
  static bool drop_empty(JsonObject& metadata) {
    std::vector<std::string> empty;
    for (const auto& member : metadata) {
      const auto& value = member.value();
      if (member.key() == std::string_view("managedFields")) continue;
      const bool nothing = (value.is_string() && value.get_string().empty()) ||
                           (value.is_object() && value.get_object().empty()) ||
                           (value.is_array() && value.get_array().empty()) ||
                           (value.is_int64() && value.get_int64() == 0 &&
                            member.key() == std::string_view("generation"));
      if (nothing) empty.emplace_back(member.key());
    }
    for (const auto& key : empty) metadata.erase(key);
    return true;
  }

  std::string error_;
  std::vector<std::string> unknown_;
};

}  // namespace

std::expected<std::vector<std::string>, std::string> decode_metadata(Value& object) {
  auto* metadata = find(object, "metadata");
  if (metadata == nullptr || metadata->is_null()) {
    if (auto* members = object.if_object()) (*members)["metadata"].emplace_object();
    return std::vector<std::string>{};
  }
  if (!metadata->is_object()) {
    return std::unexpected(fmt::format(
        "json: cannot unmarshal {} into Go value of type v1.ObjectMeta", go_json_word(*metadata)));
  }
  Decoder decoder;
  if (!decoder.decode(metadata->get_object())) return std::unexpected(decoder.error());
  return decoder.take_unknown();
}

}  // namespace gatefold
