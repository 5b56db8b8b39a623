// What values of Kubernetes' own types have in common: names, equality, text.
#pragma once

#include <string>
#include <string_view>

#include "schema/cel/val.h"

namespace gatefold::cel {

// kUrl, kIp, kCidr, kQuantity, kFormat and kSemver.
bool is_opaque(ValKind kind);

// The type as type() and error messages name it (k8s.io/apiserver/pkg/cel): `kubernetes.URL`,
// `net.IP`, `net.CIDR`, `kubernetes.Quantity`, `kubernetes.NamedFormat`, `kubernetes.Semver`. Empty
// for kinds that are not opaque.
std::string_view opaque_type_name(ValKind kind);
std::string_view opaque_type_name(const Val& value);

// Both are opaque; those of different kinds are unequal. URLs are equal when their texts are,
// quantities when their numbers are, formats when their names are, versions by precedence (build
// metadata does not count).
bool opaque_equal(const Val& a, const Val& b);

// The value as text: what string() makes of ip and cidr, and Go's String() of the others; of a
// format its name.
std::string opaque_text(const Val& value);

}  // namespace gatefold::cel
