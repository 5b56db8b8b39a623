// k8s.io/apiserver pkg/cel/library/authz.go: what is asked of the authorizer is in the values, and
// authorize() decides.
#include <array>

#include "schema/access.h"
#include "schema/cel/cost.h"
#include "schema/cel/eval.h"
#include "schema/cel/function.h"
#include "schema/cel/opaque.h"
#include "schema/cel/text.h"
#include "schema/names.h"

namespace gatefold::cel {
namespace {

using Arguments = std::span<const Val>;

Val path(Evaluation& evaluation, Arguments arguments) {
  if (trim_space(arguments[1].text).empty()) return literal_error("path must not be empty");
  return path_check_val(evaluation.arena, {*arguments[0].authorizer, arguments[1].text});
}

Val group(Evaluation& evaluation, Arguments arguments) {
  return group_check_val(evaluation.arena, {*arguments[0].authorizer, arguments[1].text});
}

Val service_account(Evaluation& evaluation, Arguments arguments) {
  if (!check_dns1123_subdomain(arguments[2].text).empty()) {
    return literal_error("Invalid service account name");
  }
  if (!check_dns1123_label(arguments[1].text).empty()) {
    return literal_error("Invalid service account namespace");
  }
  return authorizer_val(evaluation.arena, {arguments[1].text, arguments[2].text});
}

Val resource(Evaluation& evaluation, Arguments arguments) {
  if (trim_space(arguments[1].text).empty()) return literal_error("resource must not be empty");
  return resource_check_val(
      evaluation.arena, {.group_check = *arguments[0].group_check, .resource = arguments[1].text});
}

template <std::string_view ResourceCheckVal::* member>
Val with(Evaluation& evaluation, Arguments arguments) {
  auto check = *arguments[0].resource_check;
  check.*member = arguments[1].text;
  return resource_check_val(evaluation.arena, check);
}

// Of the request's user a policy's values carry no more than that it is none that is named.
User user_of(const AuthorizerVal& authorizer) {
  if (authorizer.service_account_name.empty()) return {};
  return user_named(
      service_account_name(authorizer.service_account_namespace, authorizer.service_account_name));
}

Val decided(Evaluation& evaluation, const AuthorizerVal& authorizer, const Access& access) {
  const auto authorization = authorize(user_of(authorizer), access);
  return decision_val(evaluation.arena, {.is_allowed = authorization.is_allowed,
                                         .reason = evaluation.arena.copy(authorization.reason),
                                         .error = {}});
}

Val check_path(Evaluation& evaluation, Arguments arguments) {
  const auto& asked = *arguments[0].path_check;
  return decided(evaluation, asked.authorizer, {.verb = arguments[1].text, .path = asked.path});
}

Val check_resource(Evaluation& evaluation, Arguments arguments) {
  const auto& asked = *arguments[0].resource_check;
  return decided(evaluation, asked.group_check.authorizer,
                 {.verb = arguments[1].text,
                  .group = asked.group_check.group,
                  .version = "*",
                  .resource = asked.resource,
                  .subresource = asked.subresource,
                  .name_space = asked.namespace_name,
                  .name = asked.name,
                  .path = {}});
}

Val allowed(Evaluation&, Arguments arguments) {
  return bool_val(arguments[0].decision->is_allowed);
}

Val reason(Evaluation&, Arguments arguments) {
  return string_val(arguments[0].decision->reason);
}

Val errored(Evaluation&, Arguments arguments) {
  return bool_val(!arguments[0].decision->error.empty());
}

Val error(Evaluation&, Arguments arguments) {
  return string_val(arguments[0].decision->error);
}

// Two checks are all that an expression can pay for.
std::uint64_t check_cost(Arguments, const Val&) {
  return 350'000;
}

// A list, and for every two characters a requirement that is an object with a list.
std::uint64_t selector_cost(Arguments arguments, const Val&) {
  constexpr std::uint64_t kListCost = 10;
  constexpr std::uint64_t kRequirementCost = 50;
  const std::uint64_t size = size_of(arguments[1]);
  return kListCost + traversal_cost(size) + (size + 1) / 2 * kRequirementCost;
}

using Check = ResourceCheckVal;

constexpr std::array kDeclarations = {
    Declaration{"authorizer.path(string) pathcheck", path},
    Declaration{"authorizer.group(string) groupcheck", group},
    Declaration{"authorizer.serviceAccount(string, string) authorizer", service_account},
    Declaration{"groupcheck.resource(string) resourcecheck", resource},
    Declaration{"resourcecheck.subresource(string) resourcecheck", with<&Check::subresource>},
    Declaration{"resourcecheck.namespace(string) resourcecheck", with<&Check::namespace_name>},
    Declaration{"resourcecheck.name(string) resourcecheck", with<&Check::name>},
    Declaration{"resourcecheck.fieldSelector(string) resourcecheck", with<&Check::field_selector>,
                selector_cost},
    Declaration{"resourcecheck.labelSelector(string) resourcecheck", with<&Check::label_selector>,
                selector_cost},
    Declaration{"pathcheck.check(string) decision", check_path, check_cost},
    Declaration{"resourcecheck.check(string) decision", check_resource, check_cost},
    Declaration{"decision.errored() bool", errored},
    Declaration{"decision.error() string", error},
    Declaration{"decision.allowed() bool", allowed},
    Declaration{"decision.reason() string", reason},
};

}  // namespace

std::span<const Declaration> authorizer_functions() {
  return kDeclarations;
}

}  // namespace gatefold::cel
