#include "storage/verify_meta.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "schema/channel.h"
#include "storage/lineage.h"

namespace gatefold::storage {
namespace {

// What is kept is counted since.
constexpr std::uint64_t kKeptFormat = 2;

// A revision that retention of the resource came by: of one of its events, which may have been
// dropped since, or where a fork begins. What is damaged in the log is not held against it.
bool is_place(const Snapshot::Pin& pin, const Head& head, const std::string& resource,
              Revision revision, const std::vector<Ancestor>& lineage) {
  if (revision.number == 0) return true;
  if (revision > head.revision) return false;
  const bool is_end = std::ranges::any_of(
      lineage, [&](const Ancestor& ancestor) { return ancestor.last == revision; });
  if (is_end) return true;
  if (const auto record = record_at(pin, revision)) return record->event.key.resource == resource;
  const auto sealed = pin.sealed(revision);
  return !sealed || !*sealed || !is_epoch((*sealed)->seal, (*sealed)->last);
}

// What is wrong with where retention stands; empty: nothing.
std::string wrong_place(const Snapshot::Pin& pin, const Head& head, const std::string& resource,
                        const Kept& kept, const std::vector<Ancestor>& lineage) {
  const std::array<std::pair<const char*, Revision>, 4> places{
      {{"the horizon", kept.horizon},
       {"how far records were looked at", kept.records_done},
       {"how far bodies were looked at", kept.bodies_done},
       {"the last record that was dropped", kept.last_dropped}}};
  for (const auto& [what, revision] : places) {
    if (is_place(pin, head, resource, revision, lineage)) continue;
    return fmt::format("{} is revision {}, which is none of the resource", what, revision.number);
  }
  if (kept.last_dropped > kept.horizon) {
    return fmt::format("revision {} was dropped, but the horizon is revision {}",
                       kept.last_dropped.number, kept.horizon.number);
  }
  // In rows of before, the horizon stands for it.
  if (kept.last_dropped != kept.horizon &&
      (kept.last_dropped.number == 0) != (kept.dropped_events == 0)) {
    return fmt::format("{} records were dropped, the last of them is revision {}",
                       kept.dropped_events, kept.last_dropped.number);
  }
  return {};
}

class MetaProof {
 public:
  MetaProof(const Snapshot::Pin& pin, const Head& head, const LogProof& log, Findings& findings)
      : pin_(pin), head_(head), log_(log), findings_(findings) {
    if (auto lineage = read_lineage(pin_.database())) {
      lineage_ = std::move(*lineage);
    } else {
      find("the row of the lineage can't be read");
    }
  }

  void check_identity() {
    const auto format = read(kMetaFormat);
    is_counted_ =
        format && format->size() == sizeof(std::uint64_t) && read_u64(*format) >= kKeptFormat;
    const auto channel = read(kMetaChannel);
    if (is_counted_ && head_.revision.number > 0 && (!channel || !parse_channel(*channel))) {
      find("the row of the channel is missing or says none that is known");
    }
    const auto incarnation = read(kMetaIncarnation);
    const bool is_incarnation =
        incarnation && incarnation->size() == 16 &&
        incarnation->find_first_not_of("0123456789abcdef") == std::string::npos;
    if (!is_incarnation) find("the row of the incarnation is missing or can't be read");
    check_lineage();
  }

  void check_kept(const KeptByResource& kept, const std::set<std::string>& doubted) {
    if (!is_counted_) return;
    // What log and bodies lack is named, and what is counted of them differs for it.
    const bool is_proven = log_.is_whole() && findings_.count(Family::kLog) == 0 &&
                           findings_.count(Family::kBodies) == 0;
    std::uint64_t dropped = 0;
    for (const auto& [resource, of_resource] : kept) {
      dropped += of_resource.dropped_events;
      if (is_proven) check_counts(resource, of_resource);
    }
    for (const auto& [resource, counted] : log_.counted()) {
      if (!kept.contains(resource)) find(fmt::format("the row kept/{} is missing", resource));
    }
    if (!is_proven || !check_dropped(dropped)) return;
    for (const auto& [resource, of_resource] : kept) {
      if (!doubted.contains(resource)) check_gone(resource, of_resource);
    }
  }

 private:
  void find(std::string message) { findings_.add({}, Family::kMeta, std::move(message)); }
  // Counted anew with the derived rows.
  void find_derived(std::string message) {
    findings_.add({.revision = {},
                   .until = {},
                   .where = "meta",
                   .message = std::move(message),
                   .is_derived = true});
  }

  std::optional<std::string> read(std::string_view key) {
    rocksdb::PinnableSlice bytes;
    const auto found = pin_.read(Family::kMeta, key, bytes);
    if (!found) findings_.add_failure(pin_.database(), {}, {}, Family::kMeta, found.error());
    return found && *found ? std::optional(bytes.ToString()) : std::nullopt;
  }

  // A fork has left events behind, and what they told.
  bool is_fork() const {
    return std::ranges::any_of(
        lineage_, [](const Ancestor& ancestor) { return ancestor.last == ancestor.head; });
  }

  void check_lineage() {
    Revision before;
    std::uint64_t epochs = 0;
    for (const auto& ancestor : lineage_) {
      if (ancestor.last < before || ancestor.head < ancestor.last ||
          ancestor.head > head_.revision) {
        find("the row of the lineage names revisions that can't be");
        return;
      }
      before = ancestor.head;
      if (ancestor.head > ancestor.last) ++epochs;
    }
    if (log_.is_whole() && epochs != log_.epochs()) {
      find(fmt::format("by the lineage numbers were passed over {} times, by the log {} times",
                       epochs, log_.epochs()));
    }
  }

  void check_counts(const std::string& resource, const Kept& kept) {
    const auto found = log_.counted().find(resource);
    const auto counted = found == log_.counted().end() ? Kept{} : found->second;
    if (kept.events != counted.events) {
      find_derived(fmt::format("the row kept/{} counts {} events, the log has {}", resource,
                               kept.events, counted.events));
    } else if (kept.bytes != counted.bytes) {
      find_derived(fmt::format("the row kept/{} counts {} bytes, log and bodies have {}", resource,
                               kept.bytes, counted.bytes));
    }
  }

  // How many bytes were dropped nothing else tells: no fewer than the rows of as many records have,
  // and none where nothing is gone. What a fork has left behind may have been all that was.
  void check_gone(const std::string& resource, const Kept& kept) {
    const bool is_gone = kept.dropped_events > 0 || log_.has_gaps(resource) || is_fork();
    if (!is_gone && (kept.horizon.number > 0 || kept.dropped_bytes > 0)) {
      find(
          fmt::format("the row kept/{} has a horizon of revision {} and {} bytes that were "
                      "dropped, but nothing is gone",
                      resource, kept.horizon.number, kept.dropped_bytes));
    } else if (kept.dropped_bytes / kSealBytes < kept.dropped_events) {
      find(fmt::format("the row kept/{} counts {} bytes that were dropped, too few for {} records",
                       resource, kept.dropped_bytes, kept.dropped_events));
    }
  }

  // Seals don't say whose records they stand for. A fork has left some of them behind.
  bool check_dropped(std::uint64_t dropped) {
    if (log_.sealed() == dropped || (is_fork() && log_.sealed() < dropped)) return true;
    find(fmt::format("{} records were dropped, but seals stand for {}", dropped, log_.sealed()));
    return false;
  }

  const Snapshot::Pin& pin_;
  const Head& head_;
  const LogProof& log_;
  Findings& findings_;
  std::vector<Ancestor> lineage_;
  bool is_counted_ = false;
};

}  // namespace

std::set<std::string> doubt_kept(const Snapshot::Pin& pin, const Head& head,
                                 const KeptByResource& kept, Findings& findings) {
  std::set<std::string> doubted;
  const auto lineage = read_lineage(pin.database());
  if (!lineage) return doubted;
  for (const auto& [resource, of_resource] : kept) {
    const auto wrong = wrong_place(pin, head, resource, of_resource, *lineage);
    if (wrong.empty()) continue;
    doubted.insert(resource);
    findings.add({}, Family::kMeta, fmt::format("the row kept/{}: {}", resource, wrong));
  }
  return doubted;
}

void prove_meta(const Snapshot::Pin& pin, const Head& head, const KeptByResource* kept,
                const std::set<std::string>& doubted, const LogProof& log, Findings& findings) {
  MetaProof proof(pin, head, log, findings);
  proof.check_identity();
  if (kept != nullptr) proof.check_kept(*kept, doubted);
}

}  // namespace gatefold::storage
