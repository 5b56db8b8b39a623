// What calls cost at least and at most, function by function (cel-go/checker/cost.go;
// k8s.io/apiserver pkg/cel/library/cost.go).
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "schema/cel/declared_size.h"
#include "schema/cel/estimated.h"
#include "schema/cel/function.h"

namespace gatefold::cel {

struct CallSite {
  std::string_view function;
  const Overload* overload = nullptr;  // nullptr: one of the logical operators
  // Their sizes and entries are those of the moment at which they were walked.
  const Estimated* target = nullptr;  // nullptr: no method
  std::span<const Estimated> arguments;
  DeclaredSizes* sizes = nullptr;
};

struct CallEstimate {
  Range cost;                 // with the arguments', without the target's
  std::optional<Range> size;  // of the result
  std::optional<Entries> entries = std::nullopt;
};

CallEstimate estimate_call(const CallSite& site);

// What `sizes` say of a path, variable first; nothing where it leads nowhere.
std::optional<Range> declared_size(DeclaredSizes& sizes, std::span<const std::string_view> steps);

}  // namespace gatefold::cel
