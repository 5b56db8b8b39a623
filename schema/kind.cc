#include "schema/kind.h"

#include <algorithm>
#include <charconv>
#include <compare>
#include <set>
#include <tuple>

#include <fmt/format.h>

#include "schema/digest.h"
#include "schema/json.h"
#include "schema/jsonpath.h"
#include "schema/time.h"

namespace gatefold {
namespace {

// A definition has few members of each sort; a wrong one ends the reading, parse_kind() catches.
struct Complaint {
  std::string field;
  std::string what;
};

const Value* optional_member(const Value& parent, std::string_view key, bool (*is)(const Value&),
                             const std::string& where, std::string_view type) {
  const auto* value = find(parent, key);
  if (value == nullptr || value->is_null()) return nullptr;
  if (!is(*value)) throw Complaint{where + "." + std::string(key), fmt::format("must be {}", type)};
  return value;
}

std::string text(const Value& parent, std::string_view key, const std::string& where) {
  const auto* value =
      optional_member(parent, key, [](const Value& v) { return v.is_string(); }, where, "a string");
  return value == nullptr ? std::string() : std::string(value->get_string());
}

std::string needed_text(const Value& parent, std::string_view key, const std::string& where) {
  auto value = text(parent, key, where);
  if (value.empty()) throw Complaint{where + "." + std::string(key), "must not be empty"};
  return value;
}

bool flag(const Value& parent, std::string_view key, bool otherwise, const std::string& where) {
  const auto* value =
      optional_member(parent, key, [](const Value& v) { return v.is_bool(); }, where, "a boolean");
  return value == nullptr ? otherwise : value->get_bool();
}

const JsonArray& array(const Value& parent, std::string_view key, const std::string& where) {
  static const JsonArray kNone;
  const auto* value =
      optional_member(parent, key, [](const Value& v) { return v.is_array(); }, where, "a list");
  return value == nullptr ? kNone : value->get_array();
}

std::vector<std::string> texts(const Value& parent, std::string_view key,
                               const std::string& where) {
  std::vector<std::string> out;
  for (const auto& item : array(parent, key, where)) {
    if (!item.is_string()) throw Complaint{where + "." + std::string(key), "must be strings"};
    out.emplace_back(item.get_string());
  }
  return out;
}

std::string checked_path(std::string path, const std::string& where) {
  if (const auto parsed = JsonPath::parse(path); !parsed) throw Complaint{where, parsed.error()};
  return path;
}

// How many paths a computation needs.
std::size_t paths_of(PrinterColumn::Compute compute) {
  using Compute = PrinterColumn::Compute;
  if (compute == Compute::kRatio || compute == Compute::kTexts) return 2;
  const bool has_one = compute == Compute::kCount || compute == Compute::kInteger ||
                       compute == Compute::kText || compute == Compute::kReference ||
                       compute == Compute::kLabels || compute == Compute::kSelector;
  return has_one ? 1 : 0;
}

PrinterColumn parse_column(const Value& document, const std::string& where) {
  static constexpr std::pair<std::string_view, PrinterColumn::Compute> kComputes[] = {
      {"", PrinterColumn::Compute::kJsonPath},
      {"age", PrinterColumn::Compute::kAge},
      {"count", PrinterColumn::Compute::kCount},
      {"integer", PrinterColumn::Compute::kInteger},
      {"ratio", PrinterColumn::Compute::kRatio},
      {"text", PrinterColumn::Compute::kText},
      {"texts", PrinterColumn::Compute::kTexts},
      {"reference", PrinterColumn::Compute::kReference},
      {"labels", PrinterColumn::Compute::kLabels},
      {"selector", PrinterColumn::Compute::kSelector},
      {"externalIPs", PrinterColumn::Compute::kExternalIps},
      {"ports", PrinterColumn::Compute::kPorts},
      {"endpoints", PrinterColumn::Compute::kEndpoints},
      {"sliceAddresses", PrinterColumn::Compute::kSliceAddresses},
      {"slicePorts", PrinterColumn::Compute::kSlicePorts},
      {"nodeStatus", PrinterColumn::Compute::kNodeStatus},
      {"nodeRoles", PrinterColumn::Compute::kNodeRoles},
      {"users", PrinterColumn::Compute::kUsers},
      {"groups", PrinterColumn::Compute::kGroups},
      {"serviceAccounts", PrinterColumn::Compute::kServiceAccounts},
      {"paramKind", PrinterColumn::Compute::kParamKind},
      {"paramRef", PrinterColumn::Compute::kParamRef},
      {"trimmed", PrinterColumn::Compute::kTrimmed},
      {"firstAge", PrinterColumn::Compute::kFirstAge},
      {"occurrences", PrinterColumn::Compute::kOccurrences},
      {"eventObject", PrinterColumn::Compute::kEventObject},
      {"eventSource", PrinterColumn::Compute::kEventSource}};
  PrinterColumn column{.name = needed_text(document, "name", where),
                       .type = needed_text(document, "type", where),
                       .format = text(document, "format", where),
                       .description = text(document, "description", where),
                       .json_path = {},
                       .priority = static_cast<std::int32_t>(integer_at(document, {"priority"}, 0)),
                       .compute = PrinterColumn::Compute::kJsonPath,
                       .paths = texts(document, "paths", where)};
  const auto word = text(document, "compute", where);
  const auto* compute = std::ranges::find(kComputes, std::string_view(word),
                                          [](const auto& entry) { return entry.first; });
  if (compute == std::end(kComputes)) throw Complaint{where + ".compute", "is unknown"};
  column.compute = compute->second;
  if (column.compute == PrinterColumn::Compute::kJsonPath) {
    column.json_path = checked_path(needed_text(document, "jsonPath", where), where + ".jsonPath");
  }
  for (const auto& path : column.paths) checked_path(path, where + ".paths");
  if (paths_of(column.compute) > column.paths.size()) {
    throw Complaint{where + ".paths", "are too few"};
  }
  if (find(document, "otherwise") != nullptr) column.otherwise = text(document, "otherwise", where);
  return column;
}

std::vector<PrinterColumn> parse_columns(const Value& parent, std::string_view key,
                                         const std::string& where) {
  std::vector<PrinterColumn> columns;
  for (const auto& item : array(parent, key, where)) {
    columns.push_back(parse_column(item, fmt::format("{}.{}[{}]", where, key, columns.size())));
  }
  return columns;
}

std::optional<ScalePaths> parse_scale(const Value& version, const std::string& where) {
  const auto* scale = find_path(version, {"subresources", "scale"});
  if (scale == nullptr || scale->is_null()) return std::nullopt;
  const auto place = where + ".subresources.scale";
  return ScalePaths{.spec_replicas = needed_text(*scale, "specReplicasPath", place),
                    .status_replicas = needed_text(*scale, "statusReplicasPath", place),
                    .label_selector = text(*scale, "labelSelectorPath", place)};
}

KindVersion parse_version(const Value& document, const std::string& where, SchemaPool& pool) {
  KindVersion version;
  version.name = needed_text(document, "name", where);
  version.served = flag(document, "served", false, where);
  version.storage = flag(document, "storage", false, where);
  version.deprecated = flag(document, "deprecated", false, where);
  version.deprecation_warning = text(document, "deprecationWarning", where);
  version.status_subresource = find_path(document, {"subresources", "status"}) != nullptr;
  version.scale = parse_scale(document, where);
  const auto* schema = find_path(document, {"schema", "openAPIV3Schema"});
  if (schema == nullptr) throw Complaint{where + ".schema.openAPIV3Schema", "is missing"};
  auto parsed = parse_schema(*schema, pool);
  if (!parsed) throw Complaint{where + ".schema.openAPIV3Schema", parsed.error().message};
  version.schema = std::move(*parsed);
  version.columns = parse_columns(document, "additionalPrinterColumns", where);
  for (const auto& item : array(document, "selectableFields", where)) {
    auto path = checked_path(needed_text(item, "jsonPath", where + ".selectableFields"),
                             where + ".selectableFields.jsonPath");
    auto name = path.starts_with('.') ? path.substr(1) : path;
    version.selectable_fields.push_back({std::move(name), std::move(path), {}, {}});
  }
  return version;
}

// `v1` before `v1beta2` before `v1beta1` before `v1alpha1` before what has no such form, that by
// name (R2.8).
struct VersionRank {
  int stability = 0;  // 3 stable, 2 beta, 1 alpha, 0 unparsable
  std::int64_t major = 0;
  std::int64_t minor = 0;
  auto operator<=>(const VersionRank&) const = default;
};

bool take_number(std::string_view& text, std::int64_t& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || text.front() == '-') return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return true;
}

VersionRank rank_of(std::string_view text) {
  VersionRank rank;
  if (!text.starts_with('v')) return {};
  text.remove_prefix(1);
  if (text.empty() || !take_number(text, rank.major)) return {};
  if (text.empty()) return {3, rank.major, 0};
  if (text.starts_with("beta")) {
    rank.stability = 2;
    text.remove_prefix(4);
  } else if (text.starts_with("alpha")) {
    rank.stability = 1;
    text.remove_prefix(5);
  } else {
    return {};
  }
  return !text.empty() && take_number(text, rank.minor) && text.empty() ? rank : VersionRank{};
}

void parse_names(const Value& spec, Kind& kind) {
  const auto* names = find(spec, "names");
  if (names == nullptr) throw Complaint{"spec.names", "is missing"};
  const std::string where = "spec.names";
  kind.plural = needed_text(*names, "plural", where);
  kind.kind = needed_text(*names, "kind", where);
  kind.list_kind = text(*names, "listKind", where);
  if (kind.list_kind.empty()) kind.list_kind = kind.kind + "List";
  kind.singular = text(*names, "singular", where);
  if (kind.singular.empty()) {
    kind.singular = kind.kind;
    std::ranges::transform(kind.singular, kind.singular.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c; });
  }
  kind.short_names = texts(*names, "shortNames", where);
  kind.categories = texts(*names, "categories", where);
}

NameRule parse_name_rule(const std::string& word) {
  if (word.empty() || word == "dns1123Subdomain") return NameRule::kDns1123Subdomain;
  if (word == "dns1123Label") return NameRule::kDns1123Label;
  if (word == "dns1035Label") return NameRule::kDns1035Label;
  if (word == "pathSegment") return NameRule::kPathSegment;
  throw Complaint{"spec.x-gatefold.nameRule", "is unknown"};
}

LogView parse_log_view(const std::string& word) {
  if (word.empty()) return LogView::kNone;
  if (word == "changes") return LogView::kChanges;
  if (word == "transitions") return LogView::kTransitions;
  throw Complaint{"spec.x-gatefold.logView", "is unknown"};
}

// A view's fields are those of the stored kind, so that they have no path.
SelectableField parse_selectable(const Value& item, const std::string& where) {
  SelectableField field{.name = needed_text(item, "name", where),
                        .json_path = {},
                        .fallback_path = text(item, "fallback", where),
                        .stored_name = text(item, "stored", where)};
  if (field.stored_name.empty()) {
    field.json_path = checked_path(needed_text(item, "path", where), where + ".path");
  }
  if (field.fallback_path.starts_with('.')) checked_path(field.fallback_path, where + ".fallback");
  return field;
}

// What built-in kinds do differently; user-defined ones have no such member.
void parse_peculiarities(const Value& spec, Kind& kind) {
  const auto* ours = find(spec, "x-gatefold");
  if (ours == nullptr) return;
  const std::string where = "spec.x-gatefold";
  static const std::set<std::string_view> kKnown = {"core",
                                                    "generation",
                                                    "generationMember",
                                                    "unconditionalUpdate",
                                                    "createOnUpdate",
                                                    "nameRule",
                                                    "immutable",
                                                    "deleteReturnsObject",
                                                    "statusKeepsMetadata",
                                                    "fieldSelectors",
                                                    "tableColumns",
                                                    "finalizersPath",
                                                    "garbageCollection",
                                                    "expires",
                                                    "historyWindow",
                                                    "review",
                                                    "tokens",
                                                    "logView",
                                                    "viewOf",
                                                    "zero",
                                                    "renamed"};
  if (!ours->is_object()) throw Complaint{where, "must be an object"};
  for (const auto& member : ours->get_object()) {
    if (!kKnown.contains(std::string_view(member.key().data(), member.key().size()))) {
      throw Complaint{where + "." + std::string(member.key()), "is unknown"};
    }
  }
  kind.core = flag(*ours, "core", false, where);
  kind.has_generation = flag(*ours, "generation", true, where);
  kind.generation_member = text(*ours, "generationMember", where);
  kind.unconditional_update = flag(*ours, "unconditionalUpdate", false, where);
  kind.create_on_update = flag(*ours, "createOnUpdate", false, where);
  kind.delete_returns_object = flag(*ours, "deleteReturnsObject", false, where);
  kind.status_keeps_metadata = flag(*ours, "statusKeepsMetadata", false, where);
  kind.finalizers_path = text(*ours, "finalizersPath", where);
  kind.collects_garbage = flag(*ours, "garbageCollection", true, where);
  kind.expires = flag(*ours, "expires", false, where);
  if (const auto window = text(*ours, "historyWindow", where); !window.empty()) {
    const auto window_ns = parse_go_duration_ns(window);
    if (!window_ns || *window_ns <= 0) throw Complaint{where + ".historyWindow", "is no duration"};
    kind.history_window_ns = *window_ns;
  }
  kind.is_review = flag(*ours, "review", false, where);
  kind.has_tokens = flag(*ours, "tokens", false, where);
  kind.log_view = parse_log_view(text(*ours, "logView", where));
  kind.view_of = text(*ours, "viewOf", where);
  if (const auto* zero = find(*ours, "zero")) {
    if (!zero->is_object()) throw Complaint{where + ".zero", "must be an object"};
    kind.zero = *zero;
  }
  for (const auto& item : array(*ours, "renamed", where)) {
    kind.renamed.push_back({needed_text(item, "stored", where + ".renamed"),
                            needed_text(item, "shown", where + ".renamed")});
  }
  kind.name_rule = parse_name_rule(text(*ours, "nameRule", where));
  for (const auto& item : array(*ours, "immutable", where)) {
    kind.immutable_fields.push_back(
        {checked_path(needed_text(item, "path", where), where + ".immutable.path")});
  }
  for (auto& version : kind.versions) {
    for (const auto& item : array(*ours, "fieldSelectors", where)) {
      version.selectable_fields.push_back(parse_selectable(item, where + ".fieldSelectors"));
    }
    if (find(*ours, "tableColumns") != nullptr) {
      version.columns = parse_columns(*ours, "tableColumns", where);
    }
  }
}

void parse_versions(const Value& spec, SchemaPool& pool, Kind& kind) {
  std::set<std::string> names;
  std::size_t stored = 0;
  for (const auto& item : array(spec, "versions", "spec")) {
    auto version = parse_version(item, fmt::format("spec.versions[{}]", names.size()), pool);
    const auto twin = std::ranges::find(kind.versions, version.schema, &KindVersion::schema);
    version.rules = twin != kind.versions.end() ? twin->rules : Rules::compile(version.schema);
    if (!names.insert(version.name).second) throw Complaint{"spec.versions", "names must differ"};
    stored += version.storage ? 1 : 0;
    // The name is part: the same schema under another version is another stored form.
    version.schema_id = short_digest(version.name + "\n" + canonical_json(*find(item, "schema")));
    kind.versions.push_back(std::move(version));
  }
  if (stored != 1) {
    throw Complaint{"spec.versions", "must have exactly one version marked as storage version"};
  }
  std::ranges::sort(kind.versions, version_comes_first, &KindVersion::name);
}

KindPtr read_kind(const Value& definition, SchemaPool& pool) {
  const auto* spec = find(definition, "spec");
  if (spec == nullptr) throw Complaint{"spec", "is missing"};
  auto kind = std::make_shared<Kind>();
  kind->group = text(*spec, "group", "spec");
  parse_names(*spec, *kind);
  const auto scope = needed_text(*spec, "scope", "spec");
  if (scope != "Namespaced" && scope != "Cluster") {
    throw Complaint{"spec.scope", "must be Cluster or Namespaced"};
  }
  kind->scope = scope == "Cluster" ? Scope::kCluster : Scope::kNamespaced;
  parse_versions(*spec, pool, *kind);
  parse_peculiarities(*spec, *kind);
  kind->resource = kind->resource_name().group_resource();
  return kind;
}

}  // namespace

std::string Kind::deprecation_of(const KindVersion& version) const {
  if (!version.deprecation_warning.empty()) return version.deprecation_warning;
  auto text = fmt::format("{} {} is deprecated", api_version(version.name), kind);
  const auto better = std::ranges::find_if(versions, [&](const KindVersion& other) {
    return other.served && !other.deprecated && version_comes_first(other.name, version.name);
  });
  if (better != versions.end()) text += fmt::format("; use {} {}", api_version(better->name), kind);
  return text;
}

bool version_comes_first(std::string_view a, std::string_view b) {
  const auto rank_a = rank_of(a);
  const auto rank_b = rank_of(b);
  return rank_a != rank_b ? rank_a > rank_b : a < b;
}

const KindVersion* Kind::version(std::string_view name) const {
  const auto found = std::ranges::find(versions, name, &KindVersion::name);
  return found == versions.end() ? nullptr : &*found;
}

std::string_view Kind::shown_name(std::string_view stored_name) const {
  const auto found = std::ranges::find(renamed, stored_name, &RenamedMember::stored);
  return found == renamed.end() ? stored_name : std::string_view(found->shown);
}

KindPtr as_view(const Kind& document, KindPtr stored) {
  auto view = std::make_shared<Kind>(*stored);
  view->group = document.group;
  view->kind = document.kind;
  view->list_kind = document.list_kind;
  view->plural = document.plural;
  view->singular = document.singular;
  view->short_names = document.short_names;
  view->categories = document.categories;
  view->versions = document.versions;
  view->view_of = document.view_of;
  view->renamed = document.renamed;
  view->stored = std::move(stored);
  return view;
}

const KindVersion& Kind::storage_version() const {
  return *std::ranges::find(versions, true, &KindVersion::storage);
}

std::string Kind::api_version(std::string_view version) const {
  return group.empty() ? std::string(version) : fmt::format("{}/{}", group, version);
}

Result<KindPtr> parse_kind(const Value& definition) {
  SchemaPool pool;
  return parse_kind(definition, pool);
}

Result<KindPtr> parse_kind(const Value& definition, SchemaPool& pool) {
  try {
    return read_kind(definition, pool);
  } catch (const Complaint& complaint) {
    return invalid(
        {"apiextensions.k8s.io", "customresourcedefinitions", "CustomResourceDefinition"},
        string_at(definition, {"metadata", "name"}),
        {invalid_value(complaint.field, Value(nullptr), complaint.what, "definition")});
  }
}

}  // namespace gatefold
