#include "engine/compose.h"

#include <fmt/format.h>

#include "engine/apply/managed_fields.h"
#include "engine/limits.h"
#include "schema/convert.h"
#include "schema/json.h"
#include "schema/meta.h"
#include "schema/selector.h"

namespace gatefold::engine {
namespace {

std::string writer_of(const Actor& actor) {
  return fmt::format("{}|{}|{}", actor.user, actor.field_manager, actor.user_agent);
}

std::vector<storage::SightingCount> count_sightings(const ObjectKey& key, const Actor& actor,
                                                    const Stamp& stamp,
                                                    const std::vector<storage::Repair>& repairs) {
  std::vector<storage::SightingCount> counts;
  for (const auto& repair : repairs) {
    const bool counted =
        std::ranges::any_of(counts, [&](const auto& count) { return count.rule == repair.rule; });
    if (counted) continue;
    counts.push_back({key, writer_of(actor), repair.rule, 1, stamp.now, stamp.now});
  }
  return counts;
}

// Whether a client says what stands there already: who does so in turn has nothing to say and
// loops. To apply a whole configuration again is what applying is for, and to delete what is on its
// way out says nothing of the object.
bool repeats(const Command& command) {
  return command.verb != Verb::kDelete && !(command.applies() && command.subresource.empty());
}

storage::Event make_event(const Command& command, const Facts& facts, const Stamp& stamp,
                          const Value& object, Outcome::Effect effect) {
  const auto& kind = facts.kind->stored_kind();
  const auto& version = kind.storage_version();
  storage::Event event;
  event.time = stamp.now;
  event.type = effect == Outcome::Effect::kCreated   ? storage::EventType::kAdded
               : effect == Outcome::Effect::kDeleted ? storage::EventType::kDeleted
                                                     : storage::EventType::kModified;
  event.group = kind.group;
  event.version = version.name;
  event.kind = kind.kind;
  event.key = {kind.resource, std::string(namespace_of(object)), std::string(name_of(object))};
  event.uid = parse_uid(uid_of(object)).value_or(Uid{});
  event.generation = {integer_at(object, {"metadata", "generation"}, 0)};
  event.labels = labels_of(object);
  event.fields = selectable_values(version, object);
  for (const auto& text : owner_uids_of(object)) {
    event.owner_uids.push_back(uid_for_index(text));
  }
  event.previous_labels = facts.target ? facts.target->object.labels : event.labels;
  event.previous_fields = facts.target ? facts.target->object.fields : event.fields;
  event.actor = command.actor;
  if (facts.target) event.previous = facts.target->object.revision;
  event.schema_id = version.schema_id;
  event.deleting = is_deleting(object);
  const bool expires = kind.expires && stamp.event_ttl_ns > 0;
  if (expires && effect != Outcome::Effect::kDeleted) {
    event.expiry = {stamp.now.ns + stamp.event_ttl_ns};
  }
  return event;
}

}  // namespace

Result<Stored> to_stored(const Kind& kind, Value object, TooLarge too_large) {
  const auto& stored = kind.stored_kind();
  if (string_at(object, {"apiVersion"}) != stored.api_version(stored.storage_version().name)) {
    convert_to_stored(kind, object);
  }
  auto& metadata = object_member(object.as_object(), "metadata");
  metadata.erase("resourceVersion");
  auto body = std::make_shared<const std::string>(canonical_json(object));
  if (body->size() > kObjectBytesMax && too_large == TooLarge::kForgetsManagers &&
      metadata.erase("managedFields") != 0) {
    body = std::make_shared<const std::string>(canonical_json(object));
  }
  if (body->size() > kObjectBytesMax) {
    return failure(Reason::kRequestEntityTooLarge,
                   fmt::format("Request entity too large: limit is {}", kObjectBytesMax));
  }
  return Stored{std::move(object), std::move(body)};
}

Decision compose(const Command& command, const Facts& facts, const Stamp& stamp, Stored stored,
                 Composition composition) {
  auto event = make_event(command, facts, stamp, stored.value, composition.effect);
  event.transitions = std::move(composition.transitions);
  event.repairs = std::move(composition.repairs);
  event.audit_annotations = std::move(composition.audit_annotations);

  Decision decision;
  decision.reads = facts.reads;
  decision.revision = facts.revision;
  if (!command.dry_run) decision.tally = std::move(composition.tally);
  auto& outcome = decision.outcome;
  outcome.effect = composition.effect;
  outcome.body = stored.body;
  outcome.splice_at = storage::find_splice(*stored.body);
  outcome.schema_id = event.schema_id;
  outcome.uid = event.uid;
  outcome.name = event.key.name;
  outcome.warnings = std::move(composition.warnings);
  if (command.dry_run) {
    // A dry run shows the revision that the object still has; none where it has none yet.
    if (facts.target) outcome.revision = facts.target->object.revision;
    if (facts.target) decision.outcome_in_batch = facts.target->in_batch;
    return decision;
  }
  if (facts.target) {
    decision.previous_in_batch = facts.target->in_batch;
    decision.frame = facts.target->frame;
    decision.frame_in_batch = facts.target->frame_in_batch;
  }
  decision.event = storage::prepare_event(std::move(event), std::move(stored.body), decision.frame);
  return decision;
}

FieldErrors ask_guard(const Command& command, const Facts& facts, const Stamp& stamp,
                      const Value* old_object, Value& object, Composition& composition) {
  const auto& version = *facts.version;
  // Without the subresource a status is a part of the spec: each write of it is a generation.
  const bool has_generation = facts.kind->has_generation && version.status_subresource;
  auto report = guard_write(
      {.schema = *version.schema,
       .old_object = old_object,
       .event_time = stamp.now,
       .generation = has_generation ? integer_at(object, {"metadata", "generation"}, 0) : 0,
       .writer = command.actor,
       .modes = facts.guard_modes,
       .recall = facts.recall},
      object);
  composition.transitions = std::move(report.transitions);
  composition.repairs = std::move(report.repairs);
  composition.tally = std::move(report.tally);
  for (auto& text : report.warnings) composition.warnings.push_back(std::move(text));
  return std::move(report.errors);
}

FieldErrors ask_guard_of_fields(const Command& command, const Facts& facts, const Stamp& stamp,
                                const Value& old_object, const Value& object,
                                Composition& composition) {
  const auto mode = facts.guard_modes[static_cast<std::size_t>(GuardRule::kFight)];
  if (mode == GuardMode::kOff || !facts.recall_versions) return {};
  if (!takes_from_others(old_object, object, command.actor.field_manager)) return {};
  GuardReport report;
  const auto findings = judge_field_fights({.old_object = old_object,
                                            .object = object,
                                            .writer = command.actor,
                                            .event_time = stamp.now,
                                            .has_transitions = !composition.transitions.empty(),
                                            .recall = facts.recall_versions});
  for (const auto& finding : findings) tell(finding, facts.guard_modes, report);
  composition.tally.insert(composition.tally.end(), report.tally.begin(), report.tally.end());
  for (auto& text : report.warnings) composition.warnings.push_back(std::move(text));
  return std::move(report.errors);
}

Decision refused(const Command& command, const Facts& facts, const FieldErrors& errors,
                 Composition composition) {
  Decision decision;
  decision.reads = facts.reads;
  decision.revision = facts.revision;
  std::erase_if(composition.tally,
                [](const auto& found) { return found.second == GuardMode::kRepair; });
  if (!command.dry_run) decision.tally = std::move(composition.tally);
  decision.refusal = invalid(facts.kind->resource_name(), facts.name, errors).error();
  return decision;
}

Decision unchanged(const Command& command, const Facts& facts, const Stamp& stamp,
                   Composition composition) {
  const auto& target = *facts.target;
  Decision decision;
  decision.reads = facts.reads;
  decision.revision = facts.revision;
  decision.outcome_in_batch = target.in_batch;
  if (!command.dry_run) {
    decision.sightings =
        count_sightings(target.object.key, command.actor, stamp, composition.repairs);
    const auto no_op = text_of(GuardRule::kNoOp);
    const bool is_judged =
        facts.guard_modes[static_cast<std::size_t>(no_op.rule)] != GuardMode::kOff;
    // Nobody is warned: it does no harm by itself, and clients can't always know what stands there.
    if (is_judged && decision.sightings.empty() && repeats(command)) {
      decision.sightings.push_back({target.object.key, writer_of(command.actor),
                                    std::string(no_op.id), 1, stamp.now, stamp.now});
      composition.tally.emplace_back(no_op.rule, GuardMode::kRepair);
    }
  }
  if (!command.dry_run) decision.tally = std::move(composition.tally);
  auto& outcome = decision.outcome;
  outcome.effect = composition.effect;
  outcome.body = std::make_shared<const std::string>(target.object.body);
  outcome.splice_at = target.object.splice_at;
  outcome.revision = target.object.revision;
  outcome.schema_id = target.object.schema_id;
  outcome.uid = target.object.uid;
  outcome.name = target.object.key.name;
  outcome.warnings = std::move(composition.warnings);
  return decision;
}

}  // namespace gatefold::engine
