#include "engine/ledger_range.h"

#include <algorithm>
#include <cstdint>
#include <limits>

namespace gatefold::engine {

std::optional<Time> just_before(Time time) {
  if (time.ns == std::numeric_limits<std::int64_t>::min()) return std::nullopt;
  return Time{time.ns - 1};
}

Result<Revision> last_until(const View& view, Time time) {
  // Of a View of the past the time of the head is not known without reading it.
  if (!view.snapshot->is_past() && time >= view.head.time) return view.revision();
  const auto then = view.snapshot->at(time);
  if (then) return (*then)->head().revision;
  if (then.error().reason == Reason::kBadRequest) return Revision{};
  return std::unexpected(then.error());
}

Result<LedgerStretch> stretch_of(const LedgerRange& range, const View& view, Revision head) {
  if (range.from && range.to && *range.from > *range.to) {
    return bad_request("toRevision lies before fromRevision");
  }
  if (range.since && range.until && *range.since > *range.until) {
    return bad_request("until lies before since");
  }
  LedgerStretch stretch{.after = {}, .until = head};
  if (range.from && range.from->number > 0) stretch.after = {range.from->number - 1};
  if (range.to) stretch.until = std::min(stretch.until, *range.to);
  if (range.since) {
    const auto then = just_before(*range.since);
    const auto before = then ? last_until(view, *then) : Result<Revision>(Revision{});
    if (!before) return std::unexpected(before.error());
    stretch.after = std::max(stretch.after, *before);
  }
  if (range.until) {
    const auto last = last_until(view, *range.until);
    if (!last) return std::unexpected(last.error());
    stretch.until = std::min(stretch.until, *last);
  }
  return stretch;
}

}  // namespace gatefold::engine
