// Parts of a CustomResourceDefinition as Go's %#v shows them in errors. Pointers to something show
// an address there, which stands for nothing; here it is always the same.
#pragma once

#include <span>
#include <string>

#include "schema/value.h"

namespace gatefold {

// An entry of x-kubernetes-validations.
std::string go_rule(const Value& rule);
// A schema, all that is below it included.
std::string go_schema(const Value& schema);

// Which members of the versions are the same everywhere: Kubernetes shows those with none of them.
struct SharedMembers {
  bool schema = false;
  bool subresources = false;
  bool columns = false;
  bool selectable_fields = false;
};
// spec.versions; nullptr: there is none.
std::string go_versions(const Value* versions, const SharedMembers& shared);

// `[]string{"v1"}`; nullptr: there is none.
std::string go_strings(const Value* texts);

}  // namespace gatefold
