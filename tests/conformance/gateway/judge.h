// What the engine says of an object: decoding and admission together, without a log.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "schema/kind.h"
#include "schema/value.h"

namespace gatefold::test {

struct Verdict {
  std::vector<std::string> errors;  // `field: body`, sorted
  std::vector<std::string> warnings;
  Value object;  // pruned and defaulted
  bool operator==(const Verdict&) const = default;
};

// A create, or an update of `old_object` where there is one, of all or of the subresource.
// `old_object` was decoded; apiVersion and kind are filled in.
Verdict judge(const Kind& kind, const KindVersion& version, Value object,
              const Value* old_object = nullptr, std::string_view subresource = "");

}  // namespace gatefold::test
