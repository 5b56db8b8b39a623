// The part of verify that looks at files instead of rows. Included by .cc files only.
#pragma once

#include <filesystem>

#include "storage/database.h"
#include "storage/findings.h"

namespace gatefold::storage {

// What lies beside the database: the last acknowledged commit, the key for tokens. Whether that
// commit is known.
bool prove_small_files(const std::filesystem::path& directory, Findings& findings);

// The tables of an open database, byte by byte where their checksum is known; those that a finding
// names already are passed over. Reads each once.
void prove_tables(const Database& database, const Head& head, Findings& findings);

// Each file of a directory by itself, where RocksDB can't open them together.
void prove_closed_files(const std::filesystem::path& directory, Findings& findings);

}  // namespace gatefold::storage
