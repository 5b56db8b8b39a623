#include "storage/leave_out.h"

#include <algorithm>
#include <unordered_set>
#include <utility>
#include <vector>

#include "storage/failures.h"
#include "storage/fold.h"
#include "storage/trim.h"

namespace gatefold::storage {
namespace {

constexpr std::size_t kBatchDropsMax = 2048;

class LeaveOut {
 public:
  LeaveOut(const std::shared_ptr<Database>& database, std::string resource, const Head& now,
           Revision then, const Kept& kept)
      : database_(database),
        resource_(std::move(resource)),
        now_(now),
        then_(then),
        pin_(std::make_shared<const Snapshot::Pin>(database)),
        kept_(kept) {
    kept_.horizon = std::max(kept_.horizon, then);
  }

  Result<bool> run() {
    std::unordered_set<std::string> seen;
    Result<void> looked;
    const Snapshot before(pin_, now_);
    auto read = before.changes(resource_, then_, now_.revision, [&](const Event& event) {
      auto object = object_key(event.key);
      if (seen.contains(object)) return true;
      looked = look_at(object, event.previous);
      seen.insert(std::move(object));
      return looked.has_value();
    });
    if (!looked) return std::unexpected(std::move(looked.error()));
    if (!read) return std::unexpected(std::move(read.error()));
    if (auto written = write(); !written) return std::unexpected(std::move(written.error()));
    return has_dropped_;
  }

 private:
  // `replaced` is the version before the first one behind `then` that is kept.
  Result<void> look_at(const std::string& object, Revision replaced) {
    const auto last = pin_->version_at(object, then_);
    if (!last) return std::unexpected(last.error());
    if (!*last) return {};
    rocksdb::PinnableSlice bytes;
    const auto body = pin_->body_row((*last)->revision, bytes);
    if (!body) return std::unexpected(body.error());
    const bool is_told = (*last)->revision == replaced && body->gap == BodyGap::kNone;
    return is_told ? Result<void>() : drop_life(object);
  }

  Result<void> drop_life(const std::string& object) {
    Rows versions(*database_, Family::kVersions, pin_->snapshot(), version_key(object, then_),
                  prefix_end(version_prefix(object)));
    for (; versions.valid(); versions.next()) {
      const auto key = parse_version_key(versions.key());
      const auto value = parse_version(versions.value());
      if (!key || !value) return corruption("a row of versions can't be read");
      if (value->type == EventType::kDeleted) return {};
      dropped_.push_back(key->revision);
      if (dropped_.size() < kBatchDropsMax) continue;
      if (auto written = write(); !written) return written;
    }
    return versions.status();
  }

  Result<void> write() {
    if (dropped_.empty()) return {};
    const Snapshot::Pin pin(database_);  // of the seals that the batch before has left
    Trim trim(pin, resource_, kept_, now_.revision);
    for (const auto revision : dropped_) {
      if (auto dropped = trim.drop_record(revision); !dropped) return dropped;
    }
    if (auto finished = trim.finish(); !finished) return finished;
    kept_ = trim.kept();
    dropped_.clear();
    has_dropped_ = true;
    return check(database_->write(trim.batch(), /*sync=*/false));
  }

  const std::shared_ptr<Database>& database_;
  std::string resource_;
  const Head& now_;
  Revision then_;
  std::shared_ptr<const Snapshot::Pin> pin_;  // of what there was before
  Kept kept_;
  std::vector<Revision> dropped_;  // of the next batch
  bool has_dropped_ = false;
};

}  // namespace

Result<bool> leave_out(const std::shared_ptr<Database>& database, const std::string& resource,
                       const Head& now, Revision then) {
  const auto kept = read_kept(*database, nullptr);
  if (!kept) return std::unexpected(kept.error());
  const auto found = kept->find(resource);
  if (found == kept->end()) return false;
  return LeaveOut(database, resource, now, then, found->second).run();
}

}  // namespace gatefold::storage
