// The part of verify that looks at the rows of meta: what is kept of each resource, whose log it
// is. Included by .cc files only.
#pragma once

#include <set>
#include <string>

#include "storage/findings.h"
#include "storage/pin.h"
#include "storage/verify_log.h"

namespace gatefold::storage {

// The resources whose row of what was dropped can't be true: nothing is held against it.
std::set<std::string> doubt_kept(const Snapshot::Pin& pin, const Head& head,
                                 const KeptByResource& kept, Findings& findings);

// All else, of `doubted` resources only what is counted. `log` has run; `kept` is nullptr where it
// can't be read.
void prove_meta(const Snapshot::Pin& pin, const Head& head, const KeptByResource* kept,
                const std::set<std::string>& doubted, const LogProof& log, Findings& findings);

}  // namespace gatefold::storage
