#include "engine/replay/restate.h"

#include <map>
#include <utility>

#include <fmt/format.h>

#include "engine/compose.h"
#include "engine/guard/conditions.h"
#include "engine/replay/lay_over.h"
#include "schema/json.h"
#include "schema/meta.h"
#include "schema/selector.h"

namespace gatefold::engine {
namespace {

using storage::EventType;

Result<Value> parse_body(const Body& body) {
  auto parsed = parse_json(*body);
  if (!parsed) return internal_error("a body of the history is no JSON");
  return std::move(parsed->value);
}

void note_history_revision(Value& object, Revision revision) {
  auto& metadata = object_member(object.as_object(), "metadata");
  object_member(metadata, "annotations")[kHistoryRevision] = to_string(revision);
}

const KindVersion* version_of(const Kind* kind, const Value& object) {
  if (kind == nullptr) return nullptr;
  const auto text = string_at(object, {"apiVersion"});
  const auto* version = kind->version(text.substr(text.rfind('/') + 1));
  return version == nullptr ? &kind->storage_version() : version;
}

// What the event of the history says of the object, put right for the object as it became here.
storage::Event event_of(const Restatement& restatement, const Kind* kind, const Value& object) {
  auto event = restatement.event;
  const auto api_version = string_at(object, {"apiVersion"});
  event.version = api_version.substr(api_version.rfind('/') + 1);
  event.uid = parse_uid(uid_of(object)).value_or(event.uid);
  event.generation = {integer_at(object, {"metadata", "generation"}, 0)};
  event.labels = labels_of(object);
  event.owner_uids.clear();
  for (const auto& text : owner_uids_of(object)) event.owner_uids.push_back(uid_for_index(text));
  event.deleting = is_deleting(object);
  if (const auto* version = version_of(kind, object)) {
    event.fields = selectable_values(*version, object);
  }
  const auto revision = event.revision;
  event.revision = {};
  event.repairs.clear();
  event.audit_annotations = {{std::string(kHistoryRevision), to_string(revision)}};
  return event;
}

// Which conditions have another status now, with what the new ones say.
std::vector<storage::Transition> transitions_between(const KindVersion& version,
                                                     const Value& old_object, const Value& object) {
  using Name = std::pair<std::string, std::string>;
  std::map<Name, storage::Transition> found;
  for (const auto& entry : collect_conditions(*version.schema, old_object)) {
    auto& move = found[{entry.path, std::string(entry.type)}];
    move.old_status = entry.status;
  }
  for (const auto& entry : collect_conditions(*version.schema, object)) {
    auto& move = found[{entry.path, std::string(entry.type)}];
    move.new_status = entry.status;
    move.reason = entry.reason;
    move.message = entry.message;
    move.observed_generation = entry.observed_generation.value_or(0);
    move.transition_time = entry.last_transition_time;
  }
  std::vector<storage::Transition> moves;
  for (auto& [name, move] : found) {
    if (move.old_status == move.new_status) continue;
    move.path = name.first;
    move.type = name.second;
    moves.push_back(std::move(move));
  }
  return moves;
}

Decision decision_on(const ObjectKey& key, Revision revision) {
  Decision decision;
  decision.reads.push_back({Read::Type::kObject, key});
  decision.revision = revision;
  decision.outcome.effect = Outcome::Effect::kUnchanged;
  decision.outcome.name = key.name;
  return decision;
}

void write(storage::Event event, Body body, const std::optional<Target>& target, const Stamp& stamp,
           Decision& decision) {
  event.time = stamp.now;
  event.type = target ? event.type : EventType::kAdded;
  if (target && event.type == EventType::kAdded) event.type = EventType::kModified;
  event.previous = target ? target->object.revision : Revision{};
  event.previous_labels = target ? target->object.labels : event.labels;
  event.previous_fields = target ? target->object.fields : event.fields;
  auto& outcome = decision.outcome;
  outcome.effect = !target                             ? Outcome::Effect::kCreated
                   : event.type == EventType::kDeleted ? Outcome::Effect::kDeleted
                                                       : Outcome::Effect::kUpdated;
  outcome.body = body;
  outcome.splice_at = storage::find_splice(*body);
  outcome.schema_id = event.schema_id;
  outcome.uid = event.uid;
  if (target) {
    decision.previous_in_batch = target->in_batch;
    decision.frame = target->frame;
    decision.frame_in_batch = target->frame_in_batch;
  }
  decision.event = storage::prepare_event(std::move(event), std::move(body), decision.frame);
}

Decision remove(const Restatement& restatement, const Kind* kind,
                const std::optional<Target>& target, const Stamp& stamp, Decision decision) {
  if (!target) return decision;
  auto event = event_of(restatement, kind, target->value);
  event.type = EventType::kDeleted;
  event.fields = target->object.fields;
  event.schema_id = target->object.schema_id;
  event.transitions.clear();
  write(std::move(event), std::make_shared<const std::string>(target->object.body), target, stamp,
        decision);
  return decision;
}

// The object as it shall be; nothing where there is nothing to change.
Result<std::optional<Value>> wanted_of(const Restatement& restatement, const Kind* kind,
                                       const std::optional<Target>& target) {
  auto after = parse_body(restatement.after);
  if (!after) return std::unexpected(std::move(after.error()));
  const bool appears = restatement.before == nullptr || restatement.is_exact;
  if (!target && !appears) return std::nullopt;
  if (target && appears) {
    const auto& key = restatement.event.key;
    if (uid_of(*after) != uid_of(target->value)) {
      return already_exists({restatement.event.group, key.resource, restatement.event.kind},
                            key.name, false);
    }
  }
  if (!target || appears) return std::move(*after);
  Value mine = target->value;
  forget_history_revision(mine);
  if (canonical_json(mine) == *restatement.before) return std::move(*after);
  auto before = parse_body(restatement.before);
  if (!before) return std::unexpected(std::move(before.error()));
  const auto* version = version_of(kind, *after);
  const auto* schema = version == nullptr ? nullptr : version->schema.get();
  return lay_over(schema, *before, *after, mine);
}

}  // namespace

void forget_history_revision(Value& object) {
  auto* metadata = find(object, "metadata");
  auto* annotations = metadata == nullptr ? nullptr : find(*metadata, "annotations");
  if (annotations == nullptr || !annotations->is_object()) return;
  annotations->as_object().erase(kHistoryRevision);
  if (annotations->as_object().empty()) metadata->as_object().erase("annotations");
}

Command restating(std::shared_ptr<const Restatement> restatement) {
  const auto& event = restatement->event;
  Command command;
  command.verb = Verb::kUpdate;
  command.group = event.group;
  command.version = event.version;
  command.plural = event.key.resource.substr(0, event.key.resource.find('.'));
  command.name_space = event.key.name_space;
  command.name = event.key.name;
  command.actor = event.actor;
  for (const auto& body : {restatement->before, restatement->after}) {
    if (body != nullptr) command.bytes += body->size();
  }
  command.restatement = std::move(restatement);
  return command;
}

Result<Decision> restate(const Command& command, const View& view, const Overlay* overlay,
                         const Stamp& stamp) {
  const auto& restatement = *command.restatement;
  const auto& key = restatement.event.key;
  auto decision = decision_on(key, view.revision());
  auto target = find_target(key, view, overlay);
  if (!target) return std::unexpected(std::move(target.error()));
  const auto* kind = view.catalog->find_resource(key.resource);
  if (restatement.after == nullptr) {
    return remove(restatement, kind, *target, stamp, std::move(decision));
  }
  auto wanted = wanted_of(restatement, kind, *target);
  if (!wanted) return std::unexpected(std::move(wanted.error()));
  if (!*wanted) return decision;
  auto& object = **wanted;
  auto event = event_of(restatement, kind, object);
  note_history_revision(object, restatement.event.revision);
  auto body = std::make_shared<const std::string>(canonical_json(object));
  if (*target && (*target)->object.body == *body) return decision;
  const auto* version = version_of(kind, object);
  const Value nothing = JsonObject{};
  if (!restatement.is_single && version != nullptr) {
    event.transitions = transitions_between(*version, *target ? (*target)->value : nothing, object);
  }
  write(std::move(event), std::move(body), *target, stamp, decision);
  return decision;
}

}  // namespace gatefold::engine
