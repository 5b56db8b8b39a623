#include "api/request_info.h"

#include <catch2/catch.hpp>
#include <fmt/format.h>

namespace gatefold::api {
namespace {

// `list gateway.networking.k8s.io/v1 ns=default gateways web/status`, or nothing where the path
// names no resource.
std::string parsed(std::string_view method, std::string_view target) {
  Request request{.method = std::string(method)};
  parse_target(target, request);
  const auto info = parse_request_info(request);
  if (!info) return "";
  const auto verb = verb_name(info->verb);
  std::string text = fmt::format("{} {}{}{}", verb.empty() ? "other" : verb, info->group,
                                 info->group.empty() ? "" : "/", info->version);
  if (!info->name_space.empty()) text += " ns=" + info->name_space;
  text += " " + info->plural;
  if (!info->name.empty()) text += " " + info->name;
  if (!info->subresource.empty()) text += "/" + info->subresource;
  return text;
}

}  // namespace

TEST_CASE("paths name resources (R1.1, R1.2, R1.3)") {
  const auto [path, wanted] = GENERATE(table<std::string, std::string>({
      {"/api/v1/configmaps", "list v1 configmaps"},
      {"/api/v1/configmaps/", "list v1 configmaps"},
      {"/api/v1/namespaces", "list v1 namespaces"},
      {"/api/v1/namespaces/a", "get v1 namespaces a"},
      {"/api/v1/namespaces/a/status", "get v1 namespaces a/status"},
      {"/api/v1/namespaces/a/finalize", "get v1 namespaces a/finalize"},
      {"/api/v1/namespaces/a/history", "get v1 namespaces a/history"},
      {"/apis/g.io/v1/namespaces/a/conditions", "list g.io/v1 ns=a conditions"},
      {"/api/v1/namespaces/a/secrets", "list v1 ns=a secrets"},
      {"/api/v1/namespaces/a/secrets/b", "get v1 ns=a secrets b"},
      {"/api/v1/namespaces/a/secrets/b/status", "get v1 ns=a secrets b/status"},
      {"/apis/g.io/v1/things", "list g.io/v1 things"},
      {"/apis/g.io/v1/things/x", "get g.io/v1 things x"},
      {"/apis/g.io/v1/namespaces/a/things/x/status", "get g.io/v1 ns=a things x/status"},
      {"/api/v1/namespaces/a/secrets/b%2Fc", "get v1 ns=a secrets b/c"},
      {"/api/v1/namespaces/a/secrets/b%252Fc", "get v1 ns=a secrets b%2Fc"},
      {"/api/v1/watch/configmaps", "watch v1 configmaps"},
      {"/api/v1/watch/namespaces", "watch v1 namespaces"},
      {"/api/v1/watch/namespaces/a", "watch v1 namespaces a"},
      {"/api/v1/watch/namespaces/a/configmaps", "watch v1 ns=a configmaps"},
      {"/api/v1/watch/namespaces/a/configmaps/b", "watch v1 ns=a configmaps b"},
      {"/apis/g.io/v1/watch/namespaces/a/things/x", "watch g.io/v1 ns=a things x"},
      {"/api/v1/configmaps?watch", "watch v1 configmaps"},
      {"/api/v1/configmaps?watch=", "watch v1 configmaps"},
      {"/api/v1/configmaps?watch=yes", "watch v1 configmaps"},
      {"/api/v1/configmaps?watch=False", "list v1 configmaps"},
      {"/api/v1/configmaps?watch=0", "list v1 configmaps"},
      {"/api/v1/configmaps?watch=0&watch=1", "list v1 configmaps"},
      {"/api/v1/namespaces/a/configmaps/b?watch=1", "get v1 ns=a configmaps b"},
      {"/", ""},
      {"/api", ""},
      {"/api/v1", ""},
      {"/apis/g.io/v1", ""},
      {"/api/v1/watch", ""},
      {"/nope/v1/things", ""},
      {"/api/v1/namespaces/a/secrets/b/status/more", ""},
  }));
  INFO(path);
  CHECK(parsed("GET", path) == wanted);
}

TEST_CASE("methods are verbs (R1.4, R1.5, R1.7, R16.19)") {
  const auto [method, of_all, of_one, by_prefix] =
      GENERATE(table<std::string, std::string, std::string, std::string>({
          {"GET", "list", "get", "watch"},
          {"HEAD", "list", "get", "watch"},
          {"POST", "create", "create", "other"},
          {"PUT", "update", "update", "other"},
          {"PATCH", "patch", "patch", "other"},
          {"DELETE", "deletecollection", "delete", "other"},
          {"OPTIONS", "other", "other", "other"},
          {"get", "other", "other", "other"},
      }));
  INFO(method);
  CHECK(parsed(method, "/api/v1/namespaces/a/secrets") == of_all + " v1 ns=a secrets");
  CHECK(parsed(method, "/api/v1/namespaces/a/secrets/b") == of_one + " v1 ns=a secrets b");
  CHECK(parsed(method, "/api/v1/watch/namespaces/a/secrets/b") == by_prefix + " v1 ns=a secrets b");
}

}  // namespace gatefold::api
