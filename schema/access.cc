#include "schema/access.h"

#include <fmt/format.h>

namespace gatefold {
namespace {

constexpr std::string_view kServiceAccount = "system:serviceaccount:";

JsonArray texts(const std::vector<std::string>& all) {
  return JsonArray(all.begin(), all.end());
}

}  // namespace

const UserPtr& anonymous_user() {
  static const UserPtr kAnonymous = std::make_shared<const User>(user_named("system:anonymous"));
  return kAnonymous;
}

std::string service_account_name(std::string_view name_space, std::string_view name) {
  return fmt::format("{}{}:{}", kServiceAccount, name_space, name);
}

User user_named(std::string_view name) {
  User user{.name = std::string(name), .uid = {}, .groups = {}, .extra = {}};
  if (name == "system:anonymous") {
    user.groups = {"system:unauthenticated"};
    return user;
  }
  if (name == "system:apiserver") user.groups.emplace_back("system:masters");
  if (name.starts_with(kServiceAccount)) {
    const auto name_space = name.substr(kServiceAccount.size());
    user.groups.emplace_back("system:serviceaccounts");
    user.groups.push_back(
        fmt::format("system:serviceaccounts:{}", name_space.substr(0, name_space.find(':'))));
  }
  user.groups.emplace_back("system:authenticated");
  return user;
}

JsonObject user_info(const User& user) {
  JsonObject info;
  if (!user.name.empty()) info["username"] = user.name;
  if (!user.uid.empty()) info["uid"] = user.uid;
  if (!user.groups.empty()) info["groups"] = texts(user.groups);
  JsonObject extra;
  for (const auto& [key, values] : user.extra) extra[key] = texts(values);
  if (!extra.empty()) info["extra"] = std::move(extra);
  return info;
}

Authorization authorize(const User&, const Access&) {
  return {.is_allowed = true, .reason = {}};
}

JsonObject rules_for(const User&, std::string_view) {
  const JsonArray all{"*"};
  return {{"resourceRules",
           JsonArray{JsonObject{{"verbs", all}, {"apiGroups", all}, {"resources", all}}}},
          {"nonResourceRules", JsonArray{JsonObject{{"verbs", all}, {"nonResourceURLs", all}}}},
          {"incomplete", false}};
}

std::string denial_of(const User& user, const Access& access) {
  if (access.resource.empty()) {
    return fmt::format("User \"{}\" cannot {} path \"{}\"", user.name, access.verb, access.path);
  }
  const auto slash = access.subresource.empty() ? "" : "/";
  auto text =
      fmt::format("User \"{}\" cannot {} resource \"{}{}{}\" in API group \"{}\"", user.name,
                  access.verb, access.resource, slash, access.subresource, access.group);
  if (access.name_space.empty()) return text + " at the cluster scope";
  return text + fmt::format(" in the namespace \"{}\"", access.name_space);
}

}  // namespace gatefold
