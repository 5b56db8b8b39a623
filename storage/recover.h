// What holds when a directory has been opened: proof before the first answer. Included by .cc files
// only.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "schema/channel.h"
#include "storage/database.h"
#include "storage/snapshot.h"

namespace gatefold::storage {

using Progress = std::function<void(std::uint64_t, std::uint64_t)>;

struct Recovered {
  Head head;
  std::string incarnation;
};

// Makes an empty directory ours; checks that the log ends where `meta` says it ended, and holds
// what was acknowledged; folds the derived rows anew, or goes on with it, where drop_derived() or
// undo() noted that. Reads no more than a few rows otherwise.
Result<Recovered> recover_state(const std::shared_ptr<Database>& database, bool read_only,
                                const std::optional<Head>& acknowledged, const Progress& progress);

// The channel that a directory which recover_state() has seen is used with: `wanted`, which is
// noted for the next time unless it is only read, or else what was noted.
Result<Channel> settle_channel(const Database& database, bool read_only,
                               std::optional<Channel> wanted);

// What recover_state() checks of the log. Where there is no log yet, all zeros.
Result<Head> prove_head(const Database& database, const std::optional<Head>& acknowledged);

// What `meta` says of it, whether the log bears it out or not; nothing where that can't be read.
std::optional<Head> told_head(const Database& database);

// False: creating the directory was broken off. What has a later format, or lacks the log or its
// incarnation, is refused.
Result<bool> check_truth(const Database& database);

// 16 hexadecimal digits by chance.
Result<std::string> new_incarnation();

std::string encode_head(const Head& head);

// Notes, on the disk, that the derived families are to be folded anew from the beginning.
Result<void> mark_for_refold(const Database& database);

// Whether a refold was broken off that goes on with what it has folded.
Result<bool> goes_on_folding(const Database& database);

// Whether a refold is due that does not: the derived rows are of another fold version, a family is
// missing, or that is noted.
Result<bool> begins_refold(const Database& database);

// Whether the log of a directory that is not open can be folded: reads log and bodies through, and
// the files of all that is not derived. What is damaged is an error that starts "corruption:" and
// names it with its revisions. False: creating the directory was broken off.
Result<bool> prove_truth(const Location& location, const std::optional<Head>& acknowledged,
                         const Progress& progress);

// Drops the derived families of a directory that is not open, whatever is in their files, and notes
// that the log is to be folded anew. Calls prove_truth() before, and changes nothing where that
// fails.
Result<void> drop_derived(const Location& location, const std::optional<Head>& acknowledged,
                          const Progress& progress);

// Empties the derived families and folds the log up to `head` into them, going on where an
// interrupted refold stopped.
Result<void> refold(const std::shared_ptr<Database>& database, const Head& head,
                    const Progress& progress);

}  // namespace gatefold::storage
