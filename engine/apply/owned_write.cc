#include "engine/apply/owned_write.h"

#include <algorithm>
#include <ranges>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "engine/apply/typed.h"
#include "schema/go_text.h"
#include "schema/json.h"
#include "schema/meta.h"

namespace gatefold::engine {
namespace {

constexpr std::string_view kKubectl = "kubectl";
constexpr std::string_view kLastApplied = "kubectl.kubernetes.io/last-applied-configuration";

// The types of a write, and how to own by them. Refers to what is written.
class Owning {
 public:
  explicit Owning(const OwnedWrite& write)
      : kind_(write.kind),
        updater_([this](std::string_view name) { return type_at(name); }, reset_) {
    for (const auto& version : kind_.versions)
      reset_.emplace(kind_.api_version(version.name), reset_fields(write));
  }
  Owning(const Owning&) = delete;
  Owning& operator=(const Owning&) = delete;

  const Updater& updater() const { return updater_; }
  std::optional<FieldType> type_at(std::string_view api_version) const {
    for (const auto& version : kind_.versions) {
      if (kind_.api_version(version.name) == api_version)
        return FieldType::of_kind(*version.schema);
    }
    return std::nullopt;
  }

 private:
  const Kind& kind_;
  Updater::ResetFields reset_;
  Updater updater_;
};

Manager manager_of(const OwnedWrite& write, std::string_view name, bool applied) {
  return {.name = name.empty() ? "unknown" : std::string(name),
          .applied = applied,
          .api_version = write.kind.api_version(write.version.name),
          .subresource = write.subresource};
}

void strip(const std::string& identifier, Managers& managers) {
  const auto it = managers.find(identifier);
  if (it == managers.end()) return;
  it->second.fields = subtract(it->second.fields, untracked_fields());
  if (it->second.fields.empty()) managers.erase(it);
}

Value nothing_of(const OwnedWrite& write) {
  Value nothing = write.kind.zero;
  auto& members = nothing.as_object();
  members["apiVersion"] = write.kind.api_version(write.version.name);
  members["kind"] = write.kind.kind;
  return nothing;
}

// What was owned through another view of the object (R23.5), under names that mean nothing here,
// is left as it is. Taken out of `managers`.
Managers take_foreign(const Kind& kind, Managers& managers) {
  Managers foreign;
  for (auto it = managers.begin(); it != managers.end();) {
    const std::string_view api_version = it->second.api_version;
    const auto slash = api_version.find('/');
    const auto group = slash == std::string_view::npos ? "" : api_version.substr(0, slash);
    const auto next = std::next(it);
    if (group != kind.group) foreign.insert(managers.extract(it));
    it = next;
  }
  return foreign;
}

Result<Ownership> track(const OwnedWrite& write, std::string_view name, const Value& live,
                        const Value& object, Ownership before) {
  // A name of no entry: tells what this write took from what its manager had already.
  const std::string self = "current-operation";
  const auto manager = manager_of(write, name, false);
  auto foreign = take_foreign(write.kind, before.managers);
  auto managers = Owning(write).updater().update(live, object, manager.api_version,
                                                 std::move(before.managers), self);
  if (!managers) return std::unexpected(std::move(managers.error()));
  Ownership after{std::move(*managers), std::move(before.times)};
  strip(self, after.managers);
  if (auto taken = after.managers.extract(self)) {
    const auto identifier = identifier_of(manager);
    const auto had = after.managers.find(identifier);
    if (had != after.managers.end()) {
      had->second.fields = unite(std::move(had->second.fields), taken.mapped().fields);
    } else {
      taken.key() = identifier;
      after.managers.insert(std::move(taken));
    }
    after.times[identifier] = write.now;
  }
  after.managers.merge(foreign);
  cap_update_managers(after);
  return after;
}

// Where the replicas are that a Scale shows.
FieldPath replicas_of(const KindVersion& version) {
  FieldPath path;
  const std::string_view text = version.scale ? std::string_view(version.scale->spec_replicas) : "";
  for (const auto part : std::views::split(text, '.')) {
    const std::string_view name(part);
    if (!name.empty()) path.push_back(PathElement::of_field(name));
  }
  return path;
}

bool is_managed(const FieldPath& path, const Managers& managers) {
  return std::ranges::any_of(managers,
                             [&](const auto& each) { return each.second.fields.has(path); });
}

std::string shown_type(std::string_view api_version, std::string_view kind) {
  // A core version has no group to stand before the slash.
  return fmt::format("{}{}, Kind={}", api_version.contains('/') ? "" : "/", api_version, kind);
}

std::unexpected<Status> misfit(const Value& configuration, const Status& why) {
  return failure(Reason::kInvalid,
                 fmt::format("failed to create typed patch object ({}/{}; {}): {}",
                             namespace_of(configuration), name_of(configuration),
                             shown_type(string_at(configuration, {"apiVersion"}),
                                        string_at(configuration, {"kind"})),
                             why.message));
}

const Value* last_applied_of(const Value& object) {
  const auto* text = find_path(object, {"metadata", "annotations", kLastApplied});
  return text != nullptr && text->is_string() && !text->get_string().empty() ? text : nullptr;
}

// What kubectl's next client-side apply compares with, kept true by its server-side ones (R17.15).
void renew_last_applied(const Value& configuration, Value& object) {
  if (last_applied_of(object) == nullptr) return;
  Value applied = configuration;
  if (auto* metadata = find(applied, "metadata")) {
    if (auto* annotations = find(*metadata, "annotations"))
      annotations->as_object().erase(kLastApplied);
  }
  auto& annotations = object_member(object_member(object.as_object(), "metadata"), "annotations");
  annotations[kLastApplied] = go_json(applied) + "\n";
  std::size_t bytes = 0;
  for (const auto& annotation : annotations) {
    bytes += annotation.key().size();
    if (const auto* text = annotation.value().if_string()) bytes += text->size();
  }
  if (bytes > kAnnotationsBytesMax) annotations.erase(kLastApplied);
}

// The fields that kubectl's client-side apply set last and that are as it set them: its server-side
// apply may take them over from anybody (R17.15). Nothing where that can't be told.
FieldSet taken_over(const FieldType& type, const Value& live, const std::string& api_version) {
  const auto* text = last_applied_of(live);
  if (text == nullptr) return {};
  const auto parsed = parse_json(text->get_string());
  if (!parsed || string_at(parsed->value, {"apiVersion"}) != api_version) return {};
  if (!validate_typed(type, parsed->value)) return {};
  const auto changes = compare_typed(type, parsed->value, live);
  if (!changes) return {};
  return subtract(
      subtract(subtract(field_set_of(type, parsed->value), changes->modified), changes->added),
      changes->removed);
}

ApplyConflicts without(const ApplyConflicts& conflicts, const FieldSet& allowed) {
  ApplyConflicts left;
  for (const auto& conflict : conflicts) {
    if (!allowed.has(conflict.path)) left.push_back(conflict);
  }
  return left;
}

}  // namespace

FieldSet reset_fields(const OwnedWrite& write) {
  std::vector<PathElement> members;
  if (write.subresource == "status") {
    members.push_back(PathElement::of_field("spec"));
    if (!write.kind.status_keeps_metadata) members.push_back(PathElement::of_field("metadata"));
  } else if (write.version.status_subresource) {
    members.push_back(PathElement::of_field("status"));
  }
  return FieldSet::of(std::move(members), {});
}

Manager update_manager(const OwnedWrite& write) {
  return manager_of(write, write.manager, false);
}

Ownership track_update(const OwnedWrite& write, const Value* live, const Value& object,
                       Ownership before) {
  if (live != nullptr && before.managers.empty()) return before;
  if (write.subresource == "scale" && !is_managed(replicas_of(write.version), before.managers))
    return before;
  auto after = track(write, write.manager, live == nullptr ? nothing_of(write) : *live, object,
                     std::move(before));
  return after ? std::move(*after) : Ownership{};
}

Result<void> check_configuration(const Kind& kind, const KindVersion& version,
                                 const Value& configuration) {
  const auto api_version = string_at(configuration, {"apiVersion"});
  const auto name = string_at(configuration, {"kind"});
  if (api_version != kind.api_version(version.name) || name != kind.kind)
    return bad_request("invalid object type: " + shown_type(api_version, name));
  const auto* managed = find_path(configuration, {"metadata", "managedFields"});
  if (managed != nullptr && !managed->is_null())
    return bad_request("metadata.managedFields must be nil");
  return {};
}

Result<AppliedObject> apply_configuration(const OwnedWrite& write, bool force, const Value* live,
                                          const Value& configuration) {
  const Owning owning(write);
  const auto manager = manager_of(write, write.manager, true);
  const auto identifier = identifier_of(manager);
  const auto type = *owning.type_at(manager.api_version);
  if (auto fits = validate_typed(type, configuration); !fits)
    return misfit(configuration, fits.error());
  const Value nothing = nothing_of(write);
  const Value& base = live == nullptr ? nothing : *live;
  auto before = ownership_before(std::nullopt, live);
  if (live != nullptr && before.managers.empty()) {
    auto first = track(write, "before-first-apply", nothing, base, {});
    if (!first) return misfit(configuration, first.error());
    before = std::move(*first);
  }
  auto foreign = take_foreign(write.kind, before.managers);
  const auto attempt = [&](bool forced) {
    return owning.updater().apply(base, configuration, manager.api_version, before.managers,
                                  identifier, forced);
  };
  auto result = attempt(force);
  const auto* conflicts = result ? nullptr : std::get_if<ApplyConflicts>(&result.error());
  if (conflicts != nullptr && write.manager == kKubectl) {
    const auto left = without(*conflicts, taken_over(type, base, manager.api_version));
    if (!left.empty()) return std::unexpected(conflict_status(left));
    result = attempt(true);
    conflicts = nullptr;
  }
  if (conflicts != nullptr) return std::unexpected(conflict_status(*conflicts));
  if (!result) return misfit(configuration, std::get<Status>(result.error()));

  AppliedObject applied{.object = result->object ? std::move(*result->object) : Value(base),
                        .ownership = {std::move(result->managers), std::move(before.times)}};
  applied.ownership.managers.merge(foreign);
  strip(identifier, applied.ownership.managers);
  if (result->object) applied.ownership.times[identifier] = write.now;
  if (write.manager == kKubectl) renew_last_applied(configuration, applied.object);
  return applied;
}

}  // namespace gatefold::engine
