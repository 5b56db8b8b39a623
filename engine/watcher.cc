#include "engine/watcher.h"

#include <algorithm>
#include <utility>

#include "engine/definitions.h"
#include "engine/read.h"
#include "engine/watch_steps.h"

namespace gatefold::engine {
namespace {

// Events looked at in one call, matching or not: one watcher may not keep its thread from others.
constexpr std::size_t kStepEventsMax = 4096;

WatchEventType wire_type(bool matched, bool matches) {
  if (!matched) return WatchEventType::kAdded;
  return matches ? WatchEventType::kModified : WatchEventType::kDeleted;
}

// The version is nullptr where it is not served.
std::pair<const Kind*, const KindVersion*> find_served(const Catalog& catalog,
                                                       const WatchQuery& query) {
  const auto* kind = catalog.find(query.group, query.plural);
  const auto* version = kind == nullptr ? nullptr : kind->version(query.version);
  return {kind, version == nullptr || !version->served ? nullptr : version};
}

// Where the definition was deleted after `after`: one of the same name may be there by now.
Result<std::optional<Revision>> deleted_definition(const View& view, std::string_view resource,
                                                   Revision after) {
  std::optional<Revision> deleted;
  auto read = view.snapshot->changes(
      kDefinitions, after, view.revision(), [&](const storage::Event& event) {
        const bool is_it = event.type == storage::EventType::kDeleted && event.key.name == resource;
        if (is_it) deleted = event.revision;
        return !is_it;
      });
  if (!read) return std::unexpected(std::move(read.error()));
  return deleted;
}

}  // namespace

Watcher::Watcher(WatchQuery query, WatchHub& hub) : query_(std::move(query)), hub_(hub) {}

Result<std::unique_ptr<Watcher>> Watcher::start(WatchQuery query, const View& view, WatchHub& hub,
                                                std::function<void()> ring) {
  if (auto checked = check_watch(query); !checked) {
    return std::unexpected(std::move(checked.error()));
  }
  const auto [kind, version] = find_served(*view.catalog, query);
  if (version == nullptr) return not_found({query.group, query.plural, ""}, "");
  auto wanted = parse_revision_parameter(query.resource_version);
  if (!wanted) return std::unexpected(std::move(wanted.error()));

  std::unique_ptr<Watcher> watcher(new Watcher(std::move(query), hub));
  watcher->catalog_ = view.catalog;
  watcher->looked_at_ = view.revision();
  watcher->kind_ = kind->kind;
  watcher->resource_ = kind->resource;
  watcher->api_version_ = kind->api_version(version->name);
  auto bell = hang_bell(hub, std::move(ring), kind->resource);
  if (!bell) return std::unexpected(std::move(bell.error()));
  watcher->bell_ = std::move(*bell);
  const auto& its = watcher->query_;
  if (wants_initial(its)) {
    auto lister = Lister::start(initial_query(its, *wanted), view);
    if (!lister) return std::unexpected(std::move(lister.error()));
    watcher->seen_ = lister->revision();
    watcher->initial_ = std::move(*lister);
    return watcher;
  }
  watcher->seen_ = *wanted == Revision{} ? view.revision() : *wanted;
  return watcher;
}

// Once the version is gone the watch is over (R16.17), but not before all that happened to it is
// told, in its last form.
Result<void> Watcher::note_catalog(const View& view) {
  if (!last_ && view.catalog != catalog_) {
    auto deleted = deleted_definition(view, resource_, looked_at_);
    if (!deleted) return std::unexpected(std::move(deleted.error()));
    last_ = *deleted;
    const bool is_served = find_served(*view.catalog, query_).second != nullptr;
    if (!last_ && !is_served) last_ = view.revision();
    if (!last_) catalog_ = view.catalog;
  }
  looked_at_ = view.revision();
  return {};
}

Result<std::vector<WatchEvent>> Watcher::next(const View& view, std::size_t bytes_max) {
  std::vector<WatchEvent> out;
  if (ended_) return out;
  if (auto noted = note_catalog(view); !noted) return std::unexpected(std::move(noted.error()));
  const auto [kind, version] = find_served(*catalog_, query_);
  const bool is_gone = last_.has_value();
  if (initial_ && is_gone) {
    ended_ = true;
    return out;
  }
  if (initial_) {
    if (auto read = next_initial(initial_, view, bytes_max, *bell_, out); !read) {
      return std::unexpected(std::move(read.error()));
    }
    if (!initial_ && query_.bookmarks) {
      out.push_back(bookmark_event(query_, kind_, api_version_, seen_, true));
    }
    if (!out.empty() || initial_) return out;
  }
  // Before reading: news that comes from now on rings again.
  bell_->rung = false;
  const auto head = last_.value_or(view.revision());
  Gathering gathering{view, *kind, *version, head, std::max<std::size_t>(bytes_max, 1), out};
  while (out.empty() && !gathering.is_done && gathering.looked_at < kStepEventsMax) {
    auto read = next_news(gathering);
    if (!read) return std::unexpected(std::move(read.error()));
  }
  if (!out.empty()) return out;
  // News that this View does not show yet may have found the bell rung, before this reading hung it
  // up: nobody else would ring for it again.
  const bool has_more = !gathering.is_done || (!is_gone && hub_.head() > view.revision());
  if (has_more) ring_again(*bell_);
  if (!has_more && (is_gone || hub_.closed())) ended_ = true;
  return out;
}

Result<void> Watcher::next_news(Gathering& gathering) {
  std::vector<PublishedPtr> events;
  Revision complete_to;
  if (!hub_.read(gathering.kind.resource, seen_, kStepEventsMax, events, complete_to)) {
    return read_log(gathering);
  }
  // What is published before its View is not shown before it: earlier versions of the object would
  // not be readable.
  const auto head = gathering.head;
  complete_to = std::min(complete_to, head);
  for (const auto& event : events) {
    if (event->event.revision > head) break;
    if (gathering.bytes >= gathering.bytes_max) return {};
    if (auto added = add(gathering, event->event, event.get()); !added || ended_) return added;
  }
  seen_ = std::max(seen_, complete_to);
  gathering.is_done = seen_ >= head;
  return {};
}

Result<void> Watcher::read_log(Gathering& gathering) {
  const auto head = gathering.head;
  const auto horizon = gathering.view.snapshot->horizon(gathering.kind.resource);
  if (seen_ < horizon) {
    gathering.out.push_back(expired_event(seen_, horizon));
    gathering.is_done = true;
    ended_ = true;
    return {};
  }
  if (auto given = gathering.view.snapshot->check_given(seen_); !given) {
    if (given.error().reason != Reason::kExpired) return given;
    gathering.out.push_back({WatchEventType::kError, nullptr, std::move(given.error())});
    gathering.is_done = true;
    ended_ = true;
    return {};
  }
  Result<void> added;
  bool is_cut = false;
  auto read = gathering.view.snapshot->changes(
      gathering.kind.resource, seen_, head, [&](const storage::Event& event) {
        is_cut = gathering.bytes >= gathering.bytes_max || gathering.looked_at >= kStepEventsMax;
        if (is_cut) return false;
        added = add(gathering, event, nullptr);
        return added.has_value() && !ended_;
      });
  if (!read) return read;
  if (!added || is_cut || ended_) return added;
  seen_ = std::max(seen_, head);
  gathering.is_done = true;
  return {};
}

bool Watcher::matches(const storage::Event& event, const Labels& labels,
                      const SelectableValues& fields) const {
  return query_.labels.matches(labels) &&
         query_.fields.matches(event.key.name_space, event.key.name, fields);
}

Result<void> Watcher::add(Gathering& gathering, const storage::Event& event,
                          const PublishedEvent* published) {
  ++gathering.looked_at;
  const bool is_ours = query_.name_space.empty() || query_.name_space == event.key.name_space;
  const bool matched = is_ours && event.type != storage::EventType::kAdded &&
                       matches(event, event.previous_labels, event.previous_fields);
  const bool is_there = is_ours && event.type != storage::EventType::kDeleted &&
                        matches(event, event.labels, event.fields);
  if (matched || is_there) {
    const auto type = wire_type(matched, is_there);
    const bool shows_previous =
        type == WatchEventType::kDeleted && event.type != storage::EventType::kDeleted;
    auto json =
        shows_previous ? previous_json(gathering, event) : event_json(gathering, event, published);
    if (!json && json.error().reason == Reason::kExpired) {
      // Redacted, or trimmed under a slow client: it has to list again.
      gathering.out.push_back({WatchEventType::kError, nullptr, std::move(json.error())});
      gathering.is_done = true;
      ended_ = true;
      return {};
    }
    if (!json) return std::unexpected(std::move(json.error()));
    gathering.bytes += (*json)->size();
    gathering.out.push_back({type, std::move(*json), std::nullopt});
  }
  seen_ = event.revision;
  return {};
}

Result<std::shared_ptr<const std::string>> Watcher::event_json(
    const Gathering& gathering, const storage::Event& event,
    const PublishedEvent* published) const {
  if (published != nullptr) return published->object_json(gathering.kind, gathering.version);
  auto body = gathering.view.snapshot->body(event.revision);
  if (!body) return std::unexpected(std::move(body.error()));
  std::string json;
  append_object(json, gathering.kind, gathering.version, event.schema_id, *body,
                storage::find_splice(*body), event.revision);
  return std::make_shared<const std::string>(std::move(json));
}

// An object that left the selection is shown as it last was in it, with the revision of the change
// (R16.6).
Result<std::shared_ptr<const std::string>> Watcher::previous_json(
    const Gathering& gathering, const storage::Event& event) const {
  // The version may be older than the horizon; it is what was there just before the change.
  auto past = gathering.view.snapshot->object_at(event.key, Revision{event.revision.number - 1});
  if (!past) return std::unexpected(std::move(past.error()));
  if (!*past) return internal_error("the version before a change can't be found");
  std::string json;
  append_object(json, gathering.kind, gathering.version, (*past)->schema_id, (*past)->body,
                (*past)->splice_at, event.revision);
  return std::make_shared<const std::string>(std::move(json));
}

std::optional<WatchEvent> Watcher::bookmark() const {
  if (initial_ || ended_) return std::nullopt;
  return bookmark_event(query_, kind_, api_version_, seen_, false);
}

}  // namespace gatefold::engine
