// Who asks, for what, and whether they may (R20.1 to R20.4).
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "schema/value.h"

namespace gatefold {

struct User {
  std::string name;
  std::string uid;
  std::vector<std::string> groups;
  std::map<std::string, std::vector<std::string>, std::less<>> extra;
};
using UserPtr = std::shared_ptr<const User>;

// system:anonymous, whoever shows no credentials.
const UserPtr& anonymous_user();
std::string service_account_name(std::string_view name_space, std::string_view name);
// The user that is known by the name alone, with the groups that Kubernetes' authenticators give
// it: those of service accounts, of anonymous and of all others (R20.3).
User user_named(std::string_view name);

// userInfo as reviews and policies show it; what is empty is left out.
JsonObject user_info(const User& user);

// What is asked for: a resource, or a path that is none. Views into what the caller keeps.
struct Access {
  std::string_view verb;
  std::string_view group;
  std::string_view version;
  std::string_view resource;  // empty: `path` is asked for
  std::string_view subresource;
  std::string_view name_space;
  std::string_view name;
  std::string_view path;
};

struct Authorization {
  bool is_allowed = false;
  std::string reason;  // in words, may be empty
};

// The one place that decides who may do what: requests, reviews and policies' expressions ask here.
// Everybody may do everything.
Authorization authorize(const User& user, const Access& access);

// The status of a SelfSubjectRulesReview: all that authorize() allows the user in a namespace.
JsonObject rules_for(const User& user, std::string_view name_space);

// `User "u" cannot get resource "gateways" in API group ...`, the words of a 403 (R20.4).
std::string denial_of(const User& user, const Access& access);

}  // namespace gatefold
