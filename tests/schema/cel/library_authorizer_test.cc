// What the functions build: the words of an authorizer's question. Their errors and costs are in
// tests/conformance/cel/admission.
#include <initializer_list>
#include <string_view>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "schema/cel/opaque.h"
#include "tests/schema/cel/call.h"

namespace gatefold::cel {
namespace {

class Questions {
 public:
  Val call(std::string_view signature, Val target, std::initializer_list<std::string_view> texts) {
    std::vector<Val> arguments = {target};
    for (const auto text : texts) arguments.push_back(string_val(text));
    return test::declared(authorizer_functions(), signature).function(evaluation_, arguments);
  }
  Val anyone() { return authorizer_val(arena_, {}); }

 private:
  Arena arena_;
  Evaluation evaluation_{.arena = arena_, .cost_max = 1000};
};

TEST_CASE("a check of a resource keeps whom and what it is about") {
  Questions questions;
  auto value = questions.call("authorizer.serviceAccount(string, string) authorizer",
                              questions.anyone(), {"default", "robot"});
  value = questions.call("authorizer.group(string) groupcheck", value, {"apps"});
  value = questions.call("groupcheck.resource(string) resourcecheck", value, {"deployments"});
  const auto bare = value;
  for (const auto& [function, text] : {std::pair{"subresource", "status"},
                                       {"namespace", "here"},
                                       {"name", "web"},
                                       {"fieldSelector", "a=b"},
                                       {"labelSelector", "c=d"}}) {
    const auto signature = fmt::format("resourcecheck.{}(string) resourcecheck", function);
    value = questions.call(signature, value, {text});
  }
  REQUIRE(value.is(ValKind::kResourceCheck));
  const auto& check = *value.resource_check;
  CHECK(check.group_check.authorizer.service_account_namespace == "default");
  CHECK(check.group_check.authorizer.service_account_name == "robot");
  CHECK(check.group_check.group == "apps");
  CHECK(check.resource == "deployments");
  CHECK(check.subresource == "status");
  CHECK(check.namespace_name == "here");
  CHECK(check.name == "web");
  CHECK(check.field_selector == "a=b");
  CHECK(check.label_selector == "c=d");
  // Those that it was made of are as they were.
  CHECK(bare.resource_check->name.empty());
}

TEST_CASE("a check of a path keeps it, and everything is allowed without a reason") {
  Questions questions;
  const auto path =
      questions.call("authorizer.path(string) pathcheck", questions.anyone(), {"/healthz"});
  REQUIRE(path.is(ValKind::kPathCheck));
  CHECK(path.path_check->path == "/healthz");
  const auto decision = questions.call("pathcheck.check(string) decision", path, {"get"});
  REQUIRE(decision.is(ValKind::kDecision));
  CHECK(decision.decision->is_allowed);
  CHECK(decision.decision->reason.empty());
  CHECK(decision.decision->error.empty());
}

}  // namespace
}  // namespace gatefold::cel
