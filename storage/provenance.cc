// Where a log comes from, and what proves that it is the same as another.
#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "storage/failures.h"
#include "storage/lineage.h"
#include "storage/pin.h"
#include "storage/redact.h"

namespace gatefold::storage {
namespace {

// Empty where there is none.
Result<std::string> read_meta(const Snapshot::Pin& pin, std::string_view key) {
  rocksdb::PinnableSlice bytes;
  const auto found = pin.read(Family::kMeta, key, bytes);
  if (!found) return std::unexpected(found.error());
  return *found ? bytes.ToString() : std::string();
}

Result<Chain> read_chain(const Snapshot::Pin& pin, Revision revision) {
  if (revision.number == 0) return Chain{};
  rocksdb::PinnableSlice bytes;
  const auto found = pin.read(Family::kLog, revision_key(revision), bytes);
  if (!found) return std::unexpected(found.error());
  if (const auto row = *found ? parse_log_row(view(bytes)) : std::nullopt) return row->chain;
  if (const auto seal = *found ? parse_seal(view(bytes)) : std::nullopt) return seal->after;
  return failure(Reason::kExpired, fmt::format("revision {} is no longer kept", revision.number));
}

bool is_whole(const KeptByResource& kept, Revision head) {
  // A redaction leaves events without bodies, and an event that tells of it.
  if (kept.contains(kRedactions)) return false;
  std::uint64_t events = 0;
  for (const auto& [resource, of_resource] : kept) {
    if (of_resource.horizon.number > 0) return false;
    events += of_resource.events;
  }
  return events == head.number;
}

}  // namespace

Result<Provenance> Snapshot::provenance(Revision revision) const {
  const auto channel = read_meta(*pin_, kMetaChannel);
  auto own = read_meta(*pin_, kMetaIncarnation);
  const auto lineage = read_lineage(pin_->database());
  const auto kept_now = kept();
  if (!channel) return std::unexpected(channel.error());
  if (!own) return std::unexpected(std::move(own.error()));
  if (!lineage) return std::unexpected(lineage.error());
  if (!kept_now) return std::unexpected(kept_now.error());
  const auto chain = read_chain(*pin_, revision);
  if (!chain) return std::unexpected(chain.error());
  const auto author = std::ranges::find_if(
      *lineage, [&](const Ancestor& ancestor) { return revision <= ancestor.last; });
  const bool is_ours = author == lineage->end() || revision.number == 0;
  return Provenance{.chain = *chain,
                    .incarnation = is_ours ? *own : author->incarnation,
                    .channel = parse_channel(*channel).value_or(Channel::kStandard),
                    .is_whole = storage::is_whole(*kept_now, newest_)};
}

Result<void> Snapshot::check_given(Revision revision) const {
  const auto lineage = read_lineage(pin_->database());
  if (!lineage) return std::unexpected(lineage.error());
  const auto passed_over = std::ranges::find_if(*lineage, [&](const Ancestor& ancestor) {
    return ancestor.last < revision && revision < ancestor.head;
  });
  if (passed_over == lineage->end()) return {};
  return failure(Reason::kExpired,
                 fmt::format("revision {} is of another history: a backup was restored at {}",
                             revision.number, passed_over->last.number));
}

}  // namespace gatefold::storage
