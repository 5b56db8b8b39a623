// A small history with everything in it that verify has to prove, and what it says of one.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "storage/store.h"
#include "tests/storage/scratch.h"

namespace gatefold::test {

inline const std::string kThings = "things.example.org";
inline const std::string kLeases = "leases.example.org";  // whose records go
inline const std::string kNotes = "notes.example.org";    // whose bodies go

// Long enough that versions are stored against the first one.
std::string text(int version);

Revision write(storage::Store& store, const ObjectKey& key, const std::string& value,
               storage::EventType type = storage::EventType::kModified,
               const std::function<void(storage::Event&)>& change = {});

// 1 to 4: `a`, 5 to 7: `b`, that is deleted; 8 to 12: a lease, 13 to 16: a note; 17: `c`; 18: `a`.
void write_history(const std::filesystem::path& directory);

// An event tells that 2 and 3 were redacted; of the lease 8, its frame, is kept beside 12, and 9 to
// 11 are sealed; the contents of 14 and 15 are gone.
void drop_some(const std::filesystem::path& directory);

using Names = std::vector<std::string>;

// What verify finds, as `where revision` or `where first-last`, sorted; 0 where none is said.
Names named(const std::filesystem::path& directory);

}  // namespace gatefold::test
