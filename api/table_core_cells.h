// Cells that only one core kind has: what Kubernetes makes of several fields (R22.7).
#pragma once

#include <string>

#include "schema/kind.h"
#include "schema/value.h"

namespace gatefold::api {

// The text of such a cell, as Kubernetes 1.33 says it; fields of other types than the kind's count
// as absent. "" for computations that are not of one kind.
std::string core_cell_text(PrinterColumn::Compute compute, const Value& object);

}  // namespace gatefold::api
