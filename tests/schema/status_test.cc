#include "schema/status.h"

#include <catch2/catch.hpp>

#include "schema/field_error.h"

namespace gatefold {
namespace {

const ResourceName kGateways{"gateway.networking.k8s.io", "gateways", "Gateway"};
const ResourceName kNamespaces{"", "namespaces", "Namespace"};

TEST_CASE("resources and kinds are named with their group, but for the core group (R0.2)") {
  CHECK(kGateways.group_resource() == "gateways.gateway.networking.k8s.io");
  CHECK(kGateways.group_kind() == "Gateway.gateway.networking.k8s.io");
  CHECK(kNamespaces.group_resource() == "namespaces");
  CHECK(kNamespaces.group_kind() == "Namespace");
}

TEST_CASE("what is not there and what is there already (R11.3)") {
  const Status missing = not_found(kGateways, "web").error();
  CHECK(missing.reason == Reason::kNotFound);
  CHECK(missing.message == "gateways.gateway.networking.k8s.io \"web\" not found");
  CHECK(missing.details.name == "web");
  CHECK(missing.details.group == "gateway.networking.k8s.io");
  CHECK(missing.details.kind == "gateways");

  const Status there = already_exists(kNamespaces, "prod", false).error();
  CHECK(there.reason == Reason::kAlreadyExists);
  CHECK(there.message == "namespaces \"prod\" already exists");
  CHECK(there.details.kind == "namespaces");
  CHECK(already_exists(kNamespaces, "prod", true).error().message ==
        "object is being deleted: namespaces \"prod\" already exists");
}

TEST_CASE("conflicts say why (R11.3)") {
  const Status status = conflict(kGateways, "web", "it moved").error();
  CHECK(status.reason == Reason::kConflict);
  CHECK(status.message ==
        "Operation cannot be fulfilled on gateways.gateway.networking.k8s.io \"web\": it moved");
  CHECK(status.details.kind == "gateways");
}

TEST_CASE("an invalid object names its kind and all that is wrong (R11.2, R11.3, R11.5)") {
  const auto one = required("spec.a", "", "o");
  const auto other = too_long("spec.b", 4, "o");
  const Status single = invalid(kGateways, "web", {one}).error();
  CHECK(single.reason == Reason::kInvalid);
  CHECK(single.message ==
        "Gateway.gateway.networking.k8s.io \"web\" is invalid: spec.a: Required value");
  CHECK(single.details.kind == "Gateway");
  REQUIRE(single.details.causes.size() == 1);
  CHECK(single.details.causes[0] == Cause{"FieldValueRequired", "Required value", "spec.a"});

  CHECK(invalid(kNamespaces, "prod", {one, other}).error().message ==
        "Namespace \"prod\" is invalid: [spec.a: Required value, spec.b: Too long: may not be more "
        "than 4 bytes]");
}

TEST_CASE("what is wrong twice is said once and counted twice (R11.5)") {
  const auto error = required("spec.a", "", "o");
  const Status status = invalid(kNamespaces, "prod", {error, error}).error();
  CHECK(status.message == "Namespace \"prod\" is invalid: spec.a: Required value");
  CHECK(status.details.causes.size() == 2);
}

TEST_CASE("forbidden names as much as there is (R11.3)") {
  CHECK(forbidden(kGateways, "web", "no").error().message ==
        "gateways.gateway.networking.k8s.io \"web\" is forbidden: no");
  CHECK(forbidden(kGateways, "", "no").error().message ==
        "gateways.gateway.networking.k8s.io is forbidden: no");
  CHECK(forbidden({}, "", "no").error().message == "forbidden: no");
  CHECK(forbidden({}, "", "no").error().reason == Reason::kForbidden);
}

TEST_CASE("an internal error has its text as cause (R11.3)") {
  const Status status = internal_error("disk").error();
  CHECK(status.reason == Reason::kInternalError);
  CHECK(status.message == "Internal error occurred: disk");
  REQUIRE(status.details.causes.size() == 1);
  CHECK(status.details.causes[0] == Cause{"", "disk", ""});
}

TEST_CASE("free texts stay as they are") {
  CHECK(bad_request("x").error().reason == Reason::kBadRequest);
  CHECK(bad_request("x").error().message == "x");
  CHECK(unavailable("y").error().reason == Reason::kServiceUnavailable);
  const Status status = failure(Reason::kExpired, "z").error();
  CHECK(status.reason == Reason::kExpired);
  CHECK(status.message == "z");
  CHECK(status.details.kind.empty());
  CHECK(status.details.causes.empty());
}

TEST_CASE("reasons have Kubernetes' names (R11.3)") {
  using enum Reason;
  const std::pair<Reason, std::string_view> cases[] = {
      {kUnknown, ""},
      {kBadRequest, "BadRequest"},
      {kUnauthorized, "Unauthorized"},
      {kForbidden, "Forbidden"},
      {kNotFound, "NotFound"},
      {kMethodNotAllowed, "MethodNotAllowed"},
      {kNotAcceptable, "NotAcceptable"},
      {kAlreadyExists, "AlreadyExists"},
      {kConflict, "Conflict"},
      {kExpired, "Expired"},
      {kRequestEntityTooLarge, "RequestEntityTooLarge"},
      {kUnsupportedMediaType, "UnsupportedMediaType"},
      {kInvalid, "Invalid"},
      {kTooManyRequests, "TooManyRequests"},
      {kInternalError, "InternalError"},
      {kServerTimeout, "ServerTimeout"},
      {kServiceUnavailable, "ServiceUnavailable"},
      {kTimeout, "Timeout"},
  };
  for (const auto& [reason, name] : cases) CHECK(reason_name(reason) == name);
}

}  // namespace
}  // namespace gatefold
