#include "api/response.h"

#include <algorithm>

#include <fmt/format.h>

#include "schema/json.h"

namespace gatefold::api {
namespace {

constexpr std::size_t kWarningsBytesMax = 4096;
constexpr std::size_t kWarningBytesCut = 256;

JsonObject details_of(const Status& status) {
  JsonObject details;
  const auto& from = status.details;
  if (!from.name.empty()) details["name"] = from.name;
  if (!from.group.empty()) details["group"] = from.group;
  if (!from.kind.empty()) details["kind"] = from.kind;
  if (!from.uid.empty()) details["uid"] = from.uid;
  if (!from.causes.empty()) {
    JsonArray causes;
    for (const auto& cause : from.causes) {
      JsonObject entry;
      if (!cause.reason.empty()) entry["reason"] = cause.reason;
      if (!cause.message.empty()) entry["message"] = cause.message;
      if (!cause.field.empty()) entry["field"] = cause.field;
      causes.emplace_back(std::move(entry));
    }
    details["causes"] = std::move(causes);
  }
  if (from.retry_after_seconds > 0) details["retryAfterSeconds"] = from.retry_after_seconds;
  return details;
}

// Backslashes and quotes escaped, control characters dropped (R5.5).
std::string quoted_warning(std::string_view text) {
  std::string out = "299 - \"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f) out += c;
  }
  return out + '"';
}

}  // namespace

int http_code(Reason reason) {
  switch (reason) {
    case Reason::kBadRequest:
      return 400;
    case Reason::kUnauthorized:
      return 401;
    case Reason::kForbidden:
      return 403;
    case Reason::kNotFound:
      return 404;
    case Reason::kMethodNotAllowed:
      return 405;
    case Reason::kNotAcceptable:
      return 406;
    case Reason::kAlreadyExists:
    case Reason::kConflict:
      return 409;
    case Reason::kExpired:
      return 410;
    case Reason::kRequestEntityTooLarge:
      return 413;
    case Reason::kUnsupportedMediaType:
      return 415;
    case Reason::kInvalid:
      return 422;
    case Reason::kTooManyRequests:
      return 429;
    case Reason::kServiceUnavailable:
      return 503;
    case Reason::kTimeout:
      return 504;
    case Reason::kUnknown:
    case Reason::kInternalError:
    case Reason::kServerTimeout:
      return 500;
  }
  return 500;
}

std::string status_json(const Status& status) {
  JsonObject metadata;
  if (!status.continue_token.empty()) metadata["continue"] = status.continue_token;
  JsonObject body{{"kind", "Status"},
                  {"apiVersion", "v1"},
                  {"metadata", std::move(metadata)},
                  {"status", "Failure"},
                  {"message", status.message}};
  if (const auto reason = reason_name(status.reason); !reason.empty()) body["reason"] = reason;
  if (auto details = details_of(status); !details.empty()) body["details"] = std::move(details);
  body["code"] = http_code(status.reason);
  return to_json(body);
}

Response error_response(const Status& status) {
  auto response = json_response(http_code(status.reason), status_json(status));
  if (status.details.retry_after_seconds > 0) {
    response.headers.emplace_back("Retry-After",
                                  std::to_string(status.details.retry_after_seconds));
  }
  return response;
}

Response json_response(int code, std::string body) {
  return {.code = code, .content_type = "application/json", .body = std::move(body)};
}

Response text_response(int code, std::string body) {
  return {.code = code, .content_type = "text/plain; charset=utf-8", .body = std::move(body)};
}

void add_warnings(const std::vector<std::string>& warnings, Response& response) {
  std::vector<std::string_view> unique;
  std::size_t bytes = 0;
  for (const auto& warning : warnings) {
    if (std::ranges::find(unique, warning) != unique.end()) continue;
    unique.push_back(warning);
    bytes += warning.size();
  }
  const bool cut = bytes > kWarningsBytesMax;
  bytes = 0;
  for (auto warning : unique) {
    if (cut) warning = warning.substr(0, kWarningBytesCut);
    bytes += warning.size();
    if (bytes > kWarningsBytesMax) break;
    response.headers.emplace_back("Warning", quoted_warning(warning));
  }
}

}  // namespace gatefold::api
