// What Kubernetes says of an object that is known to fail, put together from the text of the
// definition (R19.18, R19.19, R19.28): nothing here asks our own validation.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "tests/conformance/gateway/table.h"

namespace gatefold::test {

struct Expected {
  std::vector<std::string> errors;  // sorted
  std::set<Site> sites;
};

// `sites` are the schema's, `object` is the refusal's. What the schema doesn't say, as that of
// another channel or version may not, is not expected; nothing where it says none of it.
std::optional<Expected> expected_errors(const Refusal& refusal, const Value& schema,
                                        const std::set<Site>& sites, const Value& object);

// Whether a refusal is of the status, which only writes to the subresource can change.
bool is_of_status(const Refusal& refusal);

}  // namespace gatefold::test
