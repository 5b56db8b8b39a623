#include "storage/version_marks.h"

#include <algorithm>
#include <iterator>
#include <ranges>

namespace gatefold::storage {
namespace {

constexpr std::uint64_t kNumberMax = (std::uint64_t{1} << 52) - 1;
constexpr std::size_t kSchemasMax = std::size_t{1} << 8;

}  // namespace

std::vector<VersionMarks::Mark>::const_iterator VersionMarks::at(Revision revision) const {
  const auto later = std::ranges::upper_bound(marks_, revision.number, {},
                                              [](const Mark& its) { return +its.number; });
  return later == marks_.begin() ? marks_.end() : std::prev(later);
}

bool VersionMarks::knows(Revision revision) const {
  const auto found = at(revision);
  return found != marks_.end() && found->state != kUnknown;
}

std::optional<VersionMarks::Newest> VersionMarks::find(Revision revision) const {
  if (!knows(revision)) return std::nullopt;
  const auto found = at(revision);
  if (found->state == kNone) return Newest();
  return Newest(
      {Revision{found->number}, static_cast<EventType>(found->state), schema_ids_[found->schema]});
}

std::optional<std::uint64_t> VersionMarks::schema_of(const std::string& id) {
  const auto found = std::ranges::find(schema_ids_, id);
  const auto place = static_cast<std::uint64_t>(std::distance(schema_ids_.begin(), found));
  if (found != schema_ids_.end()) return place;
  if (schema_ids_.size() == kSchemasMax) return std::nullopt;
  schema_ids_.push_back(id);
  return place;
}

VersionMarks VersionMarks::with(Revision revision, std::span<const Version> newest_first,
                                std::optional<Revision> none_since) const {
  if (revision.number >= kNumberMax || (newest_first.empty() && !none_since)) return *this;
  const auto from = none_since ? none_since->number : newest_first.back().revision.number;
  const auto next = revision.number + 1;
  VersionMarks out;
  out.schema_ids_ = schema_ids_;
  out.marks_.reserve(marks_.size() + newest_first.size() + 2);
  const auto number = [](const Mark& its) { return +its.number; };
  const auto before = std::ranges::lower_bound(marks_, from, {}, number);
  out.marks_.assign(marks_.begin(), before);
  if (none_since) out.marks_.push_back({from, kNone, 0});
  for (const auto& version : newest_first | std::views::reverse) {
    const auto schema = out.schema_of(version.schema_id);
    if (!schema) return *this;
    out.marks_.push_back(
        {version.revision.number, static_cast<std::uint64_t>(version.type), *schema});
  }
  // What held at `next` holds on: unless a mark begins there, it is what was just read.
  const auto after = std::ranges::lower_bound(marks_, next, {}, number);
  const bool is_marked = after != marks_.end() && after->number == next;
  if (!is_marked && !knows({next})) out.marks_.push_back({next, kUnknown, 0});
  out.marks_.insert(out.marks_.end(), after, marks_.end());
  return out;
}

std::size_t VersionMarks::bytes() const {
  auto bytes = sizeof(*this) + marks_.capacity() * sizeof(Mark);
  for (const auto& id : schema_ids_) bytes += sizeof(std::string) + id.capacity();
  return bytes;
}

}  // namespace gatefold::storage
