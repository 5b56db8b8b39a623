#include "storage/fork.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <rocksdb/env.h>
#include <unistd.h>

#include "storage/directory_lock.h"
#include "storage/failures.h"
#include "storage/leave_out.h"
#include "storage/lineage.h"
#include "storage/pin.h"
#include "storage/redact.h"
#include "storage/store.h"
#include "storage/undo.h"

namespace gatefold::storage {
namespace {

namespace files = std::filesystem;

std::unexpected<Status> failed(const files::path& path, const std::error_code& error) {
  return failure(Reason::kInternalError,
                 fmt::format("storage: {}: {}", path.string(), error.message()));
}

Result<void> sync(const files::path& path, int flags) {
  const int file = open(path.c_str(), flags | O_RDONLY | O_CLOEXEC);
  const bool is_synced = file >= 0 && fsync(file) == 0;
  const std::error_code error(errno, std::generic_category());
  if (file >= 0) close(file);
  return is_synced ? Result<void>() : failed(path, error);
}

// While nobody writes, the files are RocksDB's state. Tables never change: a link is as good as a
// copy. What is not RocksDB's (locks, keys, what was acknowledged) is made anew.
Result<void> share_files(const files::path& source, const files::path& target) {
  std::error_code error;
  for (const auto& entry : files::directory_iterator(source, error)) {
    const auto name = entry.path().filename().string();
    const bool is_table = name.ends_with(".sst");
    const bool is_state = name == "CURRENT" || name.starts_with("MANIFEST-") ||
                          name.starts_with("OPTIONS-") || name.ends_with(".log");
    if (is_table) {
      files::create_hard_link(entry.path(), target / name, error);
      if (!error) continue;
    } else if (!is_state) {
      continue;
    }
    if (!files::copy_file(entry.path(), target / name, error)) {
      return failed(target / name, error);
    }
    if (auto synced = sync(target / name, 0); !synced) return synced;
  }
  if (error) return failed(source, error);
  return {};
}

Result<void> check_target(const files::path& target, const files::path& unfinished) {
  std::error_code error;
  const bool is_free =
      !files::exists(target, error) || (files::is_directory(target) && files::is_empty(target));
  if (!is_free) {
    return bad_request(fmt::format("{} is there and not empty", target.string()));
  }
  if (files::exists(unfinished, error)) {
    return bad_request(
        fmt::format("{} is there, of a fork that was broken off: remove it", unfinished.string()));
  }
  return {};
}

// What nobody can tell any more of objects that may be lacking goes; the resource is then named.
Result<void> leave_out_untold(const std::shared_ptr<Database>& database, const Head& now,
                              const MayLack& may_lack, Fork& fork) {
  const auto kept = read_kept(*database, nullptr);
  if (!kept) return std::unexpected(kept.error());
  const bool has_redacted = kept->contains(kRedactions);
  for (const auto& [resource, of_resource] : *kept) {
    const bool is_whole = of_resource.horizon <= fork.as_of && !has_redacted;
    if (is_whole || !may_lack || !may_lack(resource)) continue;
    const auto left_out = leave_out(database, resource, now, fork.as_of);
    if (!left_out) return std::unexpected(left_out.error());
    if (*left_out && std::ranges::find(fork.lacking, resource) == fork.lacking.end()) {
      fork.lacking.push_back(resource);
    }
  }
  return {};
}

// The log of a fork ends with an event: of those behind it up to the moment nothing is left.
Result<Head> last_event(const std::shared_ptr<Database>& database, const Head& now,
                        Revision moment) {
  const auto pin = std::make_shared<const Snapshot::Pin>(database);
  const auto past = Snapshot(pin, now).at(moment);
  if (!past) return std::unexpected(past.error());
  const auto last = (*past)->last_kept();
  if (!last) return std::unexpected(last.error());
  if (!*last) {
    return failure(Reason::kExpired,
                   fmt::format("no event up to revision {} is kept", moment.number));
  }
  return **last;
}

// Goes back to the moment and becomes a directory of its own.
Result<void> go_its_own_way(const files::path& directory, const Head& now, const MayLack& may_lack,
                            const Progress& progress, Fork& fork) {
  Location location;
  location.path = directory.string();
  location.env = rocksdb::Env::Default();
  auto database = Database::open(location);
  if (!database) return std::unexpected(std::move(database.error()));
  if (auto left_out = leave_out_untold(*database, now, may_lack, fork); !left_out) return left_out;
  const auto then = last_event(*database, now, fork.as_of);
  if (!then) return std::unexpected(then.error());
  const auto undone = undo(*database, now, *then, progress);
  if (!undone) return std::unexpected(undone.error());
  auto lineage = read_lineage(**database);
  if (!lineage) return std::unexpected(std::move(lineage.error()));
  const auto source = (*database)->read(Family::kMeta, kMetaIncarnation);
  if (!source) return std::unexpected(source.error());
  const auto incarnation = new_incarnation();
  if (!incarnation) return std::unexpected(incarnation.error());
  rocksdb::WriteBatch batch;
  batch.Put(slice(kMetaLineage),
            encode_lineage(lineage_at(std::move(*lineage), source->value_or(""), then->revision)));
  batch.Put(slice(kMetaIncarnation), *incarnation);
  batch.Put(slice(kMetaHead), encode_head(*then));
  auto written = check((*database)->write(batch, /*sync=*/true));
  if (written) written = (*database)->flush();
  fork.head = *then;
  fork.undone = *undone;
  return written;
}

}  // namespace

Result<std::vector<std::string>> lacking_at(const KeptByResource& all, Revision revision,
                                            const MayLack& may_lack) {
  std::vector<std::string> lacking;
  for (const auto& [resource, kept] : all) {
    if (revision >= kept.horizon) continue;
    if (!may_lack || !may_lack(resource)) {
      return failure(Reason::kExpired,
                     fmt::format("revision {} of {} is no longer kept: the oldest that can be read "
                                 "is {}",
                                 revision.number, resource, kept.horizon.number));
    }
    lacking.push_back(resource);
  }
  return lacking;
}

Result<Fork> fork(const files::path& source, const Moment& moment, const files::path& target,
                  const Progress& progress, const MayLack& may_lack) {
  auto whole = target;
  if (!whole.has_filename()) whole = whole.parent_path();
  const files::path unfinished = whole.string() + ".unfinished";
  if (auto checked = check_target(whole, unfinished); !checked) {
    return std::unexpected(std::move(checked.error()));
  }
  // Keeps writers away until all is copied.
  const auto store = Store::open({.directory = source, .read_only = true});
  if (!store) return std::unexpected(store.error());
  const auto now = (*store)->head();
  const auto past = (*store)->snapshot()->at(moment);
  if (!past) return std::unexpected(past.error());
  const auto as_of = (*past)->head().revision;
  auto lacking = lacking_at((*store)->kept(), as_of, may_lack);
  if (!lacking) return std::unexpected(std::move(lacking.error()));
  Fork fork{.head = {}, .as_of = as_of, .lacking = std::move(*lacking)};

  std::error_code error;
  if (!files::create_directories(unfinished, error)) return failed(unfinished, error);
  // Keeps others away until it is whole, and leaves the file that readers lock.
  const auto lock = DirectoryLock::take(unfinished);
  if (!lock) return std::unexpected(lock.error());
  auto made = share_files(source, unfinished);
  if (made) made = go_its_own_way(unfinished, now, may_lack, progress, fork);
  if (made) {
    auto acknowledged = Acknowledged::open(unfinished, /*read_only=*/false);
    if (acknowledged) (*acknowledged)->advance(fork.head);
    made = acknowledged ? sync(unfinished, O_DIRECTORY) : std::unexpected(acknowledged.error());
  }
  if (!made) {
    files::remove_all(unfinished, error);
    return std::unexpected(std::move(made.error()));
  }
  files::rename(unfinished, whole, error);
  if (error) return failed(whole, error);
  if (auto synced = sync(files::absolute(whole).parent_path(), O_DIRECTORY); !synced) {
    return std::unexpected(std::move(synced.error()));
  }
  return fork;
}

}  // namespace gatefold::storage
