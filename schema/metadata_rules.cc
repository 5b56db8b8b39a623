#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "schema/json.h"
#include "schema/meta.h"
#include "schema/names.h"

namespace gatefold {
namespace {

constexpr std::string_view kOrphan = "orphan";
constexpr std::string_view kForeground = "foregroundDeletion";

const JsonObject& map_at(const Value& object, std::string_view key) {
  static const JsonObject kNone;
  const auto* value = find_path(object, {"metadata", key});
  const auto* map = value == nullptr ? nullptr : value->if_object();
  return map == nullptr ? kNone : *map;
}

const JsonArray* owners_of(const Value& object) {
  const auto* value = find_path(object, {"metadata", "ownerReferences"});
  return value == nullptr ? nullptr : value->if_array();
}

std::vector<std::string_view> sorted_keys(const JsonObject& object) {
  std::vector<std::string_view> keys;
  for (const auto& member : object) keys.emplace_back(member.key().data(), member.key().size());
  std::ranges::sort(keys);
  return keys;
}

void add_complaints(FieldErrors& errors, std::string_view field, std::string_view value,
                    const std::vector<std::string>& complaints, std::string_view origin) {
  for (const auto& complaint : complaints) {
    errors.push_back(
        invalid_value(std::string(field), Value(value), complaint, std::string(origin)));
  }
}

void check_names(const Kind& kind, const Value& object, FieldErrors& errors) {
  const auto name = name_of(object);
  const auto prefix = string_at(object, {"metadata", "generateName"});
  if (!prefix.empty()) {
    // A prefix may end where a name may not: with a dash.
    std::string whole(prefix);
    if (whole.ends_with('-')) whole.back() = 'a';
    add_complaints(errors, "metadata.generateName", prefix, check_name(kind.name_rule, whole),
                   "name");
  }
  if (name.empty()) {
    errors.push_back(required("metadata.name", "name or generateName is required", "name"));
    return;
  }
  auto complaints = check_name(NameRule::kPathSegment, name);
  if (complaints.empty()) complaints = check_name(kind.name_rule, name);
  add_complaints(errors, "metadata.name", name, complaints, "name");
}

void check_labels(const Value& object, FieldErrors& errors) {
  const auto& labels = map_at(object, "labels");
  for (const auto key : sorted_keys(labels)) {
    add_complaints(errors, "metadata.labels", key, check_qualified_name(key), "label");
    const std::string_view value = labels.at(key).get_string();
    add_complaints(errors, "metadata.labels", value, check_label_value(value), "label");
  }
}

void check_annotations(const Value& object, FieldErrors& errors) {
  const auto& annotations = map_at(object, "annotations");
  std::size_t bytes = 0;
  for (const auto key : sorted_keys(annotations)) {
    std::string lowered(key);
    std::ranges::transform(lowered, lowered.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c; });
    add_complaints(errors, "metadata.annotations", key, check_qualified_name(lowered),
                   "annotation");
    bytes += key.size() + annotations.at(key).get_string().size();
  }
  if (bytes > kAnnotationsBytesMax) {
    errors.push_back(too_long("metadata.annotations", kAnnotationsBytesMax, "annotation"));
  }
}

// As Go's %#v shows a list of strings.
std::string go_strings(const std::vector<std::string>& texts) {
  std::string listed;
  for (const auto& text : texts) listed += (listed.empty() ? "" : ", ") + go_quote(text);
  return fmt::format("[]string{{{}}}", listed);
}

void check_finalizers(const Value& object, FieldErrors& errors) {
  const auto finalizers = finalizers_of(object);
  for (const auto& finalizer : finalizers) {
    add_complaints(errors, "metadata.finalizers", finalizer, check_qualified_name(finalizer),
                   "finalizer");
  }
  const auto has = [&](std::string_view name) {
    return std::ranges::find(finalizers, name) != finalizers.end();
  };
  if (has(kOrphan) && has(kForeground)) {
    errors.push_back({FieldErrorType::kInvalid, "metadata.finalizers",
                      fmt::format("Invalid value: {}: finalizer orphan and foregroundDeletion "
                                  "cannot be both set",
                                  go_strings(finalizers)),
                      "finalizer"});
  }
}

std::string owner_name(const Value& reference) {
  return fmt::format("{}/{}", string_at(reference, {"kind"}), string_at(reference, {"name"}));
}

void check_owner(const Value& reference, FieldErrors& errors) {
  const auto need = [&](std::string_view key, std::string_view what) {
    if (!string_at(reference, {key}).empty()) return;
    errors.push_back(
        invalid_value(fmt::format("metadata.ownerReferences.{}", key), Value(""), what, "owner"));
  };
  need("apiVersion", "version must not be empty");
  need("kind", "kind must not be empty");
  need("name", "name must not be empty");
  need("uid", "uid must not be empty");
  const auto api_version = string_at(reference, {"apiVersion"});
  if (std::ranges::count(api_version, '/') > 1) {
    errors.push_back(invalid_value("metadata.ownerReferences.apiVersion", Value(api_version),
                                   "must be group/version", "owner"));
  }
  if (api_version == "v1" && string_at(reference, {"kind"}) == "Event") {
    errors.push_back(invalid_value("metadata.ownerReferences", reference,
                                   "/v1, Kind=Event is disallowed from being an owner", "owner"));
  }
}

void check_owners(const Value& object, FieldErrors& errors) {
  const auto* owners = owners_of(object);
  if (owners == nullptr) return;
  std::string controller;
  for (const auto& reference : *owners) {
    check_owner(reference, errors);
    const auto* controls = find(reference, "controller");
    if (controls == nullptr || !controls->is_bool() || !controls->get_bool()) continue;
    if (!controller.empty()) {
      errors.push_back(invalid_value(
          "metadata.ownerReferences", Value(*owners),
          fmt::format("Only one reference can have Controller set to true. Found \"true\" in "
                      "references for {} and {}",
                      controller, owner_name(reference)),
          "owner"));
    }
    controller = owner_name(reference);
  }
}

void check_unchanged(const Value& object, const Value& old_object, std::string_view key,
                     FieldErrors& errors) {
  const auto now = string_at(object, {"metadata", key});
  if (now == string_at(old_object, {"metadata", key})) return;
  errors.push_back(invalid_value(fmt::format("metadata.{}", key), Value(now), "field is immutable",
                                 "immutable"));
}

// In `object` and not in `old_object`, sorted.
std::vector<std::string> added_finalizers(const Value& object, const Value* old_object) {
  const auto now = finalizers_of(object);
  const auto before =
      old_object == nullptr ? std::vector<std::string>{} : finalizers_of(*old_object);
  std::set<std::string> added(now.begin(), now.end());
  for (const auto& finalizer : before) added.erase(finalizer);
  return {added.begin(), added.end()};
}

}  // namespace

FieldErrors validate_metadata(const Kind& kind, const Value& object) {
  FieldErrors errors;
  check_names(kind, object, errors);
  check_labels(object, errors);
  check_annotations(object, errors);
  check_owners(object, errors);
  check_finalizers(object, errors);
  return errors;
}

FieldErrors validate_metadata_update(const Kind& kind, const Value& object,
                                     const Value& old_object) {
  FieldErrors errors;
  if (is_deleting(old_object)) {
    const auto added = added_finalizers(object, &old_object);
    if (!added.empty()) {
      errors.push_back(forbidden_field(
          "metadata.finalizers",
          fmt::format("no new finalizers can be added if the object is being deleted, found new "
                      "finalizers {}",
                      go_strings(added)),
          "finalizer"));
    }
  }
  check_unchanged(object, old_object, "name", errors);
  if (kind.namespaced()) check_unchanged(object, old_object, "namespace", errors);
  check_unchanged(object, old_object, "uid", errors);
  return errors;
}

std::vector<std::string> metadata_warnings(const Value& object, const Value* old_object) {
  std::vector<std::string> warnings;
  for (const auto& name : added_finalizers(object, old_object)) {
    if (name.contains('/') || name == kOrphan || name == kForeground || name == "kubernetes") {
      continue;
    }
    warnings.push_back(fmt::format(
        "metadata.finalizers: {}: prefer a domain-qualified finalizer name{} to avoid accidental "
        "conflicts with other finalizer writers",
        go_quote(name), name.contains('.') ? " including a path (/)" : ""));
  }
  return warnings;
}

std::vector<std::string> drop_doubled_owners(Value& object) {
  auto* metadata = find(object, "metadata");
  auto* owners = metadata == nullptr ? nullptr : find(*metadata, "ownerReferences");
  if (owners == nullptr || !owners->is_array()) return {};
  JsonArray kept;
  std::set<std::string> seen;
  std::set<std::string> doubled;
  for (auto& reference : owners->get_array()) {
    if (seen.insert(canonical_json(reference)).second) {
      kept.push_back(std::move(reference));
    } else {
      doubled.emplace(string_at(reference, {"uid"}));
    }
  }
  *owners = std::move(kept);
  if (doubled.empty()) return {};
  return {fmt::format(
      ".metadata.ownerReferences contains duplicate entries; API server dedups owner references in "
      "1.20+, and may reject such requests as early as 1.24; please fix your requests; duplicate "
      "UID(s) observed: {}",
      fmt::join(doubled, ", "))};
}

}  // namespace gatefold
