#include "storage/redact.h"

#include <algorithm>

#include <fmt/format.h>

#include "schema/json.h"
#include "storage/digest.h"

namespace gatefold::storage {
namespace {

// Runs of revisions in one line; a column of a table.
constexpr std::size_t kRunsShownMax = 4;

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

bool is_done_before(const Store& store, const std::vector<Revision>& revisions) {
  // They are named where there are no others alone: the first speaks for all.
  const auto body = store.snapshot()->body(revisions.front());
  return !body && body.error().reason == Reason::kExpired;
}

std::string redaction_text(const Value& body) {
  const auto name_space = string_at(body, {"spec", "object", "namespace"});
  auto text = fmt::format("redacts {}{}{}/{}", string_at(body, {"spec", "object", "resource"}),
                          name_space.empty() ? "" : "/", name_space,
                          string_at(body, {"spec", "object", "name"}));
  std::size_t shown = 0;
  for (const auto& run : list_at(body, {"spec", "revisions"})) {
    if (!run.is_array() || run.get_array().size() != 2) continue;
    if (++shown > kRunsShownMax) continue;
    const auto first = to_json(run.get_array()[0]);
    const auto last = to_json(run.get_array()[1]);
    text += fmt::format("{} {}", shown == 1 ? "" : ",", first);
    if (first != last) text += fmt::format("-{}", last);
  }
  if (shown > kRunsShownMax) text += fmt::format(" and {} more", shown - kRunsShownMax);
  if (const auto reason = string_at(body, {"spec", "reason"}); !reason.empty()) {
    text += fmt::format(": {}", reason);
  }
  return text;
}

Result<RedactReport> redact(Store& store, const RedactRequest& request) {
  auto plan = store.plan_redaction(request);
  if (!plan) return std::unexpected(std::move(plan.error()));
  const bool is_again = is_done_before(store, *plan);
  Revision told;
  if (!is_again) {
    auto entry = redaction_entry(request, *plan, store.head().revision);
    const auto committed = store.commit({&entry, 1}, {});
    if (committed.outcome != CommitOutcome::kCommitted) return unavailable(committed.message);
    told = committed.head.revision;
  }
  auto redacted = store.redact(request.key, *plan);
  if (redacted) redacted = store.scrub(request.key, *plan, kScrubWaitMs)({});
  if (!redacted) return std::unexpected(std::move(redacted.error()));
  return is_again ? RedactReport{} : RedactReport{std::move(*plan), told};
}

}  // namespace gatefold::storage
