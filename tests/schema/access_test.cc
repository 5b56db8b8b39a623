#include "schema/access.h"

#include <catch2/catch.hpp>

namespace gatefold::test {

TEST_CASE("a name alone tells groups (R20.3)") {
  using Groups = std::vector<std::string>;
  CHECK(user_named("ann").groups == Groups{"system:authenticated"});
  CHECK(user_named("system:anonymous").groups == Groups{"system:unauthenticated"});
  CHECK(anonymous_user()->name == "system:anonymous");
  const auto account = user_named(service_account_name("shop", "web"));
  CHECK(account.name == "system:serviceaccount:shop:web");
  CHECK(account.groups ==
        Groups{"system:serviceaccounts", "system:serviceaccounts:shop", "system:authenticated"});
  CHECK(user_named("system:apiserver").groups == Groups{"system:masters", "system:authenticated"});
}

TEST_CASE("users are shown without what is empty (R20.6)") {
  CHECK(Value(user_info(User{})) == Value(JsonObject{}));
  User user{.name = "a", .uid = "1", .groups = {"g"}, .extra = {{"k", {"v", "w"}}}};
  CHECK(Value(user_info(user)) == Value{{"username", "a"},
                                        {"uid", "1"},
                                        {"groups", JsonArray{"g"}},
                                        {"extra", {{"k", JsonArray{"v", "w"}}}}});
}

TEST_CASE("a denial says who may not do what (R20.4)") {
  const User user{.name = "ann", .uid = {}, .groups = {}, .extra = {}};
  Access access{.verb = "get",
                .group = "gateway.networking.k8s.io",
                .version = "v1",
                .resource = "gateways",
                .subresource = {},
                .name_space = "default",
                .name = "web",
                .path = {}};
  CHECK(denial_of(user, access) ==
        R"(User "ann" cannot get resource "gateways" in API group "gateway.networking.k8s.io")"
        R"( in the namespace "default")");
  access.subresource = "status";
  access.name_space = {};
  CHECK(denial_of(user, access) ==
        R"(User "ann" cannot get resource "gateways/status" in API group)"
        R"( "gateway.networking.k8s.io" at the cluster scope)");
  CHECK(denial_of(user, {.verb = "get", .path = "/foo"}) == R"(User "ann" cannot get path "/foo")");
}

}  // namespace gatefold::test
