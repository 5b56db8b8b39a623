// Where a schema can refuse an object: each rule and each limit at each place.
#pragma once

#include <set>
#include <string>
#include <utility>

#include "schema/value.h"

namespace gatefold::test {

// A place in a schema (`spec.listeners[].port`), and the limit's keyword or the rule's message.
using Site = std::pair<std::string, std::string>;

// Not among them, since nothing can fail there: minLength 0, required members that have a default,
// formats that Kubernetes doesn't enforce, and what stands within oneOf (a site itself). Keys of a
// list of type map and the items of one of type set are the limit `duplicate`.
std::set<Site> sites_of(const Value& schema);

}  // namespace gatefold::test
