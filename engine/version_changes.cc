#include "engine/version_changes.h"

#include <utility>

#include "engine/gap.h"
#include "schema/json.h"

namespace gatefold::engine {
namespace {

// Nothing: the body is gone, and `gap` says why.
Result<std::optional<Value>> body_of(const View& view, Revision revision, std::string& gap) {
  auto body = view.snapshot->body(revision);
  if (!body && body.error().reason == Reason::kExpired) {
    gap = std::move(body.error().message);
    return std::nullopt;
  }
  if (!body) return std::unexpected(std::move(body.error()));
  auto parsed = parse_json(*body);
  if (!parsed) return internal_error("a stored object is no JSON");
  return std::move(parsed->value);
}

}  // namespace

Result<VersionChanges> changes_in(const View& view, const storage::Event& event) {
  VersionChanges told;
  if (event.previous == Revision{}) {
    told.gap = body_gap(event);
    if (!told.gap.empty()) return told;
    auto now = body_of(view, event.revision, told.gap);
    if (!now) return std::unexpected(std::move(now.error()));
    return told;
  }
  auto previous = view.snapshot->event(event.previous);
  if (!previous && previous.error().reason != Reason::kExpired) {
    return std::unexpected(std::move(previous.error()));
  }
  told.gap = body_gap(event);
  if (told.gap.empty() && previous && *previous) told.gap = body_gap(**previous);
  if (!told.gap.empty()) return told;
  auto before = body_of(view, event.previous, told.gap);
  if (!before) return std::unexpected(std::move(before.error()));
  if (!*before) return told;
  auto now = body_of(view, event.revision, told.gap);
  if (!now) return std::unexpected(std::move(now.error()));
  if (!*now) return told;
  const auto* kind = view.catalog->find_resource(event.key.resource);
  const auto* version = kind == nullptr ? nullptr : kind->version(event.version);
  told.changes = diff(
      **before, **now,
      {.schema = version == nullptr ? nullptr : version->schema.get(), .leaves_out_noise = true});
  return told;
}

}  // namespace gatefold::engine
