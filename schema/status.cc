#include "schema/status.h"

#include <algorithm>

#include <fmt/format.h>

namespace gatefold {
namespace {

StatusDetails details_of(const ResourceName& resource, std::string_view name) {
  StatusDetails details;
  details.name = name;
  details.group = resource.group;
  details.kind = resource.resource;
  return details;
}

std::unexpected<Status> with_details(Reason reason, std::string message, StatusDetails details) {
  return std::unexpected(Status{reason, std::move(message), std::move(details), {}});
}

std::string qualified(std::string_view name, std::string_view group) {
  return group.empty() ? std::string(name) : fmt::format("{}.{}", name, group);
}

// Texts that occur twice are said once; the causes keep them all (R11.5).
std::string summary(const std::vector<FieldError>& errors) {
  std::vector<std::string> texts;
  for (const auto& error : errors) {
    auto text = fmt::format("{}: {}", error.field, error.body);
    if (std::ranges::find(texts, text) == texts.end()) texts.push_back(std::move(text));
  }
  if (texts.size() == 1) return texts.front();
  return fmt::format("[{}]", fmt::join(texts, ", "));
}

}  // namespace

std::string_view reason_name(Reason reason) {
  switch (reason) {
    case Reason::kUnknown:
      return "";
    case Reason::kBadRequest:
      return "BadRequest";
    case Reason::kUnauthorized:
      return "Unauthorized";
    case Reason::kForbidden:
      return "Forbidden";
    case Reason::kNotFound:
      return "NotFound";
    case Reason::kMethodNotAllowed:
      return "MethodNotAllowed";
    case Reason::kNotAcceptable:
      return "NotAcceptable";
    case Reason::kAlreadyExists:
      return "AlreadyExists";
    case Reason::kConflict:
      return "Conflict";
    case Reason::kExpired:
      return "Expired";
    case Reason::kRequestEntityTooLarge:
      return "RequestEntityTooLarge";
    case Reason::kUnsupportedMediaType:
      return "UnsupportedMediaType";
    case Reason::kInvalid:
      return "Invalid";
    case Reason::kTooManyRequests:
      return "TooManyRequests";
    case Reason::kInternalError:
      return "InternalError";
    case Reason::kServerTimeout:
      return "ServerTimeout";
    case Reason::kServiceUnavailable:
      return "ServiceUnavailable";
    case Reason::kTimeout:
      return "Timeout";
  }
  return "";
}

std::string ResourceName::group_resource() const {
  return qualified(resource, group);
}

std::string ResourceName::group_kind() const {
  return qualified(kind, group);
}

std::unexpected<Status> not_found(const ResourceName& resource, std::string_view name) {
  return with_details(Reason::kNotFound,
                      fmt::format("{} \"{}\" not found", resource.group_resource(), name),
                      details_of(resource, name));
}

std::unexpected<Status> already_exists(const ResourceName& resource, std::string_view name,
                                       bool being_deleted) {
  return with_details(
      Reason::kAlreadyExists,
      fmt::format("{}{} \"{}\" already exists", being_deleted ? "object is being deleted: " : "",
                  resource.group_resource(), name),
      details_of(resource, name));
}

std::unexpected<Status> conflict(const ResourceName& resource, std::string_view name,
                                 std::string_view why) {
  return with_details(Reason::kConflict,
                      fmt::format("Operation cannot be fulfilled on {} \"{}\": {}",
                                  resource.group_resource(), name, why),
                      details_of(resource, name));
}

std::unexpected<Status> invalid(const ResourceName& resource, std::string_view name,
                                const std::vector<FieldError>& errors) {
  auto details = details_of(resource, name);
  details.kind = resource.kind;
  for (const auto& error : errors) {
    details.causes.push_back(
        {std::string(field_error_reason(error.type)), error.body, error.field});
  }
  return with_details(
      Reason::kInvalid,
      fmt::format("{} \"{}\" is invalid: {}", resource.group_kind(), name, summary(errors)),
      std::move(details));
}

std::unexpected<Status> bad_request(std::string message) {
  return failure(Reason::kBadRequest, std::move(message));
}

std::unexpected<Status> forbidden(const ResourceName& resource, std::string_view name,
                                  std::string_view why) {
  std::string message;
  if (resource.resource.empty()) {
    message = fmt::format("forbidden: {}", why);
  } else if (name.empty()) {
    message = fmt::format("{} is forbidden: {}", resource.group_resource(), why);
  } else {
    message = fmt::format("{} \"{}\" is forbidden: {}", resource.group_resource(), name, why);
  }
  return with_details(Reason::kForbidden, std::move(message), details_of(resource, name));
}

std::unexpected<Status> internal_error(std::string_view what) {
  StatusDetails details;
  details.causes.push_back({"", std::string(what), ""});
  return with_details(Reason::kInternalError, fmt::format("Internal error occurred: {}", what),
                      std::move(details));
}

std::unexpected<Status> unavailable(std::string message) {
  return failure(Reason::kServiceUnavailable, std::move(message));
}

std::unexpected<Status> failure(Reason reason, std::string message) {
  return with_details(reason, std::move(message), {});
}

}  // namespace gatefold
