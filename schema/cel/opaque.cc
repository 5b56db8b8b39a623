#include "schema/cel/opaque.h"

#include <fmt/format.h>

#include "schema/cel/address_text.h"

namespace gatefold::cel {
namespace {

Val val_of_kind(ValKind kind) {
  Val out;
  out.kind = kind;
  return out;
}

std::string version_text(const SemverVal& version) {
  auto out = fmt::format("{}.{}.{}", version.major, version.minor, version.patch);
  if (!version.prerelease.empty()) out += fmt::format("-{}", version.prerelease);
  if (!version.build.empty()) out += fmt::format("+{}", version.build);
  return out;
}

}  // namespace

bool is_opaque(ValKind kind) {
  return !opaque_type_name(kind).empty();
}

std::string_view opaque_type_name(ValKind kind) {
  switch (kind) {
    case ValKind::kUrl:
      return "kubernetes.URL";
    case ValKind::kIp:
      return "net.IP";
    case ValKind::kCidr:
      return "net.CIDR";
    case ValKind::kQuantity:
      return "kubernetes.Quantity";
    case ValKind::kFormat:
      return "kubernetes.NamedFormat";
    case ValKind::kSemver:
      return "kubernetes.Semver";
    case ValKind::kAuthorizer:
      return "kubernetes.authorization.Authorizer";
    case ValKind::kPathCheck:
      return "kubernetes.authorization.PathCheck";
    case ValKind::kGroupCheck:
      return "kubernetes.authorization.GroupCheck";
    case ValKind::kResourceCheck:
      return "kubernetes.authorization.ResourceCheck";
    case ValKind::kDecision:
      return "kubernetes.authorization.Decision";
    case ValKind::kVariables:
      return "kubernetes.variables";
    default:
      return "";
  }
}

bool opaque_equal(const Val& a, const Val& b) {
  if (a.kind != b.kind) return false;
  switch (a.kind) {
    case ValKind::kUrl:
      return a.url->text == b.url->text;
    case ValKind::kIp:
      return a.ip->address.bytes == b.ip->address.bytes;
    case ValKind::kCidr:
      return a.cidr->address.bytes == b.cidr->address.bytes && a.cidr->bits == b.cidr->bits;
    case ValKind::kQuantity:
      return a.quantity->quantity == b.quantity->quantity;
    case ValKind::kFormat:
      return a.format->name == b.format->name;
    case ValKind::kSemver:
      return compare(*a.semver, *b.semver) == 0;
    case ValKind::kVariables:
      return true;
    default:
      return false;
  }
}

std::string opaque_text(const Val& value) {
  switch (value.kind) {
    case ValKind::kUrl:
      return std::string(value.url->text);
    case ValKind::kIp:
      return to_string(value.ip->address);
    case ValKind::kCidr:
      return to_string(*value.cidr);
    case ValKind::kQuantity:
      return value.quantity->quantity.to_string();
    case ValKind::kFormat:
      return std::string(value.format->name);
    case ValKind::kSemver:
      return version_text(*value.semver);
    default:
      return {};
  }
}

Val url_val(Arena& arena, const UrlVal& value) {
  auto out = val_of_kind(ValKind::kUrl);
  out.url = arena.make(value);
  return out;
}

Val ip_val(Arena& arena, const Address& value) {
  auto out = val_of_kind(ValKind::kIp);
  out.ip = arena.make(IpVal{value});
  return out;
}

Val cidr_val(Arena& arena, const CidrVal& value) {
  auto out = val_of_kind(ValKind::kCidr);
  out.cidr = arena.make(value);
  return out;
}

Val quantity_val(Arena& arena, const Quantity& value) {
  auto out = val_of_kind(ValKind::kQuantity);
  out.quantity = arena.make(QuantityVal{value});
  return out;
}

Val format_val(const FormatVal& value) {
  auto out = val_of_kind(ValKind::kFormat);
  out.format = &value;
  return out;
}

Val semver_val(Arena& arena, const SemverVal& value) {
  auto out = val_of_kind(ValKind::kSemver);
  out.semver = arena.make(value);
  return out;
}

Val authorizer_val(Arena& arena, const AuthorizerVal& value) {
  auto out = val_of_kind(ValKind::kAuthorizer);
  out.authorizer = arena.make(value);
  return out;
}

Val path_check_val(Arena& arena, const PathCheckVal& value) {
  auto out = val_of_kind(ValKind::kPathCheck);
  out.path_check = arena.make(value);
  return out;
}

Val group_check_val(Arena& arena, const GroupCheckVal& value) {
  auto out = val_of_kind(ValKind::kGroupCheck);
  out.group_check = arena.make(value);
  return out;
}

Val resource_check_val(Arena& arena, const ResourceCheckVal& value) {
  auto out = val_of_kind(ValKind::kResourceCheck);
  out.resource_check = arena.make(value);
  return out;
}

Val decision_val(Arena& arena, const DecisionVal& value) {
  auto out = val_of_kind(ValKind::kDecision);
  out.decision = arena.make(value);
  return out;
}

Val variables_val(std::size_t visible) {
  auto out = val_of_kind(ValKind::kVariables);
  out.visible = visible;
  return out;
}

}  // namespace gatefold::cel
