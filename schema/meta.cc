#include "schema/meta.h"

namespace gatefold {
namespace {

const JsonArray& list_at(const Value& object, std::string_view key) {
  static const JsonArray kNone;
  const auto* value = find_path(object, {"metadata", key});
  const auto* list = value == nullptr ? nullptr : value->if_array();
  return list == nullptr ? kNone : *list;
}

}  // namespace

std::string_view name_of(const Value& object) {
  return string_at(object, {"metadata", "name"});
}

std::string_view namespace_of(const Value& object) {
  return string_at(object, {"metadata", "namespace"});
}

std::string_view uid_of(const Value& object) {
  return string_at(object, {"metadata", "uid"});
}

std::string_view resource_version_of(const Value& object) {
  return string_at(object, {"metadata", "resourceVersion"});
}

Labels labels_of(const Value& object) {
  Labels labels;
  const auto* value = find_path(object, {"metadata", "labels"});
  const auto* members = value == nullptr ? nullptr : value->if_object();
  if (members == nullptr) return labels;
  for (const auto& member : *members) {
    if (const auto* text = member.value().if_string()) {
      labels.emplace(std::string(member.key()), std::string(*text));
    }
  }
  return labels;
}

std::vector<std::string> finalizers_of(const Value& object) {
  std::vector<std::string> finalizers;
  for (const auto& item : list_at(object, "finalizers")) {
    if (const auto* text = item.if_string()) finalizers.emplace_back(*text);
  }
  return finalizers;
}

std::vector<std::string> owner_uids_of(const Value& object) {
  std::vector<std::string> uids;
  for (const auto& reference : list_at(object, "ownerReferences")) {
    uids.emplace_back(string_at(reference, {"uid"}));
  }
  return uids;
}

bool is_deleting(const Value& object) {
  const auto* time = find_path(object, {"metadata", "deletionTimestamp"});
  return time != nullptr && !time->is_null();
}

}  // namespace gatefold
