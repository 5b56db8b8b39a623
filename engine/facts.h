// Fetching is split from deciding: what a command needs to know, gathered from a View, with a note
// of all that was read, so that the writer can tell whether it still holds.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/command.h"
#include "engine/core/service_pool.h"
#include "engine/guard/field_fights.h"
#include "engine/guard/guard.h"
#include "engine/policy/admission_policy.h"
#include "engine/view.h"
#include "storage/snapshot.h"

namespace gatefold::engine {

// Something that a decision rests on. Facts, not row revisions, for namespaces: labelling one
// restarts nobody, unless a policy looks at the write. Of Services: what any of them may have
// taken.
struct Read {
  enum class Type { kObject, kNamespace, kPolicies, kServices };
  Type type = Type::kObject;
  ObjectKey key;  // of kNamespace: the namespace's own key; of the last two: nothing
};

struct NamespaceFact {
  bool exists = false;
  bool terminating = false;
};

// The current version of an object with what is needed to write the next one.
struct Target {
  storage::StoredObject object;
  Value value;  // parsed body, without resourceVersion
  storage::Frame frame;
  // Where the version or its frame is an event of the batch that is being gathered.
  int in_batch = -1;
  int frame_in_batch = -1;
};

// A policy and a binding that may look at the write: labels and conditions are asked later.
struct BoundPolicy {
  AdmissionPolicyPtr policy;
  PolicyBindingPtr binding = nullptr;        // nullptr: `fault` is the policy's own
  std::string version;                       // of the kind, which the policy takes the write for
  std::string fault;                         // why it can't judge
  std::vector<std::optional<Value>> params;  // it judges once for each; nothing: null
};

// What is known of a token before anybody says what time it is and whom it has to be for.
struct TokenFacts {
  std::shared_ptr<const Value> claims;  // nullptr: it is not ours
  std::string fault;                    // why it is not ours, or which of its objects is gone
};

// What a review or a request for a token asks of the world.
struct ReviewFacts {
  const Tokens* tokens = nullptr;  // lives as long as the View
  TokenFacts token;                // of a TokenReview
  std::optional<Value> bound;      // of a TokenRequest: the object that it names
  std::optional<Value> node;       // where that pod is
};

struct Facts {
  std::string name;  // what the command is about
  const Kind* kind = nullptr;
  const KindVersion* version = nullptr;
  std::optional<Target> target;             // of create: the object that has the name already
  std::optional<Value> restored;            // of kRestore: the version, as the command's shows it
  std::optional<NamespaceFact> name_space;  // for creates of namespaced kinds
  std::vector<BoundPolicy> policies;
  std::optional<Value> policy_namespace;  // the namespace's object, where a policy may ask for it
  ServicePool services;                   // for what may take an address
  ReviewFacts review;
  GuardModes guard_modes = kOwnGuardModes;
  // What the ledger knows of the target's transitions, asked of the View where the guard needs it;
  // nothing for a new object. What is still in the batch is not in it. Not to be kept.
  Recall recall;
  // The same of the target's versions; empty where it is still in the batch, or shown in another
  // version than it is stored in. Not to be kept.
  RecallVersions recall_versions;
  std::vector<Read> reads;
  Revision revision;  // of the View
};

// The batch that is being gathered, numbered or not, on top of the View. Writer thread only.
class Overlay {
 public:
  struct Entry {
    int in_batch = -1;  // the place of the event
    const storage::PreparedEvent* prepared = nullptr;
    storage::Frame frame;  // what the prepared event was encoded against
    int frame_in_batch = -1;
  };
  // nullptr: the batch does not touch the object. Of several events on one object the last.
  const Entry* find(const ObjectKey& key) const;
  void put(Entry entry);
  const ChangedServices& services() const { return services_; }

 private:
  std::map<ObjectKey, Entry> entries_;
  ChangedServices services_;
};

// The object as it is, with what its next version needs; nothing where there is none.
Result<std::optional<Target>> find_target(const ObjectKey& key, const View& view,
                                          const Overlay* overlay);

// The target as the command's version shows it; there is one.
Value shown_target(const Facts& facts);

// The object as it is, parsed; nothing where there is none.
Result<std::optional<Value>> current_object(const ObjectKey& key, const View& view,
                                            const Overlay* overlay);

// `name` is what the command is about (a generated one for creates without a name). Fails where the
// kind or version is unknown (kNotFound) or the disk can't be read. `overlay` may be null.
Result<Facts> gather(const Command& command, const std::string& name, const View& view,
                     const Overlay* overlay, Time now);

}  // namespace gatefold::engine
