#include "engine/audit/record.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "schema/json.h"
#include "schema/url.h"

namespace gatefold::engine {
namespace {

constexpr std::array<std::string_view, 5> kWrites{"create", "update", "patch", "delete",
                                                  "deletecollection"};
// Subresources through which an object changes; all others start something, or only answer.
constexpr std::array<std::string_view, 8> kWritten{
    "", "status", "scale", "finalize", "approval", "ephemeralcontainers", "resize", "binding"};

Result<Value> parse_event(std::string_view line) {
  auto parsed = parse_json(line);
  if (!parsed) return bad_request(parsed.error().message);
  if (string_at(parsed->value, {"kind"}) != "Event" ||
      !string_at(parsed->value, {"apiVersion"}).starts_with("audit.k8s.io/")) {
    return bad_request("this is no Event of audit.k8s.io");
  }
  return std::move(parsed->value);
}

Result<Time> time_of(const Value& event) {
  const auto time = parse_rfc3339(string_at(event, {"stageTimestamp"}));
  if (!time) return bad_request("stageTimestamp is missing or no time");
  return *time;
}

std::string skip_of(const AuditRecord& record, const Value& event) {
  if (string_at(event, {"stage"}) != "ResponseComplete") return "other stage";
  if (std::ranges::find(kWrites, record.actor.verb) == kWrites.end()) return "read";
  if (integer_at(event, {"responseStatus", "code"}, 200) >= 400) return "failed";
  if (record.plural.empty()) return "no object";
  if (std::ranges::find(kWritten, record.actor.subresource) == kWritten.end()) {
    return "subresource " + record.actor.subresource;
  }
  return "";
}

}  // namespace

bool is_audited_object(const Value& value) {
  const auto kind = string_at(value, {"kind"});
  return !kind.empty() && kind != "Status" && kind != "Scale" && kind != "PartialObjectMetadata" &&
         !string_at(value, {"metadata", "name"}).empty() &&
         !string_at(value, {"metadata", "uid"}).empty();
}

Result<Time> audit_time(std::string_view line) {
  const auto event = parse_event(line);
  if (!event) return std::unexpected(event.error());
  return time_of(*event);
}

Result<AuditRecord> parse_audit_record(std::string_view line) {
  auto event = parse_event(line);
  if (!event) return std::unexpected(std::move(event.error()));
  const auto time = time_of(*event);
  if (!time) return std::unexpected(time.error());
  AuditRecord record;
  record.time = *time;
  record.id = string_at(*event, {"auditID"});
  record.level = string_at(*event, {"level"});
  const auto impersonated = string_at(*event, {"impersonatedUser", "username"});
  record.actor.user = impersonated.empty() ? string_at(*event, {"user", "username"}) : impersonated;
  record.actor.user_agent = string_at(*event, {"userAgent"});
  record.actor.verb = string_at(*event, {"verb"});
  record.actor.subresource = string_at(*event, {"objectRef", "subresource"});
  record.group = string_at(*event, {"objectRef", "apiGroup"});
  record.version = string_at(*event, {"objectRef", "apiVersion"});
  record.plural = string_at(*event, {"objectRef", "resource"});
  record.name_space = string_at(*event, {"objectRef", "namespace"});
  record.name = string_at(*event, {"objectRef", "name"});
  record.creates = integer_at(*event, {"responseStatus", "code"}, 0) == 201;
  record.skip = skip_of(record, *event);
  if (auto* request = find(*event, "requestObject")) record.request = std::move(*request);
  if (auto* response = find(*event, "responseObject")) record.response = std::move(*response);
  // A namespace names itself as its namespace in requests.
  if (record.plural == "namespaces" && record.group.empty()) record.name_space.clear();
  const std::string uri(string_at(*event, {"requestURI"}));
  const auto mark = uri.find('?');
  if (mark != std::string::npos) record.query = uri.substr(mark + 1);
  for (const auto& [key, value] : parse_query(record.query)) {
    if (key == "fieldManager") record.actor.field_manager = value;
    if (key == "dryRun" && record.skip.empty()) record.skip = "dry run";
  }
  // Kubernetes' default: the program's name.
  if (record.actor.field_manager.empty()) {
    const auto& agent = record.actor.user_agent;
    record.actor.field_manager = agent.substr(0, agent.find('/'));
  }
  if (record.skip.empty() && record.name.empty() && record.actor.verb != "deletecollection") {
    record.name = string_at(record.response, {"metadata", "name"});
    if (record.name.empty()) record.skip = "no name";
  }
  return record;
}

}  // namespace gatefold::engine
