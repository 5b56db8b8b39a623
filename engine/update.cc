#include "engine/update.h"

#include <fmt/format.h>

#include "engine/admission.h"
#include "engine/admit.h"
#include "engine/apply/owned_write.h"
#include "engine/apply/unmoved.h"
#include "engine/compose.h"
#include "engine/core_kinds.h"
#include "engine/create.h"
#include "engine/identity.h"
#include "engine/wanted.h"
#include "schema/catalog.h"
#include "schema/json.h"
#include "schema/meta.h"
#include "schema/scale.h"

namespace gatefold::engine {
namespace {

constexpr std::string_view kModified =
    "the object has been modified; please apply your changes to the latest version and try again";

std::string uid_mismatch(std::string_view stated, std::string_view stored) {
  return fmt::format("Precondition failed: UID in precondition: {}, UID in object meta: {}", stated,
                     stored);
}

// The stated uid and resourceVersion against the stored ones (R8.2 to R8.5). 409 is answered here
// and nowhere else.
Result<void> check_preconditions(const Command& command, const Facts& facts, const Value& object) {
  const auto& kind = *facts.kind;
  const auto& target = facts.target->object;
  const auto name = kind.resource_name();
  const auto uid = uid_of(object);
  if (command.verb == Verb::kUpdate && !uid.empty() && uid != to_string(target.uid)) {
    return conflict(name, facts.name, uid_mismatch(uid, to_string(target.uid)));
  }
  const auto text = resource_version_of(object);
  if (text.empty() || text == "0") {
    if (kind.unconditional_update || command.verb == Verb::kPatch) return {};
    if (text.empty() && scales(command)) return {};
    // Kubernetes names the plural as the kind here.
    const ResourceName plural{kind.group, kind.plural, kind.plural};
    return invalid(
        plural, facts.name,
        {FieldError{FieldErrorType::kInvalid, "metadata.resourceVersion",
                    "Invalid value: 0x0: must be specified for an update", "resource-version"}});
  }
  const auto stated = parse_revision(text);
  if (!stated) {
    return bad_request(fmt::format("resourceVersion: Invalid value: {}: must be a decimal number",
                                   go_quote(text)));
  }
  if (facts.target->in_batch >= 0 || *stated != target.revision)
    return conflict(name, facts.name, kModified);
  return {};
}

// System-owned metadata comes from the stored object (R6.9).
void restore_metadata(const Value& old_object, Value& object) {
  auto& metadata = object_member(object.as_object(), "metadata");
  metadata.erase("resourceVersion");
  const auto* old_metadata = find(old_object, "metadata");
  for (const auto* key : {"creationTimestamp", "generation", "deletionTimestamp",
                          "deletionGracePeriodSeconds", "generateName"}) {
    const auto* old_value = find(*old_metadata, key);
    if (old_value != nullptr) {
      metadata[key] = *old_value;
    } else {
      metadata.erase(key);
    }
  }
  if (uid_of(object).empty()) metadata["uid"] = uid_of(old_object);
}

void copy_member(const Value& from, std::string_view key, Value& to) {
  const auto* value = find(from, key);
  if (value != nullptr) {
    to.as_object()[key] = *value;
  } else {
    to.as_object().erase(key);
  }
}

// What the subresource lets through: /status only status, the main resource all but it (R8.6,
// R13.2).
void keep_what_is_not_written(const Command& command, const Facts& facts, const Value& old_object,
                              Value& object) {
  const auto& kind = *facts.kind;
  if (command.subresource == "status") {
    Value result = old_object;
    copy_member(object, "status", result);
    if (kind.status_keeps_metadata) copy_member(object, "metadata", result);
    object = std::move(result);
  } else if (command.subresource == "finalize") {
    Value result = old_object;
    const auto* spec = find(object, "spec");
    copy_member(spec == nullptr ? Value(JsonObject{}) : *spec, "finalizers", *find(result, "spec"));
    object = std::move(result);
  } else if (facts.version->status_subresource) {
    copy_member(old_object, "status", object);
  }
}

// What /scale makes of the object: itself, but for its replicas (R13.6). Only core kinds look at
// the Scale as such; the objects of others are judged by their own rules.
Result<Value> scaled(const Facts& facts, const Value& scale, const Value& old_object) {
  const auto& kind = *facts.kind;
  if (kind.core) {
    auto errors = validate_metadata(scale_kind(), scale);
    const auto replicas = integer_at(scale, {"spec", "replicas"}, 0);
    if (replicas < 0) {
      errors.push_back(invalid_value("spec.replicas", replicas,
                                     "must be greater than or equal to 0", "minimum"));
    }
    if (!errors.empty()) return invalid(scale_kind().resource_name(), facts.name, errors);
    const auto uid = uid_of(scale);
    if (!uid.empty() && uid != uid_of(old_object)) {
      return conflict({kind.group, kind.plural + "/scale", kind.kind}, facts.name,
                      uid_mismatch(uid, uid_of(old_object)));
    }
  }
  Value object = old_object;
  if (auto put = put_scale(*facts.version, scale, object); !put)
    return std::unexpected(std::move(put.error()));
  // What can't be shown afterwards is not written.
  if (auto shown_after = scale_of(kind, *facts.version, object); !shown_after)
    return std::unexpected(std::move(shown_after.error()));
  return object;
}

// Whether anything outside metadata (and status, where that is a subresource) differs (R6.5).
bool spec_changed(const KindVersion& version, const Value& old_object, const Value& object) {
  const auto counts = [&](std::string_view key) {
    return key != "metadata" && key != "apiVersion" &&
           !(key == "status" && version.status_subresource);
  };
  const auto covers = [&](const Value& all, const Value& some) {
    for (const auto& [key, value] : some.as_object()) {
      if (!counts(key)) continue;
      const auto* other = find(all, key);
      if (other == nullptr || !same(*other, value)) return false;
    }
    return true;
  };
  return !covers(old_object, object) || !covers(object, old_object);
}

// Labels or annotations, where the kind counts them for its generation.
bool counted_metadata_changed(const Kind& kind, const Value& old_object, const Value& object) {
  if (kind.generation_member.empty()) return false;
  const auto* before = find_path(old_object, {"metadata", kind.generation_member});
  const auto* now = find_path(object, {"metadata", kind.generation_member});
  return before == nullptr || now == nullptr ? before != now : !same(*before, *now);
}

// An object that waits for its finalizers goes with the last of them (R8.7, R21.5).
bool is_finalized(const Kind& kind, const Value& object) {
  if (!is_deleting(object) || !finalizers_of(object).empty()) return false;
  if (kind.finalizers_path.empty()) return true;
  const auto* spec = find(object, "spec");
  const auto* finalizers = spec == nullptr ? nullptr : find(*spec, "finalizers");
  return finalizers == nullptr || !finalizers->is_array() || finalizers->as_array().empty();
}

// Who manages what after an update by a manager that did not apply. False: as before.
bool note_update(const OwnedWrite& write, std::string_view stored_schema,
                 const std::optional<Value>& said, const Value& old_object, Value& object) {
  // What a subresource's client says of managers is not heard (R17.8).
  static const std::optional<Value> kNothing;
  const auto& heard = write.subresource.empty() ? said : kNothing;
  const auto* managed = find_path(old_object, {"metadata", "managedFields"});
  const bool is_as_it_was = !heard || (managed != nullptr && same(*heard, *managed));
  std::optional<Value> unmoved;
  if (is_as_it_was && stored_schema == write.version.schema_id && write.subresource != "scale")
    unmoved = unmoved_managed_fields(write, old_object, object);
  if (unmoved) {
    object_member(object.as_object(), "metadata")["managedFields"] = std::move(*unmoved);
    return false;
  }
  put_managed_fields(track_update(write, &old_object, object, ownership_before(heard, &old_object)),
                     object);
  return true;
}

// Notes who manages what. Not empty where the guard refuses the write for what it takes from
// others.
FieldErrors note_managers(const Command& command, const Facts& facts, const Stamp& stamp,
                          const std::optional<Ownership>& applied, const std::optional<Value>& said,
                          const Value& old_object, Value& object, Composition& composition) {
  bool may_take = true;
  if (applied) {
    put_managed_fields(*applied, object);
  } else {
    may_take = note_update(owned_write(command, facts, stamp), facts.target->object.schema_id, said,
                           old_object, object);
  }
  settle_managed_times(old_object, object);
  if (!may_take) return {};
  return ask_guard_of_fields(command, facts, stamp, old_object, object, composition);
}

Result<Decision> finish(const Command& command, const Facts& facts, const Stamp& stamp,
                        const Value& old_object, Value object, Composition composition) {
  const auto& kind = *facts.kind;
  if (kind.has_generation && (spec_changed(*facts.version, old_object, object) ||
                              counted_metadata_changed(kind, old_object, object))) {
    object_member(object.as_object(), "metadata")["generation"] =
        integer_at(old_object, {"metadata", "generation"}, 0) + 1;
  }
  const bool finalized = is_finalized(kind, object);
  auto stored = to_stored(kind, std::move(object),
                          command.applies() ? TooLarge::kRefused : TooLarge::kForgetsManagers);
  if (!stored) return std::unexpected(std::move(stored.error()));
  if (finalized) {
    composition.effect = Outcome::Effect::kDeleted;
  } else if (*stored->body == facts.target->object.body) {
    composition.effect = Outcome::Effect::kUnchanged;
    return unchanged(command, facts, stamp, std::move(composition));
  }
  return compose(command, facts, stamp, std::move(*stored), std::move(composition));
}

// An applied configuration of what is not there makes it (R17.2).
Result<Decision> create_applied(const Command& command, const Facts& facts, const Stamp& stamp) {
  const auto name = facts.kind->resource_name();
  if (!command.subresource.empty()) return not_found(name, facts.name);
  auto result = applied_object(command, facts, stamp);
  if (!result) return std::unexpected(std::move(result.error()));
  const auto uid = uid_of(result->object);
  if (!uid.empty()) {
    return conflict(name, facts.name,
                    fmt::format("uid mismatch: the provided object specified uid {}, and no "
                                "existing object was found",
                                uid));
  }
  if (auto same = check_name(facts.name, result->object); !same)
    return std::unexpected(std::move(same.error()));
  Command creation = command;
  creation.body = std::move(result->object);
  object_member(creation.body.as_object(), "metadata").erase("resourceVersion");
  put_managed_fields(result->ownership, creation.body);
  return create(creation, facts, stamp);
}

Result<Decision> missing(const Command& command, const Facts& facts, const Stamp& stamp) {
  const auto& kind = *facts.kind;
  const auto uid = command.verb == Verb::kUpdate ? uid_of(command.body) : std::string_view{};
  if (!uid.empty()) {
    return conflict(kind.resource_name(), facts.name, uid_mismatch(uid, ""));
  }
  if (command.verb == Verb::kUpdate && kind.create_on_update && command.subresource.empty()) {
    Command creation = command;
    if (auto* metadata = find(creation.body, "metadata"); metadata && metadata->is_object())
      metadata->as_object().erase("resourceVersion");
    return create(creation, facts, stamp);
  }
  return not_found(kind.resource_name(), facts.name);
}

}  // namespace

Result<Decision> update(const Command& command, const Facts& facts, const Stamp& stamp) {
  const auto& kind = *facts.kind;
  const auto& version = *facts.version;
  const bool is_patch = command.verb == Verb::kPatch;
  Composition composition{.effect = Outcome::Effect::kUpdated};
  if (command.rolls_back()) {
    composition.audit_annotations.push_back(
        {std::string(kRestoredRevision), to_string(command.restores)});
  }
  const AdmitOptions options{command.field_validation, is_patch};
  // The definition may have changed since the request was taken.
  const bool lacks_part = (scales(command) && !version.scale) ||
                          (command.subresource == "status" && !version.status_subresource);
  if (lacks_part) return not_found(kind.resource_name(), facts.name);
  if (command.applies() && !facts.target) return create_applied(command, facts, stamp);
  if (is_patch && !facts.target) return missing(command, facts, stamp);
  // What the body is one of.
  const auto& said = scales(command) ? scale_kind() : kind;
  const auto& said_version = scales(command) ? said.storage_version() : version;

  auto wanted = wanted_object(command, facts, stamp);
  if (!wanted) return std::unexpected(std::move(wanted.error()));
  Value object = std::move(wanted->object);
  if (auto same = check_type_meta(said, said_version, object); !same)
    return std::unexpected(same.error());
  auto decoded =
      decode_object(said, said_version, command.duplicates, options, object, composition.warnings);
  if (!decoded) return std::unexpected(std::move(decoded.error()));
  if (auto same = check_namespace(kind, command.name_space, object); !same)
    return std::unexpected(same.error());
  if (auto same = check_name(facts.name, object); !same) return std::unexpected(same.error());
  if (!facts.target) return missing(command, facts, stamp);
  if (auto hold = check_preconditions(command, facts, object); !hold)
    return std::unexpected(hold.error());

  const Value old_object = shown_target(facts);
  const auto said_managers = take_managed_fields(object);
  if (scales(command)) {
    auto result = scaled(facts, object, old_object);
    if (!result) return std::unexpected(std::move(result.error()));
    object = std::move(*result);
  } else {
    restore_metadata(old_object, object);
    keep_what_is_not_written(command, facts, old_object, object);
  }
  complete_core(kind, command.subresource, &old_object, stamp, facts.services, object);
  if (command.subresource.empty()) {
    if (auto has = check_allocations(kind, facts.services, object); !has)
      return std::unexpected(std::move(has.error()));
  }
  auto valid = validate_object(kind, version, command.subresource, object, &old_object,
                               composition.warnings);
  if (!valid) return std::unexpected(std::move(valid.error()));
  if (auto may = ask_policies(command, facts, &object, &old_object, composition); !may)
    return std::unexpected(std::move(may.error()));
  if (const auto errors = ask_guard(command, facts, stamp, &old_object, object, composition);
      !errors.empty()) {
    return refused(command, facts, errors, std::move(composition));
  }
  if (const auto errors = note_managers(command, facts, stamp, wanted->ownership, said_managers,
                                        old_object, object, composition);
      !errors.empty()) {
    return refused(command, facts, errors, std::move(composition));
  }
  return finish(command, facts, stamp, old_object, std::move(object), std::move(composition));
}

}  // namespace gatefold::engine
