// The key that signs service accounts' tokens: made once, and kept beside the log so that tokens
// outlive a restart.
#pragma once

#include <filesystem>

#include "schema/jwt.h"
#include "schema/status.h"

namespace gatefold::storage {

// A new one; by chance.
SigningKeyPtr new_signing_key();

std::filesystem::path signing_key_path(const std::filesystem::path& directory);

// The one in the file `service-account.key` of the directory, PEM with mode 0600. A missing file is
// made: written beside, synced, and renamed, so that it is there whole or not at all. One that
// can't be read, or is no key, is kInternalError with its path: nothing is written over it. While
// the directory's lock is held. `read_only`: a missing file stays so, and the key is a new one.
Result<SigningKeyPtr> kept_signing_key(const std::filesystem::path& directory,
                                       bool read_only = false);

}  // namespace gatefold::storage
