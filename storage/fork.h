// A new directory that shares the past of another and goes its own way from there.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "schema/moment.h"
#include "schema/status.h"
#include "storage/snapshot.h"

namespace gatefold::storage {

struct Fork {
  Head head;                         // of the new directory
  Revision as_of;                    // the moment's; later than `head` where its event was dropped
  std::uint64_t undone = 0;          // later events of the old one, which it does not have
  std::vector<std::string> lacking;  // resources of which something was dropped since
};

using MayLack = std::function<bool(std::string_view)>;  // of a resource

// The resources whose state at the revision is not known whole; kExpired where one of them may not
// be lacking.
Result<std::vector<std::string>> lacking_at(const KeptByResource& kept, Revision revision,
                                            const MayLack& may_lack);

// Makes `target` the directory that `source` was at the moment: the same log with the same chain up
// to there, another incarnation, no sightings, and no key for tokens until a server makes one.
// RocksDB's files are hard links where the file system has them. Costs as much as what is undone,
// or as what stays where that is less. `source` is only read, and no process may write it
// meanwhile; `target` must be empty or absent. It is made beside, as `<target>.unfinished`, and
// renamed when it is whole: one that is there already is refused. `progress`: events done, of all.
// Where the moment's own event was dropped the log ends with the last one before it that is kept.
// kExpired where a resource was trimmed beyond the moment, or content of then is gone, unless
// `may_lack` says that the fork may do without: then it has those of its objects that have not
// changed since, and others where all is kept of what they were.
Result<Fork> fork(const std::filesystem::path& source, const Moment& moment,
                  const std::filesystem::path& target,
                  const std::function<void(std::uint64_t, std::uint64_t)>& progress,
                  const MayLack& may_lack = {});

}  // namespace gatefold::storage
