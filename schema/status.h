// The one error type, end to end: equal to Kubernetes' metav1.Status. It becomes an HTTP code in
// api/respond and nowhere else. Reasons are Kubernetes' reasons, one to one.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "schema/field_error.h"

namespace gatefold {

enum class Reason {
  kUnknown,  // no reason on the wire, code 500
  kBadRequest,
  kUnauthorized,
  kForbidden,
  kNotFound,
  kMethodNotAllowed,
  kNotAcceptable,
  kAlreadyExists,
  kConflict,
  kExpired,
  kRequestEntityTooLarge,
  kUnsupportedMediaType,
  kInvalid,
  kTooManyRequests,
  kInternalError,
  kServerTimeout,
  kServiceUnavailable,
  kTimeout,
};

// The word on the wire, "" for kUnknown.
std::string_view reason_name(Reason reason);

// One entry of details.causes.
struct Cause {
  std::string reason;
  std::string message;
  std::string field;
  bool operator==(const Cause&) const = default;
};

struct StatusDetails {
  std::string name;
  std::string group;
  std::string kind;  // a resource's plural or a kind's name, as the reason demands (spec R11.3)
  std::string uid;
  std::vector<Cause> causes;
  int retry_after_seconds = 0;  // > 0: clients may retry; also sent as a header
};

struct [[nodiscard]] Status {
  Reason reason = Reason::kUnknown;
  std::string message;
  StatusDetails details;
  std::string continue_token;  // metadata.continue of an expired list (R14.9)
};

template <class T>
using Result = std::expected<T, Status>;

// A kind and its resource as error texts name them.
struct ResourceName {
  std::string group;
  std::string resource;  // plural
  std::string kind;
  // `gateways.gateway.networking.k8s.io`; the plural alone for the core group (spec "GR").
  std::string group_resource() const;
  // `Gateway.gateway.networking.k8s.io`; the kind alone for the core group (spec "GK").
  std::string group_kind() const;
};

// Constructors of the table R11.3; each returns the unexpected value, ready to be returned.
std::unexpected<Status> not_found(const ResourceName& resource, std::string_view name);
std::unexpected<Status> already_exists(const ResourceName& resource, std::string_view name,
                                       bool being_deleted);
std::unexpected<Status> conflict(const ResourceName& resource, std::string_view name,
                                 std::string_view why);
std::unexpected<Status> invalid(const ResourceName& resource, std::string_view name,
                                const std::vector<FieldError>& errors);
std::unexpected<Status> bad_request(std::string message);
std::unexpected<Status> forbidden(const ResourceName& resource, std::string_view name,
                                  std::string_view why);
std::unexpected<Status> internal_error(std::string_view what);
std::unexpected<Status> unavailable(std::string message);
// Reason and message alone, with empty details.
std::unexpected<Status> failure(Reason reason, std::string message);

}  // namespace gatefold
