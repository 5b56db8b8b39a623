// How much is kept of each resource. Included by .cc files and tests only.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "schema/status.h"
#include "storage/database.h"
#include "storage/snapshot.h"

namespace gatefold::storage {

// How far back a resource can be read: as Snapshot has them.
struct Horizon {
  Revision state;
  Revision records;
};
// Of the resources where one of them is not 0.
using Horizons = std::map<std::string, Horizon, std::less<>>;
using HorizonsPtr = std::shared_ptr<const Horizons>;

std::string encode_kept(const Kept& kept);
Result<KeptByResource> read_kept(const Database& database, const rocksdb::Snapshot* snapshot);
HorizonsPtr horizons_of(const KeptByResource& kept);

// Counts what log and bodies hold of each resource, for directories of format 1 and copies that
// were cut: `events` and `bytes` are set, the rest stays. One walk over the log.
Result<void> count_kept(const Database& database);

// Events in the log.
std::uint64_t events_in(const KeptByResource& kept);

// What is kept of a log that is about to be cut behind `then`; answers how many events go.
Result<std::uint64_t> cut_kept(const Database& database, Revision then);

}  // namespace gatefold::storage
