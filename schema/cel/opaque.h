// Values of Kubernetes' own types: what they hold, and what they have in common.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "schema/cel/val.h"
#include "schema/quantity.h"

namespace gatefold::cel {

// Texts live in the arena, or in the program for formats.
struct UrlVal {
  std::string_view scheme;
  std::string_view host;  // with brackets and port
  std::string_view hostname;
  std::string_view port;
  std::string_view escaped_path;
  std::string_view raw_query;
  std::string_view text;  // as Go writes it again
};

struct QuantityVal {
  Quantity quantity;
};

struct FormatVal {
  std::string_view key;   // `dns1123Label`, as format.named() takes it
  std::string_view name;  // `DNS1123Label`
  std::vector<std::string> (*check)(std::string_view text);  // complaints; none: it holds
  std::uint64_t pattern_size = 0;                            // what costs grow with
};

struct SemverVal {
  std::uint64_t major = 0;
  std::uint64_t minor = 0;
  std::uint64_t patch = 0;
  std::string_view prerelease;  // identifiers with dots between them; empty: none
  std::string_view build;
};

// Who asks: the request's user, or where it is named a service account.
struct AuthorizerVal {
  std::string_view service_account_namespace;
  std::string_view service_account_name;
};

struct PathCheckVal {
  AuthorizerVal authorizer;
  std::string_view path;
};

struct GroupCheckVal {
  AuthorizerVal authorizer;
  std::string_view group;
};

struct ResourceCheckVal {
  GroupCheckVal group_check;
  std::string_view resource;
  std::string_view subresource;
  std::string_view namespace_name;
  std::string_view name;
  std::string_view field_selector;
  std::string_view label_selector;
};

// What an authorizer said.
struct DecisionVal {
  bool is_allowed = false;
  std::string_view reason;
  std::string_view error;  // empty: none
};

// By precedence: build metadata does not count.
std::strong_ordering compare(const SemverVal& a, const SemverVal& b);

// Kubernetes' own: from kUrl on.
bool is_opaque(ValKind kind);

// The type as type() and error messages name it (k8s.io/apiserver/pkg/cel): `kubernetes.URL`,
// `net.IP`, `net.CIDR`, `kubernetes.Quantity`, `kubernetes.NamedFormat`, `kubernetes.Semver`,
// `kubernetes.authorization.Authorizer`, ... Empty for kinds that are not opaque.
std::string_view opaque_type_name(ValKind kind);

// Both are opaque; those of different kinds are unequal. URLs are equal when their texts are,
// quantities when their numbers are, formats when their names are, versions when neither precedes.
// Authorizers and their checks have no equality.
bool opaque_equal(const Val& a, const Val& b);

// The value as text: what string() makes of ip and cidr, and Go's String() of the others; of a
// format its name.
std::string opaque_text(const Val& value);

Val url_val(Arena& arena, const UrlVal& value);
Val ip_val(Arena& arena, const Address& value);
Val cidr_val(Arena& arena, const CidrVal& value);
Val quantity_val(Arena& arena, const Quantity& value);
Val format_val(const FormatVal& value);  // borrows
Val semver_val(Arena& arena, const SemverVal& value);
Val authorizer_val(Arena& arena, const AuthorizerVal& value);
Val path_check_val(Arena& arena, const PathCheckVal& value);
Val group_check_val(Arena& arena, const GroupCheckVal& value);
Val resource_check_val(Arena& arena, const ResourceCheckVal& value);
Val decision_val(Arena& arena, const DecisionVal& value);
Val variables_val(std::size_t visible);

}  // namespace gatefold::cel
