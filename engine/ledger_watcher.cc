#include "engine/ledger_watcher.h"

#include <algorithm>
#include <utility>

#include "engine/limits.h"
#include "engine/watch_steps.h"

namespace gatefold::engine {

Result<std::unique_ptr<Watch>> LedgerWatcher::start(WatchQuery query, const View& view,
                                                    WatchHub& hub, std::function<void()> ring) {
  if (auto checked = check_watch(query); !checked) {
    return std::unexpected(std::move(checked.error()));
  }
  if (query.range.to || query.range.until) {
    return bad_request("a watch has no end: toRevision and until are for lists");
  }
  const auto* kind = view.catalog->find(query.group, query.plural);
  const auto* version = kind == nullptr ? nullptr : kind->version(query.version);
  if (version == nullptr) return not_found({query.group, query.plural, ""}, "");
  std::unique_ptr<LedgerWatcher> watcher(new LedgerWatcher(std::move(query), hub));
  watcher->kind_ = kind->kind;
  watcher->api_version_ = kind->api_version(version->name);
  if (auto begun = watcher->begin(view); !begun) {
    return std::unexpected(std::move(begun.error()));
  }
  auto bell = hang_bell(hub, std::move(ring), "");
  if (!bell) return std::unexpected(std::move(bell.error()));
  watcher->bell_ = std::move(*bell);
  return std::unique_ptr<Watch>(std::move(watcher));
}

Result<void> LedgerWatcher::begin(const View& view) {
  auto wanted = parse_revision_parameter(query_.resource_version);
  if (!wanted) return std::unexpected(std::move(wanted.error()));
  if (wants_initial(query_)) {
    auto lister = LedgerLister::start(initial_query(query_, *wanted), view);
    if (!lister) return std::unexpected(std::move(lister.error()));
    seen_ = lister->revision();
    initial_ = std::move(*lister);
    return {};
  }
  // Where it begins was said already; a range can only leave out what is older.
  const auto stretch = stretch_of(query_.range, view, view.revision());
  if (!stretch) return std::unexpected(stretch.error());
  seen_ = std::max(*wanted == Revision{} ? view.revision() : *wanted, stretch->after);
  return {};
}

Result<std::vector<WatchEvent>> LedgerWatcher::next(const View& view, std::size_t bytes_max) {
  std::vector<WatchEvent> out;
  if (ended_) return out;
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
  const auto is_done = next_news(view, std::max<std::size_t>(bytes_max, 1), out);
  if (!is_done) return std::unexpected(is_done.error());
  if (!out.empty()) return out;
  // News that this View does not show yet may have found the bell rung.
  if (!*is_done || hub_.head() > view.revision()) {
    ring_again(*bell_);
  } else if (hub_.closed()) {
    ended_ = true;
  }
  return out;
}

// Whether everything that the View shows was looked at.
Result<bool> LedgerWatcher::next_news(const View& view, std::size_t bytes_max,
                                      std::vector<WatchEvent>& out) {
  const auto* kind = view.catalog->find(query_.group, query_.plural);
  const auto* version = kind == nullptr ? nullptr : kind->version(query_.version);
  if (version == nullptr) return not_found({query_.group, query_.plural, ""}, "");
  const LedgerSelection selection{*kind, query_.name_space, query_.labels, query_.fields};
  // Of any resource that may be in it: who resumes loses no event without being told.
  const auto horizon = view.snapshot->records_horizon(
      seen_, [&](std::string_view resource) { return may_hold(view, selection, resource); });
  if (seen_ < horizon) {
    out.push_back(expired_event(seen_, horizon));
    ended_ = true;
    return true;
  }
  // Once: from then on it goes by revisions that were seen here.
  const bool is_stated = !std::exchange(is_given_, true);
  if (auto given = is_stated ? view.snapshot->check_given(seen_) : Result<void>(); !given) {
    if (given.error().reason != Reason::kExpired) return std::unexpected(given.error());
    out.push_back({WatchEventType::kError, nullptr, std::move(given.error())});
    ended_ = true;
    return true;
  }
  std::size_t bytes = 0;
  std::size_t looked_at = 0;
  bool is_cut = false;
  Result<void> shown;
  auto visited =
      visit_ledger(view, selection, seen_, view.revision(), [&](const storage::Event& event) {
        is_cut = bytes >= bytes_max || looked_at >= kLookedAtMax;
        if (is_cut) return false;
        for (std::size_t i = 0; i < entries_in(*kind, event); ++i) {
          const auto ordinal = static_cast<std::uint16_t>(i);
          if (!selection.matches(event, ordinal)) continue;
          auto object = ledger_object(view, *kind, *version, event, ordinal);
          if (!object) shown = std::unexpected(std::move(object.error()));
          if (!shown) return false;
          bytes += object->size();
          looked_at += ledger_cost(*kind);
          out.push_back({WatchEventType::kAdded,
                         std::make_shared<const std::string>(std::move(*object)), std::nullopt});
        }
        seen_ = event.revision;
        ++looked_at;
        return true;
      });
  if (visited) visited = std::move(shown);
  if (!visited) return std::unexpected(std::move(visited.error()));
  if (!is_cut) seen_ = std::max(seen_, view.revision());
  return !is_cut;
}

std::optional<WatchEvent> LedgerWatcher::bookmark() const {
  if (initial_ || ended_) return std::nullopt;
  return bookmark_event(query_, kind_, api_version_, seen_, false);
}

}  // namespace gatefold::engine
