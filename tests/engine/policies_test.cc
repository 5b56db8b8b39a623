#include "engine/policies.h"

#include <catch2/catch.hpp>

namespace gatefold::engine {
namespace {

storage::Event event(storage::EventType type, std::string_view resource, std::string_view name,
                     std::int64_t generation) {
  storage::Event out;
  out.type = type;
  out.key = {std::string(resource), "", std::string(name)};
  out.generation = {generation};
  return out;
}

constexpr auto kPolicy = R"({"metadata":{"name":"p","generation":1},"spec":{"validations":[]}})";
constexpr auto kNext = R"({"metadata":{"name":"p","generation":2},"spec":{"validations":[]}})";
constexpr auto kBinding = R"({"metadata":{"name":"b"},"spec":{"policyName":"p"}})";

}  // namespace

TEST_CASE("a policy is in force while something binds it, and compiled anew with its spec alone") {
  using storage::EventType;
  Policies policies;
  policies.note(event(EventType::kAdded, kPolicies, "p", 1), kPolicy);
  CHECK(policies.set()->empty());
  policies.note(event(EventType::kAdded, kPolicyBindings, "b", 1), kBinding);
  REQUIRE(policies.set()->size() == 1);
  const auto compiled = policies.set()->front().policy;
  // Of the same generation: its status, or a label.
  policies.note(event(EventType::kModified, kPolicies, "p", 1), kPolicy);
  CHECK(policies.set()->front().policy == compiled);
  policies.note(event(EventType::kModified, kPolicies, "p", 2), kNext);
  CHECK(policies.set()->front().policy != compiled);
  policies.note(event(EventType::kDeleted, kPolicies, "p", 2), kNext);
  CHECK(policies.set()->empty());
  policies.note(event(EventType::kAdded, kPolicies, "p", 1), kPolicy);
  CHECK(policies.set()->size() == 1);
  policies.note(event(EventType::kDeleted, kPolicyBindings, "b", 1), kBinding);
  CHECK(policies.set()->empty());
}

}  // namespace gatefold::engine
