#include "schema/definition.h"

#include <algorithm>
#include <array>
#include <set>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "schema/definition_go.h"
#include "schema/definition_names.h"
#include "schema/definition_schema.h"
#include "schema/definition_version.h"
#include "schema/names.h"

namespace gatefold {
namespace {

constexpr auto kOrigin = "definition";
constexpr auto kApproval = "api-approved.kubernetes.io";

const Value& none() {
  static const Value kNone(JsonObject{});
  return kNone;
}

SchemaView spec_of(const Value& definition) {
  const auto* spec = SchemaView(definition).schema("spec");
  return SchemaView(spec == nullptr ? none() : *spec);
}

SchemaView part(const SchemaView& parent, std::string_view key) {
  const auto* value = parent.schema(key);
  return SchemaView(value == nullptr ? none() : *value);
}

// All complaints about one name are one error.
void check_label(std::string_view name, const std::string& field, FieldErrors& errors) {
  const auto complaints = check_name(NameRule::kDns1035Label, name);
  if (complaints.empty()) return;
  errors.push_back(
      invalid_value(field, Value(name), fmt::format("{}", fmt::join(complaints, ",")), kOrigin));
}

void check_mixed_case_label(std::string_view name, const std::string& field, FieldErrors& errors) {
  const auto complaints = check_name(NameRule::kDns1035Label, lower_case(name));
  if (complaints.empty()) return;
  errors.push_back(invalid_value(field, Value(name),
                                 fmt::format("may have mixed case, but should otherwise match: {}",
                                             fmt::join(complaints, ",")),
                                 kOrigin));
}

void check_labels(const JsonArray& names, const std::string& path, FieldErrors& errors) {
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (!names[i].is_string()) continue;
    check_label(names[i].get_string(), fmt::format("{}[{}]", path, i), errors);
  }
}

void check_names(const SchemaView& names, const std::string& path, FieldErrors& errors) {
  const auto plural = names.text("plural");
  const auto singular = names.text("singular");
  const auto kind = names.text("kind");
  const auto list_kind = names.text("listKind");
  if (!plural.empty()) check_label(plural, path + ".plural", errors);
  if (!singular.empty()) check_label(singular, path + ".singular", errors);
  if (!kind.empty()) check_mixed_case_label(kind, path + ".kind", errors);
  if (!list_kind.empty()) check_mixed_case_label(list_kind, path + ".listKind", errors);
  check_labels(names.list("shortNames"), path + ".shortNames", errors);
  if (!kind.empty() && kind == list_kind) {
    errors.push_back(invalid_value(path + ".listKind", Value(list_kind),
                                   "kind and listKind may not be the same", kOrigin));
  }
  check_labels(names.list("categories"), path + ".categories", errors);
}

// The spec as Kubernetes judges it: what all versions share stands above them.
class SpecCheck {
 public:
  // `old_definition` is nullptr for creates.
  SpecCheck(const SchemaView& spec, const Value* old_definition)
      : spec_(spec), versions_(spec.list("versions")), old_definition_(old_definition) {
    shared_ = {.schema = all_share("schema"),
               .subresources = all_share("subresources"),
               .columns = all_share("additionalPrinterColumns"),
               .selectable_fields = all_share("selectableFields")};
  }

  FieldErrors check() {
    check_group();
    check_scope();
    check_schemas_are_there();
    check_versions();
    check_needed_names();
    check_names(part(spec_, "names"), "spec.names", errors_);
    check_shared();
    if (const auto* conversion = spec_.schema("conversion")) {
      add_all(validate_conversion(*conversion));
    }
    return std::move(errors_);
  }

 private:
  void add(FieldError error) { errors_.push_back(std::move(error)); }
  void add_all(FieldErrors&& more) { append_errors(errors_, std::move(more)); }

  static const Value& own(const Value& version, std::string_view key) {
    static const Value kNull(nullptr);
    const auto* value = find(version, key);
    if (value == nullptr) return kNull;
    const auto* array = value->if_array();
    return array != nullptr && array->empty() ? kNull : *value;
  }

  bool all_share(std::string_view key) const {
    return !versions_.empty() && std::ranges::all_of(versions_, [&](const Value& version) {
      return same(own(version, key), own(versions_[0], key));
    });
  }

  void check_group() {
    const auto group = spec_.text("group");
    if (group.empty()) return add(required("spec.group", "", kOrigin));
    const auto complaints = check_dns1123_subdomain(group);
    if (!complaints.empty()) {
      add(invalid_value("spec.group", Value(group), fmt::format("{}", fmt::join(complaints, ",")),
                        kOrigin));
    } else if (!group.contains('.')) {
      add(invalid_value("spec.group", Value(group), "should be a domain with at least one dot",
                        kOrigin));
    }
  }

  void check_scope() {
    const auto scope = spec_.text("scope");
    if (scope.empty()) return add(required("spec.scope", "", kOrigin));
    if (scope == "Cluster" || scope == "Namespaced") return;
    add(not_supported("spec.scope", Value(scope), {"Cluster", "Namespaced"}, kOrigin));
  }

  void check_schemas_are_there() {
    for (std::size_t i = 0; i < versions_.size(); ++i) {
      if (find_path(versions_[i], {"schema", "openAPIV3Schema"}) != nullptr) continue;
      add(required(fmt::format("spec.versions[{}].schema.openAPIV3Schema", i),
                   "schemas are required", kOrigin));
    }
  }

  void check_versions() {
    std::size_t stored = 0;
    std::set<std::string_view> names;
    for (std::size_t i = 0; i < versions_.size(); ++i) {
      const SchemaView version(versions_[i]);
      stored += version.flag("storage") ? 1 : 0;
      names.insert(version.text("name"));
      check_version(version, fmt::format("spec.versions[{}]", i));
    }
    const auto refuse = [&](std::string_view detail) {
      add(invalid_rendered("spec.versions", go_versions(spec_.get("versions"), shared_), detail,
                           kOrigin));
    };
    if (names.size() != versions_.size()) refuse("must contain unique version names");
    if (stored != 1) refuse("must have exactly one version marked as storage version");
    // Kubernetes keeps the first one's name apart, and judges it there again.
    if (versions_.empty()) return;
    const auto first = string_at(versions_[0], {"name"});
    if (!first.empty()) check_label(first, "spec.version", errors_);
  }

  void check_version(const SchemaView& version, const std::string& path) {
    check_label(version.text("name"), path + ".name", errors_);
    add_all(validate_deprecation(version.value(), path));
    const auto* schema = find_path(version.value(), {"schema", "openAPIV3Schema"});
    if (!shared_.schema && schema != nullptr) {
      const auto* subresources = version.schema("subresources");
      const bool has_status =
          shared_.subresources ? any_has_status()
                               : subresources != nullptr && SchemaView(*subresources).has("status");
      add_all(validate_definition_schema(*schema, path + ".schema.openAPIV3Schema", has_status,
                                         was_admitted(version.text("name"), *schema)));
    }
    if (!shared_.subresources && version.has("subresources")) {
      add_all(validate_subresources(*version.get("subresources"), path + ".subresources"));
    }
    if (!shared_.columns) {
      add_all(validate_columns(version.list("additionalPrinterColumns"),
                               path + ".additionalPrinterColumns"));
    }
    const auto& fields = version.list("selectableFields");
    if (shared_.selectable_fields || fields.empty()) return;
    if (shared_.schema || schema == nullptr) {
      add(invalid_value(path + ".selectableFields", Value(""),
                        "selectableFields may only be set when version.schema.openAPIV3Schema is "
                        "not included",
                        kOrigin));
      return;
    }
    check_selectable_fields(fields, *schema, path);
  }

  void check_selectable_fields(const JsonArray& fields, const Value& schema,
                               const std::string& path) {
    const auto parsed = parse_schema(schema);
    add_all(validate_selectable_fields(fields, parsed ? parsed->get() : nullptr,
                                       path + ".selectableFields"));
  }

  // Whether that version has that schema already.
  bool was_admitted(std::string_view version, const Value& schema) const {
    if (old_definition_ == nullptr) return false;
    return std::ranges::any_of(spec_of(*old_definition_).list("versions"), [&](const Value& old) {
      const auto* before = find_path(old, {"schema", "openAPIV3Schema"});
      return string_at(old, {"name"}) == version && before != nullptr && *before == schema;
    });
  }

  bool any_has_status() const {
    return std::ranges::any_of(versions_, [](const Value& version) {
      const auto* subresources = SchemaView(version).schema("subresources");
      return subresources != nullptr && SchemaView(*subresources).has("status");
    });
  }

  void check_needed_names() {
    const auto names = part(spec_, "names");
    for (const std::string key : {"plural", "singular", "kind", "listKind"}) {
      if (names.text(key).empty()) add(required("spec.names." + key, "", kOrigin));
    }
  }

  void check_shared() {
    if (versions_.empty()) return;
    const SchemaView first(versions_[0]);
    const auto* schema = find_path(versions_[0], {"schema", "openAPIV3Schema"});
    if (shared_.schema && schema != nullptr) {
      add_all(validate_definition_schema(*schema, "spec.validation.openAPIV3Schema",
                                         any_has_status(),
                                         was_admitted(first.text("name"), *schema)));
    }
    if (shared_.subresources && first.has("subresources")) {
      add_all(validate_subresources(*first.get("subresources"), "spec.subresources"));
    }
    if (shared_.columns) {
      add_all(validate_columns(first.list("additionalPrinterColumns"),
                               "spec.additionalPrinterColumns"));
    }
    const auto& fields = first.list("selectableFields");
    if (!shared_.selectable_fields || fields.empty()) return;
    if (!shared_.schema || schema == nullptr) {
      add(invalid_value("spec.selectableFields", Value(""),
                        "selectableFields may only be set when validations.schema is included",
                        kOrigin));
      return;
    }
    check_selectable_fields(fields, *schema, "spec");
  }

  const SchemaView& spec_;
  const JsonArray& versions_;
  const Value* old_definition_;
  SharedMembers shared_;
  FieldErrors errors_;
};

void check_stored_versions(const Value& definition, FieldErrors& errors) {
  const std::string field = "status.storedVersions";
  const auto* value = find_path(definition, {"status", "storedVersions"});
  const auto* stored = value == nullptr ? nullptr : value->if_array();
  if (stored == nullptr || stored->empty()) {
    errors.push_back(invalid_rendered(field, go_strings(nullptr),
                                      "must have at least one stored version", kOrigin));
    return;
  }
  std::set<std::string_view> names;
  for (const auto& item : spec_of(definition).list("versions")) {
    const SchemaView version(item);
    const auto name = version.text("name");
    names.insert(name);
    if (!version.flag("storage") || std::ranges::find(*stored, Value(name)) != stored->end())
      continue;
    errors.push_back(invalid_rendered(
        field, go_strings(value), fmt::format("must have the storage version {}", name), kOrigin));
  }
  for (std::size_t i = 0; i < stored->size(); ++i) {
    const auto& item = (*stored)[i];
    if (!item.is_string() || names.contains(item.get_string())) continue;
    errors.push_back(invalid_value(fmt::format("{}[{}]", field, i), item,
                                   "must appear in spec.versions", kOrigin));
  }
}

void check_status(const Value& definition, FieldErrors& errors) {
  check_names(part(part(SchemaView(definition), "status"), "acceptedNames"), "status.acceptedNames",
              errors);
}

// Not again where the annotation says what it said before.
void check_approval(const Value& definition, const Value* old_definition, FieldErrors& errors) {
  const auto approval = approval_of(definition);
  if (!approval || approval->state == ApprovalState::kApproved ||
      approval->state == ApprovalState::kBypassed) {
    return;
  }
  if (old_definition != nullptr) {
    const auto before = approval_of(*old_definition);
    if (before && before->state == approval->state) return;
  }
  const auto field = fmt::format("metadata.annotations[{}]", kApproval);
  if (approval->state == ApprovalState::kMissing) {
    errors.push_back(required(field, approval->message, kOrigin));
  } else {
    errors.push_back(
        invalid_value(field, Value(string_at(definition, {"metadata", "annotations", kApproval})),
                      approval->message, kOrigin));
  }
}

void check_immutable(const Value& definition, const Value& old_definition, FieldErrors& errors) {
  struct Row {
    std::string_view field;
    std::array<std::string_view, 2> path;
    bool once_established;
  };
  static constexpr Row kRows[] = {{"spec.scope", {"scope", ""}, true},
                                  {"spec.names.kind", {"names", "kind"}, true},
                                  {"spec.group", {"group", ""}, false},
                                  {"spec.names.plural", {"names", "plural"}, false}};
  const auto text_at = [](const Value& value, const Row& row) {
    return row.path[1].empty() ? string_at(value, {"spec", row.path[0]})
                               : string_at(value, {"spec", row.path[0], row.path[1]});
  };
  for (const auto& row : kRows) {
    if (row.once_established && !is_established(old_definition)) continue;
    const auto now = text_at(definition, row);
    if (now == text_at(old_definition, row)) continue;
    errors.push_back(
        invalid_value(std::string(row.field), Value(now), "field is immutable", kOrigin));
  }
}

}  // namespace

FieldErrors validate_definition(const Value& definition, const Value* old_definition) {
  FieldErrors errors;
  const auto spec = spec_of(definition);
  const auto name = string_at(definition, {"metadata", "name"});
  if (old_definition == nullptr &&
      name != fmt::format("{}.{}", part(spec, "names").text("plural"), spec.text("group"))) {
    errors.push_back(invalid_value("metadata.name", Value(name),
                                   "must be spec.names.plural+\".\"+spec.group", kOrigin));
  }
  append_errors(errors, SpecCheck(spec, old_definition).check());
  if (old_definition != nullptr) check_immutable(definition, *old_definition, errors);
  check_status(definition, errors);
  check_stored_versions(definition, errors);
  check_approval(definition, old_definition, errors);
  if (spec.flag("preserveUnknownFields")) {
    errors.push_back(invalid_value("spec.preserveUnknownFields", Value(true),
                                   "cannot set to true, set x-kubernetes-preserve-unknown-fields "
                                   "to true in spec.versions[*].schema instead",
                                   kOrigin));
  }
  return errors;
}

FieldErrors validate_definition_status(const Value& definition) {
  FieldErrors errors;
  check_status(definition, errors);
  check_stored_versions(definition, errors);
  return errors;
}

}  // namespace gatefold
