// Everything readable at one revision. Any thread. A Snapshot pins RocksDB's one: it is kept
// shorter than one request, and all of them are gone before the Store closes.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "schema/channel.h"
#include "schema/ids.h"
#include "schema/moment.h"
#include "schema/status.h"
#include "storage/event.h"
#include "storage/prepared_event.h"

namespace gatefold::storage {

struct Backup;  // storage/backup.h

struct Head {
  Revision revision;
  Chain chain{};
  Time time;
};

// An object's current version. Owns its content.
struct StoredObject {
  ObjectKey key;
  Revision revision;
  Uid uid;
  Labels labels;
  SelectableValues fields;
  std::vector<Uid> owner_uids;
  std::string schema_id;
  Revision frame_revision;
  std::uint32_t splice_at = 0;
  bool deleting = false;
  Time expiry;
  std::string body;
};

// A row during a scan: views that live until the visitor returns.
struct RowView {
  std::string_view name_space;
  std::string_view name;
  Revision revision;
  std::string_view schema_id;
  std::uint32_t splice_at = 0;
  std::string_view body;
  // Of a current row; null for an older version, whose selectable fields are in its body alone.
  const void* envelope = nullptr;

  Labels labels() const;
  SelectableValues fields() const;  // of a current row
};

// A version of an object in the past.
struct PastObject {
  ObjectKey key;
  Revision revision;
  EventType type = EventType::kAdded;
  std::string schema_id;
  std::uint32_t splice_at = 0;
  std::string body;
};

// A transition in the ledger.
struct LedgerEntry {
  Revision revision;
  Time time;
  ObjectKey key;
  Uid uid;
  Actor actor;
  Transition transition;
};

// How often a writer's writes were turned into nothing by a rule of the guard.
struct Sighting {
  ObjectKey key;
  std::string writer;  // user, field manager and user agent, joined by '|'
  std::string rule;
  std::uint64_t count = 0;
  Time first;
  Time last;
};

// An event as far as one needs it who goes through very many: views that live until the visitor
// returns.
struct EventOutline {
  Revision revision;
  EventType type = EventType::kAdded;
  std::string_view resource;
  std::string_view name_space;
  std::string_view name;
  std::string_view user;
  std::string_view user_agent;
  std::string_view field_manager;
  Revision previous;
};
// What is kept of a resource, and what was dropped of it. Revisions are 0 where nothing was.
struct Kept {
  Revision horizon;          // the state at it, and every event after it, can be read
  Revision records_done;     // retention of records has looked at all changes up to it
  Revision bodies_done;      // retention of bodies has
  std::uint64_t events = 0;  // records in the log
  std::uint64_t bytes = 0;   // of records and bodies, before RocksDB compresses them
  std::uint64_t dropped_events = 0;
  std::uint64_t dropped_bytes = 0;
  Revision last_dropped;  // every record after it is in the log

  friend bool operator==(const Kept&, const Kept&) = default;
};
using KeptByResource = std::map<std::string, Kept, std::less<>>;

// An object that names an owner, which need not be there.
struct Dependence {
  Uid owner;
  ObjectKey dependent;
};

// What proves that two logs are one up to a revision, and where it comes from.
struct Provenance {
  Chain chain{};                         // behind the event
  std::string incarnation;               // of the directory in which the event was committed first
  Channel channel = Channel::kStandard;  // of the directory that is read
  bool is_whole = true;                  // no event was dropped, no body, and no number passed over
};

class Snapshot {
 public:
  // Visitors return false to stop.
  using RowVisitor = std::function<bool(const RowView&)>;
  using EventVisitor = std::function<bool(const Event&)>;
  using VersionVisitor = std::function<bool(Revision, EventType)>;
  using OutlineVisitor = std::function<bool(const EventOutline&)>;
  using KeyVisitor = std::function<bool(const ObjectKey&)>;
  using DependenceVisitor = std::function<bool(const Dependence&)>;
  using LedgerVisitor = std::function<bool(const LedgerEntry&)>;
  using SightingVisitor = std::function<bool(const Sighting&)>;

  class Pin;  // RocksDB's side, storage/snapshot.cc and storage/store.cc only
  Snapshot(std::shared_ptr<const Pin> pin, Head head);
  ~Snapshot();
  Snapshot(const Snapshot&) = delete;
  Snapshot& operator=(const Snapshot&) = delete;

  // Of a Snapshot of the past the revision alone; read_head() has the rest.
  const Head& head() const { return head_; }
  // Whether there were later revisions when it was taken: it comes from at().
  bool is_past() const { return head_.revision < newest_; }

  // The same as of an earlier moment: all that it answers is as of then. What is kept of now alone
  // it refuses (the index), counts not (count()) or has none of (sightings). kBadRequest where
  // there is no such revision yet, or nothing had happened then; kExpired as check_given() says.
  Result<std::shared_ptr<const Snapshot>> at(const Moment& moment) const;

  // head(), whole. Where its event was dropped, time and chain are those of the last one before it
  // that is kept.
  Result<Head> read_head() const;
  // The last event at or before head() whose record is kept; nothing where there is none.
  Result<std::optional<Head>> last_kept() const;

  // The state as of head().
  Result<std::optional<StoredObject>> get(const ObjectKey& key) const;
  // The key frame of an object's current version, to prepare its next one.
  Result<Frame> frame_of(const StoredObject& object) const;
  // Rows of a resource in key order `<namespace>/<name>` as bytes (R14.2). An empty namespace: all
  // of them. `after` is the last key that is left out, empty for none.
  Result<void> scan(std::string_view resource, std::string_view name_space,
                    std::optional<ObjectKey> after, const RowVisitor& visit) const;
  // Number of rows of a resource now, not looking at more than `count_max`.
  Result<std::size_t> count(std::string_view resource, std::string_view name_space,
                            std::optional<ObjectKey> after, std::size_t count_max) const;

  // The state as of `revision`, not after head(). kExpired before the horizon of the resource, and
  // where a body was redacted.
  // The newest version at or before `revision`; nothing where the object did not exist.
  Result<std::optional<PastObject>> object_at(const ObjectKey& key, Revision revision) const;
  // Like scan().
  Result<void> scan_at(std::string_view resource, std::string_view name_space,
                       std::optional<ObjectKey> after, Revision revision,
                       const RowVisitor& visit) const;

  // The log. Ranges are (after, until]. What was dropped is kExpired where it is asked for by its
  // revision, and left out of ranges: who must see all of them asks horizon() first.
  Result<std::optional<Event>> event(Revision revision) const;
  Result<std::string> body(Revision revision) const;
  Result<void> events(Revision after, Revision until, const EventVisitor& visit) const;
  // The same, for a fraction of the cost. Trusts RocksDB's checksums, as scan() does.
  Result<void> outlines(Revision after, Revision until, const OutlineVisitor& visit) const;
  // Events of one resource, by the index: cost goes with what is visited.
  Result<void> changes(std::string_view resource, Revision after, Revision until,
                       const EventVisitor& visit) const;
  // Events of one object over all its lives, oldest first, by the index of versions: nothing but
  // these rows is read.
  Result<void> versions(const ObjectKey& key, Revision after, Revision until,
                        const VersionVisitor& visit) const;
  // The last revision that changed `resource`; 0: none did.
  Result<Revision> last_change(std::string_view resource) const;
  // Of an event up to the head, or of 0.
  Result<Provenance> provenance(Revision revision) const;
  // kExpired for a number that was never given in this directory, because it was passed over when
  // a backup was restored: who names it has seen another history.
  Result<void> check_given(Revision revision) const;
  // The oldest revision at which `resource` can be read: the state, and all events after it, but
  // for redacted ones. 0: everything is kept.
  Revision horizon(std::string_view resource) const;
  // The last event of `resource` that was dropped with its record: who did what and which
  // conditions moved can be read of all after it, also where bodies went alone. 0: there is none.
  Revision records_horizon(std::string_view resource) const;
  // The latest behind `after` of the resources that `is_meant` says true of, which is asked of
  // those alone that have one; `after` where there is none.
  Revision records_horizon(Revision after,
                           const std::function<bool(std::string_view)>& is_meant) const;
  // Of each resource that the log has or had something of.
  Result<KeptByResource> kept() const;

  // The ledger. Timeline of one object after a revision, oldest first; transitions of a namespace
  // by revision ("" is cluster-scoped).
  Result<void> timeline(const ObjectKey& key, const LedgerVisitor& visit,
                        Revision after = {}) const;
  // The same, newest first, over all that is kept; of one event in their order backwards.
  Result<void> timeline_backwards(const ObjectKey& key, const LedgerVisitor& visit) const;
  Result<void> transitions(std::string_view name_space, Revision after, Revision until,
                           const LedgerVisitor& visit) const;
  // Events that hold transitions of objects in a namespace, by the ledger.
  Result<void> moved(std::string_view name_space, Revision after, Revision until,
                     const EventVisitor& visit) const;
  Result<void> sightings(const ObjectKey& key, const SightingVisitor& visit) const;
  // Those of all objects behind `after`, by object.
  Result<void> sightings_after(const std::optional<ObjectKey>& after,
                               const SightingVisitor& visit) const;

  // The index, of now alone: kInternalError from a Snapshot of the past.
  // Objects with a deletionTimestamp, in the order of their keys; those after `after`.
  Result<void> deleting(const std::optional<ObjectKey>& after, const KeyVisitor& visit) const;
  // Objects that name the owner, in the order of their keys; those after `after`.
  Result<void> dependents(const Uid& owner, const std::optional<ObjectKey>& after,
                          const KeyVisitor& visit) const;
  // All objects that name owners, once for each owner, in the order of the owners; those after
  // `after`. Costs as much as there are such references.
  Result<void> dependences(const std::optional<Dependence>& after,
                           const DependenceVisitor& visit) const;
  // Objects whose expiry is at or before `now`, soonest first.
  Result<void> expired(Time now, const KeyVisitor& visit) const;

 private:
  friend class Verifier;  // storage/verify.cc
  friend Result<Backup> back_up(const Snapshot& snapshot, const std::filesystem::path& directory,
                                std::uint32_t keep, const std::stop_token& stop);
  Snapshot(std::shared_ptr<const Pin> pin, Head head, Revision newest);
  Result<std::optional<StoredObject>> past_object(const ObjectKey& key) const;
  Result<Revision> revision_at(Time time) const;

  std::shared_ptr<const Pin> pin_;
  Head head_;
  Revision newest_;  // that `pin_` shows
};

}  // namespace gatefold::storage
