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
// what was acknowledged; folds the derived rows anew where they are of another fold version,
// missing or `refold_wanted`. Reads no more than a few rows otherwise.
Result<Recovered> recover_state(const std::shared_ptr<Database>& database, bool read_only,
                                bool refold_wanted, const std::optional<Head>& acknowledged,
                                const Progress& progress);

// The channel that a directory which recover_state() has seen is used with: `wanted`, which is
// noted for the next time unless it is only read, or else what was noted.
Result<Channel> settle_channel(const Database& database, bool read_only,
                               std::optional<Channel> wanted);

// What recover_state() checks of the log. Where there is no log yet, all zeros.
Result<Head> prove_head(const Database& database, const std::optional<Head>& acknowledged);

// 16 hexadecimal digits by chance.
Result<std::string> new_incarnation();

std::string encode_head(const Head& head);

// Notes, on the disk, that the derived families are to be folded anew from the beginning.
Result<void> mark_for_refold(const Database& database);

// Drops the derived families and folds the log up to `head` anew, going on where an interrupted
// refold stopped.
Result<void> refold(const std::shared_ptr<Database>& database, const Head& head,
                    const Progress& progress);

}  // namespace gatefold::storage
