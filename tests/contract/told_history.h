// What a history has to be, by what its writers were told: a model of the log that has no log. It
// knows each change by the answer to the write (or, of what the server does by itself, by what a
// watcher heard), and which limits were set to what is kept. It works with plain maps and shares no
// code with what reads the past.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "schema/ids.h"
#include "schema/time.h"
#include "schema/value.h"
#include "storage/event.h"
#include "tests/support/door.h"

namespace gatefold::test {

inline const Resource kToldDefinitions{"apiextensions.k8s.io", "v1", "customresourcedefinitions",
                                       false};
inline const Resource kToldLamps{"light.example.com", "v1", "lamps"};
inline const ObjectKey kLampsDefinition{"customresourcedefinitions.apiextensions.k8s.io", "",
                                        "lamps.light.example.com"};

// As in `gateways.gateway.networking.k8s.io`.
std::string resource_name(const Resource& resource);

struct ToldChange {
  Revision revision;
  Time time;
  storage::EventType type = storage::EventType::kAdded;
  ObjectKey key;
  std::string manager;  // empty: the server's own
  Value object;         // with its resourceVersion
};

// What has to be seen of a resource, or of one name in it, as of a revision.
struct Expected {
  bool is_served = false;    // else 404
  bool is_gone = false;      // 410 has to be the answer
  bool may_be_gone = false;  // 410 may be the answer; where it is not, the objects are
  std::vector<std::pair<ObjectKey, std::string>> objects;  // canonical JSON, in the order of keys
};

// A transition as one line: revision, object, list, type, from, to, why, who.
struct ToldTransition {
  Revision revision;
  std::string resource;
  std::string name_space;
  std::string line;
};
std::string transition_line(Revision revision, const ObjectKey& key,
                            const storage::Transition& transition, std::string_view manager);

// What is kept of a resource; either a count of versions of each object or an age.
struct ToldLimit {
  std::string resource;
  std::uint64_t count = 0;
  std::int64_t age_ns = 0;
  bool is_of_bodies = false;
};

class ToldHistory {
 public:
  // Changes of one object in their order; each revision is told once.
  void tell(ToldChange change);
  // An event of a resource that is not served.
  void tell_unserved(Revision revision) { unserved_.insert(revision); }

  Revision head() const;
  // Whether each revision up to the head was told.
  bool is_whole() const;
  const ToldChange* change(Revision revision) const;
  const std::map<std::uint64_t, ToldChange>& changes() const { return changes_; }
  // The last change up to a revision; nullptr where the object is not there then.
  const ToldChange* object(const ObjectKey& key, Revision at) const;
  // All keys of a resource that ever were.
  std::vector<ObjectKey> keys(const Resource& resource) const;

  // Whether the kind is served, by the definitions as of a revision.
  bool serves(const Resource& resource, Revision at) const;
  // The objects as of `at`, as the kind of `shown_as_of` shows them. An empty name: all.
  Expected expected(const Resource& resource, Revision at, Revision shown_as_of,
                    const ObjectKey* only = nullptr) const;
  std::vector<ToldTransition> transitions(Revision until) const;

  // A limit that was enforced at a time, while nothing was written.
  void limit(const ToldLimit& limit, Time now);
  void redact(Revision revision) { redacted_.insert(revision); }
  // Whether a limit let go of the record, or of the content. Each object may keep one of those that
  // were let go of for what is stored against it: its key frame.
  bool may_lack_record(Revision revision) const { return without_record_.contains(revision); }
  bool may_lack_body(Revision revision) const;
  bool is_redacted(Revision revision) const { return redacted_.contains(revision); }
  // From here on all resources are kept whole, but for what is redacted; 0: from the beginning.
  Revision kept_from() const;
  // From here on nothing is redacted, either.
  Revision whole_from() const;
  // Before it something of some resource is gone for sure; 0: nothing is.
  Revision gone_before() const;
  // All records after it are there.
  Revision records_from() const;

 private:
  // The oldest readable revision is between them: which of an object's versions are key frames is
  // storage's own affair, and one such may be all that was let go of.
  struct Horizon {
    Revision least;
    Revision most;
  };
  using Versions = std::map<std::uint64_t, const ToldChange*>;

  void limit_count(const ToldLimit& limit, const Versions& versions);
  void limit_age(const ToldLimit& limit, const Versions& versions, Time until);
  void let_go(const ToldLimit& limit, Revision revision);
  Value shown(const ToldChange& change, Revision shown_as_of) const;

  std::map<std::uint64_t, ToldChange> changes_;
  std::map<std::string, std::map<ObjectKey, Versions>> objects_;  // by resource
  std::map<std::uint64_t, std::vector<ToldTransition>> transitions_;
  std::map<std::string, Horizon> horizons_;
  std::set<Revision> unserved_;
  std::set<Revision> without_record_;
  std::set<Revision> without_body_;
  std::set<Revision> redacted_;
};

}  // namespace gatefold::test
