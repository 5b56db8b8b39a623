#include "engine/ledger_list.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "engine/continue_token.h"
#include "engine/limits.h"
#include "engine/list_start.h"

namespace gatefold::engine {
namespace {

Result<std::vector<std::string>> warnings_of(const View& view, const LedgerSelection& selection,
                                             Revision after) {
  const auto kept = view.snapshot->kept();
  if (!kept) return std::unexpected(kept.error());
  std::vector<std::string> warnings;
  for (const auto& [resource, of_resource] : *kept) {
    if (of_resource.last_dropped <= after || !may_hold(view, selection, resource)) continue;
    warnings.push_back(fmt::format("not all events of {} up to revision {} are kept", resource,
                                   of_resource.last_dropped.number));
  }
  return warnings;
}

}  // namespace

// What one call of next() hands out.
struct LedgerLister::Piece {
  const View& view;
  const Kind& kind;
  const KindVersion& version;
  std::size_t bytes_max;
  const std::function<void(std::string_view)>& sink;
  std::size_t bytes = 0;
  std::size_t looked_at = 0;
  bool is_cut = false;   // enough for this piece
  bool is_full = false;  // enough for the page

  bool goes_on() const { return !is_cut && !is_full; }
};

LedgerSelection LedgerLister::selection(const Kind& kind) const {
  return {kind, query_.name_space, query_.labels, query_.fields};
}

Result<LedgerLister> LedgerLister::start(ListQuery query, const View& view) {
  const auto* kind = view.catalog->find(query.group, query.plural);
  if (kind == nullptr) return not_found({query.group, query.plural, ""}, "");
  auto begun = start_list(query, view, {});
  if (!begun) return std::unexpected(std::move(begun.error()));
  auto stretch = stretch_of(query.range, view, begun->revision);
  if (!stretch) return std::unexpected(std::move(stretch.error()));

  LedgerLister lister;
  lister.query_ = std::move(query);
  lister.query_.limit = std::min(lister.query_.limit, kPageObjectsMax);
  lister.revision_ = stretch->until;
  lister.looked_at_ = stretch->after;
  const auto horizon = ledger_horizon(view, lister.selection(*kind));
  if (auto& token = begun->token) {
    const auto place = parse_ledger_name(*kind, token->name);
    if (!place) {
      return bad_request("invalid continue token: continue key is not valid: no entry's name");
    }
    // One without a revision goes on with what is there now.
    if (place->revision < horizon && token->revision.number != 0) {
      return too_old_token(view, horizon, std::move(*token));
    }
    lister.after_ = *place;
    lister.looked_at_ = {place->revision.number -
                         std::min<std::uint64_t>(1, place->revision.number)};
    lister.looked_at_ = std::max(lister.looked_at_, horizon);
    return lister;
  }
  if (lister.query_.range.from && stretch->after < horizon) {
    return failure(Reason::kExpired,
                   fmt::format("fromRevision {} is no longer kept: the oldest one is {}",
                               lister.query_.range.from->number, horizon.next().number));
  }
  if (lister.query_.range.from || lister.query_.range.since) {
    auto warnings = warnings_of(view, lister.selection(*kind), stretch->after);
    if (!warnings) return std::unexpected(std::move(warnings.error()));
    lister.warnings_ = std::move(*warnings);
  }
  lister.looked_at_ = std::max(lister.looked_at_, horizon);
  return lister;
}

Result<void> LedgerLister::take(Piece& piece, const storage::Event& event) {
  const auto selected = selection(piece.kind);
  const auto count = entries_in(piece.kind, event);
  for (std::size_t i = 0; i < count; ++i) {
    const LedgerPlace place{event.revision, static_cast<std::uint16_t>(i)};
    if ((after_ && place <= *after_) || !selected.matches(event, place.ordinal)) continue;
    piece.is_full = query_.limit > 0 && handed_out_ >= query_.limit;
    piece.is_cut = piece.bytes >= piece.bytes_max;
    if (!piece.goes_on()) return {};
    auto object = ledger_object(piece.view, piece.kind, piece.version, event, place.ordinal);
    if (!object) return std::unexpected(std::move(object.error()));
    piece.sink(*object);
    piece.bytes += object->size();
    piece.looked_at += ledger_cost(piece.kind);
    ++handed_out_;
    after_ = place;
  }
  looked_at_ = event.revision;
  piece.is_cut = ++piece.looked_at >= kLookedAtMax;
  return {};
}

Result<bool> LedgerLister::next(const View& view, std::size_t bytes_max,
                                const std::function<void(std::string_view)>& sink) {
  if (done_) return false;
  const auto* kind = view.catalog->find(query_.group, query_.plural);
  const auto* version = kind == nullptr ? nullptr : kind->version(query_.version);
  if (version == nullptr) return not_found({query_.group, query_.plural, ""}, "");
  // What is dropped while a slow client reads.
  const auto horizon = ledger_horizon(view, selection(*kind));
  if (looked_at_ < horizon) return no_longer_kept(horizon);
  Piece piece{view, *kind, *version, std::max<std::size_t>(bytes_max, 1), sink};
  Result<void> taken;
  auto visited =
      visit_ledger(view, selection(*kind), looked_at_, revision_, [&](const storage::Event& event) {
        taken = take(piece, event);
        return taken.has_value() && piece.goes_on();
      });
  if (visited) visited = std::move(taken);
  if (!visited) return std::unexpected(std::move(visited.error()));
  if (piece.is_cut) return true;
  done_ = true;
  if (piece.is_full) {
    continue_token_ = encode_token({view.incarnation, revision_, "", ledger_name(*kind, *after_)});
  }
  return false;
}

}  // namespace gatefold::engine
