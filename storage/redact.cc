#include "storage/redact.h"

#include <algorithm>

#include <fmt/format.h>

#include "schema/json.h"
#include "storage/digest.h"

namespace gatefold::storage {
namespace {

// `[[first, last], ...]`
JsonArray runs_of(const std::vector<Revision>& revisions) {
  JsonArray runs;
  for (std::size_t i = 0; i < revisions.size();) {
    auto last = i;
    while (last + 1 < revisions.size() && revisions[last + 1] == revisions[last].next()) ++last;
    runs.emplace_back(JsonArray{revisions[i].number, revisions[last].number});
    i = last + 1;
  }
  return runs;
}

}  // namespace

BatchEntry redaction_entry(const RedactRequest& request, const std::vector<Revision>& revisions,
                           Revision head) {
  Event event;
  event.type = EventType::kAdded;
  event.group = "gatefold.dev";
  event.version = "v1";
  event.kind = "Redaction";
  // Revisions are given once.
  event.key = {std::string(kRedactions), "", to_string(head.next())};
  const auto digest = sha256(fmt::format("{}/{}", event.key.name, request.now.ns));
  std::copy_n(digest.begin(), event.uid.bytes.size(), event.uid.bytes.begin());
  event.generation = {1};
  event.actor = request.actor;
  event.time = request.now;
  JsonObject of{{"resource", request.key.resource}, {"name", request.key.name}};
  if (!request.key.name_space.empty()) of["namespace"] = request.key.name_space;
  JsonObject spec{{"object", std::move(of)}, {"revisions", runs_of(revisions)}};
  if (!request.reason.empty()) spec["reason"] = request.reason;
  auto body = std::make_shared<const std::string>(
      canonical_json(JsonObject{{"apiVersion", "gatefold.dev/v1"},
                                {"kind", "Redaction"},
                                {"metadata",
                                 {{"creationTimestamp", format_seconds(request.now)},
                                  {"name", event.key.name},
                                  {"uid", to_string(event.uid)}}},
                                {"spec", std::move(spec)}}));
  return {prepare_event(std::move(event), std::move(body), {})};
}

Result<RedactReport> redact(Store& store, const RedactRequest& request) {
  auto plan = store.plan_redaction(request);
  if (!plan) return std::unexpected(std::move(plan.error()));
  auto entry = redaction_entry(request, *plan, store.head().revision);
  const auto told = store.commit({&entry, 1}, {});
  if (told.outcome != CommitOutcome::kCommitted) return unavailable(told.message);
  auto redacted = store.redact(request.key, *plan);
  if (redacted) redacted = store.scrub(request.key, *plan, kScrubWaitMs);
  if (!redacted) return std::unexpected(std::move(redacted.error()));
  return RedactReport{std::move(*plan), told.head.revision};
}

}  // namespace gatefold::storage
