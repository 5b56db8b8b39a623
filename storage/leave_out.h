// Leaving objects out of a log that it can't tell whole. Included by .cc files only.
#pragma once

#include <memory>
#include <string>

#include "schema/status.h"
#include "storage/database.h"
#include "storage/snapshot.h"

namespace gatefold::storage {

// Drops the records of those objects of the resource that have changed since `then`, and of which
// nobody can tell any more what they were at that time: a version in between went with its record,
// or the content is gone. Of each goes the life that it had then; those that had ended stay. False:
// there was none. Not atomic: what is broken off is of no use.
Result<bool> leave_out(const std::shared_ptr<Database>& database, const std::string& resource,
                       const Head& now, Revision then);

}  // namespace gatefold::storage
