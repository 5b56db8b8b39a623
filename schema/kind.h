// A kind is data: one YAML document in CustomResourceDefinition form, read into this value (design
// section 8).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "schema/names.h"
#include "schema/rules.h"
#include "schema/schema_node.h"
#include "schema/status.h"

namespace gatefold {

// A column of Table output after Name. `json_path` of a column, or the computation of a core kind's
// one.
struct PrinterColumn {
  enum class Compute {
    kJsonPath,
    kAge,
    kCount,      // of the items at all `paths`
    kInteger,    // at the path, 0 where there is none
    kRatio,      // `1/2`: the integers at two paths
    kText,       // a string or an integer at the path
    kTexts,      // `a,b`: in each item at the first path what is at the second
    kReference,  // `Kind/name` of what is at the path
    kLabels,     // `a=b,c=d`
    kSelector,   // a label selector as a query
    // What single core kinds have.
    kExternalIps,
    kPorts,
    kEndpoints,
    kSliceAddresses,
    kSlicePorts,
    kNodeStatus,
    kNodeRoles,
    kUsers,
    kGroups,
    kServiceAccounts,
    kParamKind,
    kParamRef,
    // Of Events, see api/event_cells.h.
    kTrimmed,
    kFirstAge,
    kOccurrences,
    kEventObject,
    kEventSource
  };
  std::string name;
  std::string type;
  std::string format;
  std::string description;
  std::string json_path;
  std::int32_t priority = 0;
  Compute compute = Compute::kJsonPath;
  std::vector<std::string> paths;  // members without brackets
  // Where nothing is found: of kJsonPath (null by default) and kText (`<none>`).
  std::optional<std::string> otherwise;
};

// A field that field selectors may name, beside metadata.name and metadata.namespace.
struct SelectableField {
  std::string name;           // `spec.type`
  std::string json_path;      // `.spec.type`
  std::string fallback_path;  // where the first leads to nothing: a path, a text, or nothing
  std::string stored_name;    // of a view's field: what the stored kind calls it; else empty
};

// Where a version has what a Scale shows (R13.6); `label_selector` is empty where it has none.
struct ScalePaths {
  std::string spec_replicas;
  std::string status_replicas;
  std::string label_selector;
};

struct KindVersion {
  std::string name;  // `v1`
  bool served = false;
  bool storage = false;
  bool deprecated = false;
  std::string deprecation_warning;
  bool status_subresource = false;
  std::optional<ScalePaths> scale;  // nothing: no scale subresource
  SchemaPtr schema;
  RulesPtr rules;  // nullptr: none
  std::vector<PrinterColumn> columns;
  std::vector<SelectableField> selectable_fields;
  // First 16 hexadecimal digits of a digest of the version's definition: names the schema that an
  // object was admitted under.
  std::string schema_id;
};

enum class Scope { kCluster, kNamespaced };

// What the objects of a kind are made of that shows the log and has none of its own.
enum class LogView { kNone, kChanges, kTransitions };

// A field that keeps its value once it has one.
struct ImmutableField {
  std::string json_path;
};

// A member that a view shows under another name.
struct RenamedMember {
  std::string stored;
  std::string shown;
};

struct Kind {
  std::string group;  // empty for core
  std::string kind;
  std::string list_kind;
  std::string plural;
  std::string singular;
  std::vector<std::string> short_names;
  std::vector<std::string> categories;
  Scope scope = Scope::kNamespaced;
  std::vector<KindVersion> versions;  // in kube-aware order, the preferred one first (R2.8)

  // x-gatefold of the document: what built-in kinds do differently.
  bool core = false;
  bool has_generation = true;
  std::string generation_member;  // of metadata: `labels` where they count for it, too (R6.5)
  bool unconditional_update = false;
  bool create_on_update = false;
  bool delete_returns_object = false;
  bool status_keeps_metadata = false;
  NameRule name_rule = NameRule::kDns1123Subdomain;
  std::string finalizers_path;  // `spec.finalizers` of Namespace
  std::vector<ImmutableField> immutable_fields;
  bool collects_garbage = true;  // false: what deletes say of dependents is passed over (R10)
  bool expires = false;          // objects go some time after they were written last (R23.5)
  bool is_review = false;        // objects are created to be answered; nothing is stored (R20.6)
  std::int64_t history_window_ns = 0;  // how much of its past is kept unless told; 0: all of it
  bool has_tokens = false;             // /token gives out tokens for an object (R20.8)
  LogView log_view = LogView::kNone;

  // What Go's empty value of the kind holds already: members of it do not come into being when an
  // object is created, and so are nobody's (R17.5).
  Value zero = JsonObject{};

  // Of a view, a kind whose objects are those of another kind under other names (R23.5): the plural
  // of that kind in the core group, the kind itself, and the names. See as_view().
  std::string view_of;
  std::shared_ptr<const Kind> stored;
  std::vector<RenamedMember> renamed;

  bool terminating = false;  // its definition is being deleted: no objects are created

  std::string resource;  // storage identity, see ObjectKey; a view has that of its stored kind

  bool namespaced() const { return scope == Scope::kNamespaced; }
  bool is_view() const { return stored != nullptr; }
  // Whether its objects are events of the log: they are read, and nobody writes them.
  bool shows_log() const { return log_view != LogView::kNone; }
  // The kind that objects are stored as: itself unless it is a view.
  const Kind& stored_kind() const { return stored == nullptr ? *this : *stored; }
  // What a member of the stored form is called here.
  std::string_view shown_name(std::string_view stored_name) const;
  const KindVersion* version(std::string_view name) const;  // nullptr where there is none
  const KindVersion& storage_version() const;
  // `gateway.networking.k8s.io/v1`, or `v1` for core.
  std::string api_version(std::string_view version) const;
  ResourceName resource_name() const { return {group, plural, kind}; }
  // What is told of each request for a version that is deprecated.
  std::string deprecation_of(const KindVersion& version) const;
};

using KindPtr = std::shared_ptr<const Kind>;

// The view that `document` (a kind with `view_of`) describes: names, versions and columns are its
// own, everything else is as for the stored kind.
KindPtr as_view(const Kind& document, KindPtr stored);

// Kube-aware order of version names (R2.8): stable ones before beta before alpha, the larger number
// first, names of no such form last and by their bytes.
bool version_comes_first(std::string_view a, std::string_view b);

// Reads a definition; the error says which member is wrong.
Result<KindPtr> parse_kind(const Value& definition);
// Shares what stood in `pool` already; the definition outlives it.
Result<KindPtr> parse_kind(const Value& definition, SchemaPool& pool);

}  // namespace gatefold
