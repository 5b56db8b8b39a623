// What a client wants to happen, as a value: the request after HTTP is gone.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "schema/access.h"
#include "schema/ids.h"
#include "schema/kind.h"
#include "schema/value.h"
#include "storage/event.h"
#include "storage/prepared_event.h"

namespace gatefold::engine {

using storage::Actor;
using storage::Body;

struct Restatement;

enum class Verb { kCreate, kUpdate, kPatch, kDelete };
// kRestore is a patch that no client writes out: what is neither metadata nor status becomes what
// it was at Command::restores.
enum class PatchType { kJson, kMerge, kStrategicMerge, kApply, kRestore };
enum class FieldValidation { kIgnore, kWarn, kStrict };
enum class Propagation { kDefault, kBackground, kForeground, kOrphan };

struct DeleteOptions {
  std::optional<std::string> uid;               // precondition
  std::optional<std::string> resource_version;  // precondition
  Propagation propagation = Propagation::kDefault;
  std::optional<bool> orphan_dependents;  // the older way to say it
  // The object's time is up: finalizers are not asked, as with the end of a lease. Never a
  // client's.
  bool expired = false;
};

// Names the kind as the client did; it is looked up in the View that decides.
struct Command {
  Verb verb = Verb::kCreate;
  std::string group;
  std::string version;
  std::string plural;
  std::string name_space;  // of the URL
  std::string name;        // of the URL; empty for create, but of a subresource
  // "", "status", "finalize"; "scale", "token": then the body is a Scale, a TokenRequest.
  std::string subresource;

  Value body;                           // the object, or the patch
  std::vector<std::string> duplicates;  // what strict decoding says of members that stood twice
  PatchType patch_type = PatchType::kMerge;
  bool force = false;  // of kApply: takes what others own (R17.7)
  Revision restores;   // of kRestore; the body may state a metadata.resourceVersion
  FieldValidation field_validation = FieldValidation::kWarn;
  bool dry_run = false;
  bool bypasses_policies = false;  // of what the server does by itself: seeds, what expires
  bool is_own = false;             // of one of the server's controllers: it is told of nothing
  DeleteOptions delete_options;
  Actor actor;
  UserPtr user;           // who asks; nullptr: whoever actor.user names
  std::size_t bytes = 0;  // of the request, for the queue's bound
  // An event of a history that is replayed: the object that the command names is all that counts
  // beside it (engine/replay/restate.h). Never a client's.
  std::shared_ptr<const Restatement> restatement;

  bool applies() const { return verb == Verb::kPatch && patch_type == PatchType::kApply; }
  bool rolls_back() const { return verb == Verb::kPatch && patch_type == PatchType::kRestore; }
};

// Who rolls back writes a Rollback; the event notes which revision it was.
inline const ResourceName kRollback{"history.gatefold.dev", "rollbacks", "Rollback"};
inline constexpr std::string_view kRestoredRevision = "history.gatefold.dev/restored-revision";

// The subresource of service accounts that gives out tokens.
inline constexpr std::string_view kTokenPart = "token";

// Whether the command asks for an object that is not there yet: not for a token of one that is.
inline bool is_creation(const Command& command) {
  return command.verb == Verb::kCreate && command.subresource.empty();
}

// Who asks, with all that is known of them.
inline User user_of(const Command& command) {
  return command.user != nullptr ? *command.user : user_named(command.actor.user);
}

// What became of a command. `body` is the stored form; engine/read.h renders it.
struct Outcome {
  enum class Effect { kCreated, kUpdated, kUnchanged, kDeleted, kDeletionPending };
  Effect effect = Effect::kUpdated;
  Body body;
  std::uint32_t splice_at = 0;
  Revision revision;  // 0: none is shown (a dry-run create)
  std::string schema_id;
  Uid uid;
  std::string name;
  std::vector<std::string> warnings;  // texts for the Warning header
};

}  // namespace gatefold::engine
