#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "schema/definition.h"
#include "schema/definition_keywords.h"
#include "schema/definition_names.h"
#include "schema/json.h"
#include "schema/typed_decode.h"

namespace gatefold {
namespace {

// A wrong type ends the decoding: throwing inside this file keeps the walk readable;
// decode_definition() catches.
struct Complaint {
  std::string text;
};

std::string_view go_type(KeywordShape shape) {
  switch (shape) {
    case KeywordShape::kText:
    case KeywordShape::kTextPointer:
      return "string";
    case KeywordShape::kFlag:
    case KeywordShape::kFlagPointer:
      return "bool";
    case KeywordShape::kNumber:
      return "float64";
    case KeywordShape::kCount:
      return "int64";
    case KeywordShape::kTexts:
      return "[]string";
    case KeywordShape::kAnyList:
      return "[]v1.JSON";
    case KeywordShape::kSchemaList:
      return "[]v1.JSONSchemaProps";
    case KeywordShape::kSchemaMap:
      return "map[string]v1.JSONSchemaProps";
    case KeywordShape::kDependencies:
      return "v1.JSONSchemaDependencies";
    case KeywordShape::kDocumentation:
      return "v1.ExternalDocumentation";
    case KeywordShape::kRules:
      return "v1.ValidationRules";
    case KeywordShape::kAny:
    case KeywordShape::kSchema:
    case KeywordShape::kItems:
    case KeywordShape::kSchemaOrFlag:
      return "v1.JSONSchemaProps";
  }
  return {};
}

bool fits(KeywordShape shape, const Value& value) {
  switch (shape) {
    case KeywordShape::kText:
    case KeywordShape::kTextPointer:
      return value.is_string();
    case KeywordShape::kFlag:
    case KeywordShape::kFlagPointer:
      return value.is_bool();
    case KeywordShape::kNumber:
      return value.is_number();
    case KeywordShape::kCount:
      return value.is_int64();
    case KeywordShape::kTexts:
    case KeywordShape::kAnyList:
    case KeywordShape::kSchemaList:
    case KeywordShape::kRules:
      return value.is_array();
    case KeywordShape::kSchemaMap:
    case KeywordShape::kDependencies:
    case KeywordShape::kDocumentation:
    case KeywordShape::kSchema:
      return value.is_object();
    case KeywordShape::kAny:
    case KeywordShape::kItems:  // whatever else counts as none
      return true;
    case KeywordShape::kSchemaOrFlag:
      return value.is_object() || value.is_bool();
  }
  return true;
}

struct RuleMember {
  std::string_view name;
  KeywordShape shape;
};

// `rule` alone is kept when it is empty.
constexpr RuleMember kRuleMembers[] = {
    {"rule", KeywordShape::kTextPointer},       {"message", KeywordShape::kText},
    {"messageExpression", KeywordShape::kText}, {"reason", KeywordShape::kTextPointer},
    {"fieldPath", KeywordShape::kText},         {"optionalOldSelf", KeywordShape::kFlagPointer}};

// Where a schema stands: for what is unknown with all keys, for Go's complaints without. Below
// items and additionalProperties Go begins anew, and doesn't tell what it doesn't know.
struct Place {
  std::string path;
  std::string go_path;
  bool tells_unknown = true;

  Place member(std::string_view name) const {
    return {fmt::format("{}.{}", path, name),
            go_path.empty() ? std::string(name) : fmt::format("{}.{}", go_path, name),
            tells_unknown};
  }
  Place entry(std::string_view key) const {
    return {fmt::format("{}.{}", path, key), go_path, tells_unknown};
  }
  Place item(std::size_t index) const {
    return {fmt::format("{}[{}]", path, index), go_path, tells_unknown};
  }
  Place apart() const { return {path, "", false}; }
};

class SchemaDecoder {
 public:
  explicit SchemaDecoder(std::vector<std::string>& unknown) : unknown_(unknown) {}

  void decode(Value& value, const Place& place) {
    if (!value.is_object()) {
      fail("JSONSchemaProps", place.go_path, "v1.JSONSchemaProps", value);
    }
    std::vector<std::string> dropped;
    for (auto& member : value.get_object()) {
      const std::string_view key = member.key();
      const auto* keyword = find_keyword(key);
      if (keyword == nullptr) {
        dropped.emplace_back(key);
        if (place.tells_unknown) unknown_.push_back(place.member(key).path);
        continue;
      }
      auto& below = member.value();
      if (!below.is_null()) decode_keyword(*keyword, below, place.member(key));
      if (is_zero(keyword->shape, below)) dropped.emplace_back(key);
    }
    for (const auto& key : dropped) value.get_object().erase(key);
  }

 private:
  [[noreturn]] static void fail(std::string_view type, std::string_view go_path,
                                std::string_view wanted, const Value& value) {
    auto found = std::string(go_json_word(value));
    if (value.is_number()) found += " " + to_json(value);
    const auto where = go_path.empty()
                           ? fmt::format("Go value of type {}", wanted)
                           : fmt::format("Go struct field {}.{} of type {}", type, go_path, wanted);
    throw Complaint{fmt::format("json: cannot unmarshal {} into {}", found, where)};
  }

  void decode_keyword(const Keyword& keyword, Value& value, const Place& place) {
    if (keyword.shape == KeywordShape::kSchemaOrFlag && !fits(keyword.shape, value)) {
      throw Complaint{"boolean or JSON schema expected"};
    }
    if (!fits(keyword.shape, value)) {
      fail("JSONSchemaProps", place.go_path, go_type(keyword.shape), value);
    }
    switch (keyword.shape) {
      case KeywordShape::kSchema:
        return decode(value, place);
      case KeywordShape::kSchemaList:
        return decode_list(value.get_array(), place);
      case KeywordShape::kSchemaMap:
        for (auto& member : value.get_object()) decode(member.value(), place.entry(member.key()));
        return;
      case KeywordShape::kItems:
        if (value.is_object()) return decode(value, place.apart());
        if (value.is_array()) return decode_list(value.get_array(), place.apart());
        value = nullptr;
        return;
      case KeywordShape::kSchemaOrFlag:
        if (value.is_object()) decode(value, place.apart());
        return;
      case KeywordShape::kDependencies:
        for (auto& member : value.get_object()) {
          if (member.value().is_object()) decode(member.value(), place.apart());
        }
        return;
      case KeywordShape::kTexts:
        for (const auto& item : value.get_array()) {
          if (!item.is_string()) fail("JSONSchemaProps", place.go_path, "string", item);
        }
        return;
      case KeywordShape::kRules:
        return decode_rules(value.get_array(), place);
      default:
        return;
    }
  }

  void decode_list(JsonArray& schemas, const Place& place) {
    for (std::size_t i = 0; i < schemas.size(); ++i) decode(schemas[i], place.item(i));
  }

  void decode_rules(JsonArray& rules, const Place& place) {
    for (std::size_t i = 0; i < rules.size(); ++i) {
      if (!rules[i].is_object()) {
        fail("JSONSchemaProps", place.go_path, "v1.ValidationRule", rules[i]);
      }
      decode_rule(rules[i].get_object(), place.item(i));
    }
  }

  void decode_rule(JsonObject& rule, const Place& place) {
    std::vector<std::string> dropped;
    for (const auto& [key, value] : rule) {
      const auto* known = std::ranges::find(kRuleMembers, std::string_view(key), &RuleMember::name);
      if (known == std::end(kRuleMembers)) {
        dropped.emplace_back(key);
        if (place.tells_unknown) unknown_.push_back(place.member(key).path);
        continue;
      }
      if (!value.is_null() && !fits(known->shape, value)) {
        fail("ValidationRule", place.member(key).go_path, go_type(known->shape), value);
      }
      if (is_zero(known->shape, value)) dropped.emplace_back(key);
    }
    for (const auto& key : dropped) rule.erase(key);
    if (!rule.contains("rule")) rule["rule"] = "";
  }

  std::vector<std::string>& unknown_;
};

void drop_zero(Value& parent, std::string_view key, KeywordShape shape) {
  auto* value = find(parent, key);
  if (value != nullptr && is_zero(shape, *value)) parent.get_object().erase(key);
}

void drop_zero_names(Value* names) {
  if (names == nullptr || !names->is_object()) return;
  for (const std::string_view key : {"singular", "listKind"}) {
    drop_zero(*names, key, KeywordShape::kText);
  }
  for (const std::string_view key : {"shortNames", "categories"}) {
    drop_zero(*names, key, KeywordShape::kTexts);
  }
}

void decode_version(Value& version, const Place& place, std::vector<std::string>& unknown) {
  if (!version.is_object()) return;
  auto& members = version.get_object();
  for (const std::string_view key : {"served", "storage"}) {
    auto& flag = members[key];
    if (flag.is_null()) flag = false;
  }
  drop_zero(version, "deprecated", KeywordShape::kFlag);
  drop_zero(version, "additionalPrinterColumns", KeywordShape::kAnyList);
  drop_zero(version, "selectableFields", KeywordShape::kAnyList);
  auto* validation = find(version, "schema");
  auto* schema = validation == nullptr ? nullptr : find(*validation, "openAPIV3Schema");
  if (schema == nullptr || schema->is_null()) return;
  SchemaDecoder(unknown).decode(*schema, place.member("schema").member("openAPIV3Schema"));
}

std::string storage_version_of(const Value& definition) {
  const auto* versions = find_path(definition, {"spec", "versions"});
  if (versions == nullptr || !versions->is_array()) return {};
  for (const auto& version : versions->get_array()) {
    if (SchemaView(version).flag("storage")) return std::string(string_at(version, {"name"}));
  }
  return {};
}

}  // namespace

std::expected<std::vector<std::string>, std::string> decode_definition(Value& definition) {
  std::vector<std::string> unknown;
  auto* spec = find(definition, "spec");
  if (spec == nullptr || !spec->is_object()) return unknown;
  drop_zero(*spec, "preserveUnknownFields", KeywordShape::kFlag);
  drop_zero_names(find(*spec, "names"));
  auto* versions = find(*spec, "versions");
  if (versions == nullptr || !versions->is_array()) return unknown;
  const Place place{"spec.versions", "spec.versions"};
  try {
    auto& list = versions->get_array();
    for (std::size_t i = 0; i < list.size(); ++i) decode_version(list[i], place.item(i), unknown);
  } catch (const Complaint& complaint) {
    return std::unexpected(complaint.text);
  }
  std::ranges::sort(unknown);
  return unknown;
}

void default_definition(Value& definition) {
  auto& root = definition.as_object();
  auto& spec = object_member(root, "spec");
  auto& names = object_member(spec, "names");
  const Value all(names);
  const auto kind = string_at(all, {"kind"});
  if (string_at(all, {"singular"}).empty()) names["singular"] = lower_case(kind);
  if (string_at(all, {"listKind"}).empty() && !kind.empty()) {
    names["listKind"] = fmt::format("{}List", kind);
  }
  auto& conversion = spec["conversion"];
  if (conversion.is_null()) conversion = JsonObject{{"strategy", "None"}};
  auto& stored = object_member(root, "status")["storedVersions"];
  if (stored.is_array() && !stored.get_array().empty()) return;
  const auto storage = storage_version_of(definition);
  stored = JsonArray{};
  if (!storage.empty()) stored.get_array().emplace_back(storage);
}

void prepare_definition(Value& definition, const Value* old_definition) {
  auto& root = definition.as_object();
  const auto* old_status = old_definition == nullptr ? nullptr : find(*old_definition, "status");
  root["status"] = old_status != nullptr && old_status->is_object()
                       ? *old_status
                       : Value(JsonObject{{"conditions", nullptr},
                                          {"acceptedNames", {{"plural", ""}, {"kind", ""}}},
                                          {"storedVersions", JsonArray{}}});
  const auto storage = storage_version_of(definition);
  auto& stored = root["status"].get_object()["storedVersions"];
  if (!stored.is_array()) stored = JsonArray{};
  auto& list = stored.get_array();
  if (storage.empty() || std::ranges::find(list, Value(storage)) != list.end()) return;
  list.emplace_back(storage);
}

}  // namespace gatefold
