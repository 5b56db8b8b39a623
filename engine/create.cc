#include "engine/create.h"

#include <fmt/format.h>

#include "engine/admission.h"
#include "engine/admit.h"
#include "engine/compose.h"
#include "engine/core_kinds.h"
#include "engine/wanted.h"
#include "schema/defaults.h"
#include "schema/meta.h"

namespace gatefold::engine {
namespace {

Result<void> check_namespace_accepts(const Command& command, const Facts& facts) {
  if (!facts.name_space) return {};
  const auto& name = command.name_space;
  if (!facts.name_space->exists) return not_found({"", "namespaces", "Namespace"}, name);
  if (!facts.name_space->terminating) return {};
  auto refused = forbidden(
      facts.kind->resource_name(), facts.name,
      fmt::format("unable to create new content in namespace {} because it is being terminated",
                  name));
  refused.error().details.causes.push_back({"NamespaceTerminating",
                                            fmt::format("namespace {} is being terminated", name),
                                            "metadata.namespace"});
  return refused;
}

// What the client may not set, and what the server gives (R6.1).
void wipe_metadata(Value& object) {
  auto& metadata = object_member(object.as_object(), "metadata");
  for (const auto* key :
       {"deletionTimestamp", "deletionGracePeriodSeconds", "generation", "selfLink"}) {
    metadata.erase(key);
  }
}

void stamp_metadata(const Kind& kind, const std::string& name, const Stamp& stamp, Value& object) {
  auto& metadata = object_member(object.as_object(), "metadata");
  metadata.erase("resourceVersion");
  metadata["name"] = name;
  metadata["uid"] = to_string(stamp.uid());
  metadata["creationTimestamp"] = format_seconds(stamp.now);
  if (kind.has_generation) metadata["generation"] = 1;
}

}  // namespace

Result<Decision> create(const Command& command, const Facts& facts, const Stamp& stamp) {
  const auto& kind = *facts.kind;
  const auto& version = *facts.version;
  Value object = command.body;
  Composition composition{.effect = Outcome::Effect::kCreated};
  if (kind.terminating) {
    auto refused = failure(Reason::kMethodNotAllowed,
                           "create not allowed while custom resource definition is terminating");
    refused.error().details.group = kind.group;
    refused.error().details.kind = kind.plural;
    return refused;
  }
  if (version.status_subresource) object.as_object().erase("status");

  if (auto read = read_created(command, kind, version, object, composition.warnings); !read)
    return std::unexpected(std::move(read.error()));
  if (!resource_version_of(object).empty() && !command.dry_run) {
    return bad_request("resourceVersion should not be set on objects to be created");
  }
  if (auto accepts = check_namespace_accepts(command, facts); !accepts)
    return std::unexpected(accepts.error());

  wipe_metadata(object);
  // What the server fills in from here on is nobody's; an applied configuration knows its managers.
  auto managers = take_managed_fields(object);
  if (!command.applies()) {
    managers = to_managed_fields(track_update(owned_write(command, facts, stamp), nullptr, object,
                                              ownership_before(managers, nullptr)));
  }

  const std::string echoed(resource_version_of(object));
  stamp_metadata(kind, facts.name, stamp, object);
  complete_core(kind, command.subresource, nullptr, stamp, facts.services, object);
  if (auto has = check_allocations(kind, facts.services, object); !has)
    return std::unexpected(std::move(has.error()));
  auto valid = validate_object(kind, version, "", object, nullptr, composition.warnings);
  if (!valid) return std::unexpected(std::move(valid.error()));
  if (auto may = ask_policies(command, facts, &object, nullptr, composition); !may)
    return std::unexpected(std::move(may.error()));
  if (facts.target) {
    return already_exists(kind.resource_name(), facts.name, facts.target->object.deleting);
  }
  if (const auto errors = ask_guard(command, facts, stamp, nullptr, object, composition);
      !errors.empty()) {
    return refused(command, facts, errors, std::move(composition));
  }

  if (managers && !managers->as_array().empty())
    object_member(object.as_object(), "metadata")["managedFields"] = std::move(*managers);
  auto stored = to_stored(kind, std::move(object),
                          command.applies() ? TooLarge::kRefused : TooLarge::kForgetsManagers);
  if (!stored) return std::unexpected(std::move(stored.error()));
  auto decision = compose(command, facts, stamp, std::move(*stored), std::move(composition));
  // A dry run shows the resourceVersion that the client sent, if any (R5.1).
  if (command.dry_run) decision.outcome.revision = parse_revision(echoed).value_or(Revision{});
  return decision;
}

}  // namespace gatefold::engine
