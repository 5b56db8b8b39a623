// The one place where RocksDB's statuses become ours.
#pragma once

#include <string_view>

#include "schema/status.h"

namespace rocksdb {
class Status;
}

namespace gatefold::storage {

// kInternalError with a message that starts "corruption:".
std::unexpected<Status> corruption(std::string_view what);
// Of a status that is not ok. Damage starts "corruption:", everything else names the disk's words.
std::unexpected<Status> disk_failure(const rocksdb::Status& status);
Result<void> check(const rocksdb::Status& status);
// kServiceUnavailable: of derived rows that are not there, or of another fold version.
std::unexpected<Status> not_folded();

}  // namespace gatefold::storage
