#include "engine/facts.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "engine/definitions.h"
#include "engine/gap.h"
#include "engine/policy_facts.h"
#include "engine/review_facts.h"
#include "engine/service_register.h"
#include "schema/convert.h"
#include "schema/json.h"

namespace gatefold::engine {
namespace {

// Stands for a revision that the writer will give: never read back.
constexpr Revision kPending{~std::uint64_t{0}};

Target target_in_batch(const Overlay::Entry& entry) {
  const auto& prepared = *entry.prepared;
  const auto& event = prepared.event;
  Target target;
  auto& object = target.object;
  object.key = event.key;
  object.revision = kPending;
  object.uid = event.uid;
  object.labels = event.labels;
  object.fields = event.fields;
  object.owner_uids = event.owner_uids;
  object.schema_id = event.schema_id;
  object.splice_at = prepared.splice_at;
  object.deleting = event.deleting;
  object.expiry = event.expiry;
  object.body = *prepared.body;
  target.in_batch = entry.in_batch;
  const bool is_frame = prepared.frame_revision.number == 0;
  target.frame = is_frame ? storage::Frame{kPending, prepared.body} : entry.frame;
  target.frame_in_batch = is_frame ? entry.in_batch : entry.frame_in_batch;
  return target;
}

Result<Value> parse_stored(const ObjectKey& key, std::string_view body) {
  auto parsed = parse_json(body);
  if (!parsed) return internal_error("stored object " + to_string(key) + " is no JSON");
  return std::move(parsed->value);
}

Result<NamespaceFact> find_namespace(const ObjectKey& key, const View& view,
                                     const Overlay* overlay) {
  if (const auto* entry = overlay == nullptr ? nullptr : overlay->find(key)) {
    const auto& event = entry->prepared->event;
    return NamespaceFact{event.type != storage::EventType::kDeleted, event.deleting};
  }
  auto object = view.snapshot->get(key);
  if (!object) return std::unexpected(std::move(object.error()));
  if (!*object) return NamespaceFact{};
  return NamespaceFact{true, (*object)->deleting};
}

// A memory that can't be read any more is a short one.
GuardMemory recall_transitions(const storage::Snapshot& snapshot, const ObjectKey& key,
                               const Uid& uid) {
  GuardMemory memory;
  const auto visit = [&](const storage::LedgerEntry& entry) {
    if (entry.uid != uid || memory.size() >= kMemoryTransitionsMax) return false;
    memory.push_back({entry.transition.path, entry.transition.type, entry.transition.new_status,
                      entry.actor, entry.time, entry.revision});
    return true;
  };
  if (auto read = snapshot.timeline_backwards(key, visit); !read) {
    spdlog::debug("the ledger of {} ends early: {}", to_string(key), read.error().message);
  }
  return memory;
}

// As they are kept, from `newest` on.
void recall_versions(const storage::Snapshot& snapshot, const ObjectKey& key, const Uid& uid,
                     Revision newest, const std::function<bool(const PastVersion&)>& visit) {
  for (auto revision = newest; revision.number != 0;) {
    const auto event = snapshot.event(revision);
    if (!event || !*event || (*event)->uid != uid) return;
    const auto body = snapshot.body(revision);
    if (!body) return;
    auto object = parse_stored(key, *body);
    if (!object) return;
    const auto& its = **event;
    if (!visit({std::move(*object), its.actor, its.time, !its.transitions.empty()})) return;
    revision = its.previous;
  }
}

void gather_guard(const Command& command, const View& view, Facts& facts) {
  if (!command.is_own && !command.bypasses_policies) {
    static const GuardSettings kInitial;
    const auto& settings = view.guard == nullptr ? kInitial : *view.guard;
    facts.guard_modes = settings.modes(facts.kind->stored_kind().resource);
  }
  if (!facts.target) return;
  facts.recall = [&snapshot = *view.snapshot, key = facts.target->object.key,
                  uid = facts.target->object.uid] {
    return recall_transitions(snapshot, key, uid);
  };
  const auto& target = *facts.target;
  if (target.in_batch >= 0 || facts.version->schema_id != target.object.schema_id) return;
  facts.recall_versions =
      [&snapshot = *view.snapshot, key = target.object.key, uid = target.object.uid,
       newest = target.object.revision](const std::function<bool(const PastVersion&)>& visit) {
        recall_versions(snapshot, key, uid, newest, visit);
      };
}

}  // namespace

Result<std::optional<Target>> find_target(const ObjectKey& key, const View& view,
                                          const Overlay* overlay) {
  std::optional<Target> target;
  const auto* entry = overlay == nullptr ? nullptr : overlay->find(key);
  if (entry != nullptr) {
    if (entry->prepared->event.type == storage::EventType::kDeleted) return std::nullopt;
    target = target_in_batch(*entry);
  } else {
    auto object = view.snapshot->get(key);
    if (!object) return std::unexpected(std::move(object.error()));
    if (!*object) return std::nullopt;
    auto frame = view.snapshot->frame_of(**object);
    if (!frame) return std::unexpected(std::move(frame.error()));
    target = Target{};
    target->object = std::move(**object);
    target->frame = std::move(*frame);
  }
  auto parsed = parse_stored(key, target->object.body);
  if (!parsed) return std::unexpected(std::move(parsed.error()));
  target->value = std::move(*parsed);
  return target;
}

const Overlay::Entry* Overlay::find(const ObjectKey& key) const {
  const auto it = entries_.find(key);
  return it == entries_.end() ? nullptr : &it->second;
}

void Overlay::put(Entry entry) {
  const auto& event = entry.prepared->event;
  auto key = event.key;
  if (key.resource == kServices) {
    services_.insert_or_assign(event.uid, holdings_after(event, *entry.prepared->body));
  }
  entries_.insert_or_assign(std::move(key), std::move(entry));
}

Value shown_target(const Facts& facts) {
  Value object = facts.target->value;
  if (facts.version->schema_id != facts.target->object.schema_id) {
    convert_object(*facts.kind, *facts.version, object);
  }
  return object;
}

Result<std::optional<Value>> current_object(const ObjectKey& key, const View& view,
                                            const Overlay* overlay) {
  if (const auto* entry = overlay == nullptr ? nullptr : overlay->find(key)) {
    if (entry->prepared->event.type == storage::EventType::kDeleted) return std::nullopt;
    return parse_stored(key, *entry->prepared->body);
  }
  auto object = view.snapshot->get(key);
  if (!object) return std::unexpected(std::move(object.error()));
  if (!*object) return std::nullopt;
  return parse_stored(key, (*object)->body);
}

namespace {

// The version that a rollback goes back to. It does not change any more, so that it is no read.
Result<Value> find_restored(const Facts& facts, const ObjectKey& key, Revision revision,
                            const View& view) {
  if (revision > view.revision()) {
    return invalid(kRollback, key.name,
                   {invalid_value("revision", Value(static_cast<std::int64_t>(revision.number)),
                                  fmt::format("the last revision is {}", view.revision().number),
                                  "rollback")});
  }
  auto past = view.snapshot->object_at(key, revision);
  if (!past) return std::unexpected(std::move(past.error()));
  if (!*past) {
    auto missing = not_found(facts.kind->resource_name(), key.name);
    missing.error().message += fmt::format(" at revision {}", revision.number);
    return missing;
  }
  const auto event = view.snapshot->event((*past)->revision);
  if (!event) return std::unexpected(event.error());
  if (const auto gap = *event ? body_gap(**event) : std::string_view(); !gap.empty()) {
    return failure(Reason::kExpired, fmt::format("the content of revision {} is not known: {}",
                                                 (*past)->revision.number, gap));
  }
  auto value = parse_stored(key, (*past)->body);
  if (value && facts.version->schema_id != (*past)->schema_id) {
    convert_object(*facts.kind, *facts.version, *value);
  }
  return value;
}

}  // namespace

Result<Facts> gather(const Command& command, const std::string& name, const View& view,
                     const Overlay* overlay, Time now) {
  Facts facts;
  facts.name = name;
  facts.revision = view.revision();
  facts.kind = view.catalog->find(command.group, command.plural);
  if (facts.kind != nullptr) facts.version = facts.kind->version(command.version);
  if (facts.version == nullptr || !facts.version->served) {
    return failure(Reason::kNotFound, "the server could not find the requested resource");
  }
  const auto& kind = *facts.kind;
  if (!kind.core) {
    facts.reads.push_back({Read::Type::kObject, {std::string(kDefinitions), "", kind.resource}});
  }
  if (kind.is_review) {
    if (auto gathered = gather_review(command, view, overlay, now, facts); !gathered)
      return std::unexpected(std::move(gathered.error()));
    return facts;
  }
  const ObjectKey key{kind.resource, kind.namespaced() ? command.name_space : "", name};
  if (!name.empty()) {
    auto target = find_target(key, view, overlay);
    if (!target) return std::unexpected(std::move(target.error()));
    facts.target = std::move(*target);
    facts.reads.push_back({Read::Type::kObject, key});
  }
  if (command.rolls_back() && facts.target) {
    auto restored = find_restored(facts, key, command.restores, view);
    if (!restored) return std::unexpected(std::move(restored.error()));
    facts.restored = std::move(*restored);
  }
  if (command.subresource == kTokenPart) {
    if (auto gathered = gather_token_request(command, view, overlay, facts); !gathered)
      return std::unexpected(std::move(gathered.error()));
  }
  const bool may_create = is_creation(command) || command.applies() ||
                          (command.verb == Verb::kUpdate && kind.create_on_update);
  if (may_create && kind.namespaced()) {
    const ObjectKey name_space{"namespaces", "", command.name_space};
    auto fact = find_namespace(name_space, view, overlay);
    if (!fact) return std::unexpected(std::move(fact.error()));
    facts.name_space = *fact;
    facts.reads.push_back({Read::Type::kNamespace, name_space});
  }
  if (kind.resource == kServices && command.verb != Verb::kDelete && command.subresource.empty()) {
    facts.services =
        ServicePool(view.services, overlay == nullptr ? nullptr : &overlay->services(),
                    facts.target ? holdings_of(facts.target->value) : ServiceHoldings{});
    facts.reads.push_back({Read::Type::kServices, {}});
  }
  gather_guard(command, view, facts);
  if (auto gathered = gather_policies(command, view, overlay, facts); !gathered) {
    return std::unexpected(std::move(gathered.error()));
  }
  return facts;
}

}  // namespace gatefold::engine
