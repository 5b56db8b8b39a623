#include "api/authenticate.h"

#include <algorithm>

#include <fmt/format.h>

#include "schema/definition_names.h"
#include "schema/names.h"
#include "schema/utf8.h"

namespace gatefold::api {
namespace {

// The token of `Bearer <token>`; empty for other schemes, which nobody here knows.
std::string_view bearer_token(std::string_view authorization) {
  authorization = trimmed(authorization);
  const auto space = authorization.find(' ');
  if (space == std::string_view::npos) return {};
  if (lower_case(authorization.substr(0, space)) != "bearer") return {};
  const auto rest = authorization.substr(space + 1);
  return rest.substr(0, rest.find(' '));
}

struct Impersonated {
  User user;
  bool has_user = false;
  std::string account_namespace;  // of a service account
  std::string account_name;
};

// `system:serviceaccount:<namespace>:<name>` of valid names.
void read_account(Impersonated& wanted) {
  constexpr std::string_view kPrefix = "system:serviceaccount:";
  std::string_view rest = wanted.user.name;
  if (!rest.starts_with(kPrefix)) return;
  rest.remove_prefix(kPrefix.size());
  const auto colon = rest.find(':');
  if (colon == std::string_view::npos) return;
  const auto name_space = rest.substr(0, colon);
  const auto name = rest.substr(colon + 1);
  if (!check_dns1123_label(name_space).empty() || !check_dns1123_subdomain(name).empty()) return;
  wanted.account_namespace = name_space;
  wanted.account_name = name;
}

Impersonated read_headers(const Request& request) {
  constexpr std::string_view kExtra = "extra-";
  Impersonated wanted;
  for (const auto& [header, value] : request.impersonation) {
    const auto what = lower_case(header);
    if (what == "user" && !wanted.has_user) {
      wanted.has_user = !value.empty();
      wanted.user.name = value;
    } else if (what == "group") {
      wanted.user.groups.push_back(value);
    } else if (what == "uid" && wanted.user.uid.empty()) {
      wanted.user.uid = value;
    } else if (what.starts_with(kExtra)) {
      wanted.user.extra[percent_decode(what.substr(kExtra.size()), false)].push_back(value);
    }
  }
  read_account(wanted);
  return wanted;
}

// What nobody says but everybody has, as Kubernetes adds it.
void complete_groups(Impersonated& wanted) {
  auto& groups = wanted.user.groups;
  if (!wanted.account_name.empty() && groups.empty()) {
    groups = user_named(wanted.user.name).groups;
  }
  const bool is_anonymous = wanted.user.name == anonymous_user()->name;
  const auto has = [&](std::string_view group) {
    return std::ranges::find(groups, group) != groups.end();
  };
  if (has("system:unauthenticated") || (!is_anonymous && has("system:authenticated"))) return;
  groups.emplace_back(is_anonymous ? "system:unauthenticated" : "system:authenticated");
}

Result<void> may_be_taken_for(const User& user, const Impersonated& wanted) {
  const auto ask = [&](Access access) -> Result<void> {
    access.verb = "impersonate";
    const auto authorization = authorize(user, access);
    if (authorization.is_allowed) return {};
    return forbidden({std::string(access.group), std::string(access.resource), ""}, access.name,
                     denial_of(user, access));
  };
  const auto& name = wanted.user.name;
  auto may = wanted.account_name.empty() ? ask({.resource = "users", .name = name})
                                         : ask({.resource = "serviceaccounts",
                                                .name_space = wanted.account_namespace,
                                                .name = wanted.account_name});
  for (const auto& group : wanted.user.groups) {
    if (may) may = ask({.resource = "groups", .name = group});
  }
  constexpr std::string_view kGroup = "authentication.k8s.io";
  if (may && !wanted.user.uid.empty()) {
    may = ask({.group = kGroup, .version = "v1", .resource = "uids", .name = wanted.user.uid});
  }
  for (const auto& [key, values] : wanted.user.extra) {
    for (const auto& value : values) {
      if (!may) break;
      may = ask({.group = kGroup,
                 .version = "v1",
                 .resource = "userextras",
                 .subresource = key,
                 .name = value});
    }
  }
  return may;
}

Result<UserPtr> impersonate(UserPtr user, const Request& request) {
  auto wanted = read_headers(request);
  if (!wanted.has_user) {
    const bool asks =
        !wanted.user.groups.empty() || !wanted.user.uid.empty() || !wanted.user.extra.empty();
    if (asks) return bad_request("requested groups, a uid or extra without impersonating a user");
    return user;
  }
  if (auto may = may_be_taken_for(*user, wanted); !may)
    return std::unexpected(std::move(may.error()));
  complete_groups(wanted);
  return std::make_shared<const User>(std::move(wanted.user));
}

}  // namespace

Result<UserPtr> authenticate(const engine::Engine& engine, const Request& request) {
  const auto token = bearer_token(request.authorization);
  Result<UserPtr> user = anonymous_user();
  if (!token.empty()) user = engine.authenticate(token);
  if (!user || request.impersonation.empty()) return user;
  return impersonate(std::move(*user), request);
}

}  // namespace gatefold::api
