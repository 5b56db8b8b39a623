#include "storage/fork.h"

#include <cerrno>
#include <cstdio>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <rocksdb/env.h>
#include <unistd.h>

#include "storage/directory_lock.h"
#include "storage/failures.h"
#include "storage/lineage.h"
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

// Goes back to `then` and becomes a directory of its own; answers how many events it does not have.
Result<std::uint64_t> go_its_own_way(const files::path& directory, const Head& now,
                                     const Head& then, const Progress& progress) {
  Location location;
  location.path = directory.string();
  location.env = rocksdb::Env::Default();
  auto database = Database::open(location);
  if (!database) return std::unexpected(std::move(database.error()));
  const auto undone = undo(*database, now, then, progress);
  if (!undone) return undone;
  auto lineage = read_lineage(**database);
  if (!lineage) return std::unexpected(std::move(lineage.error()));
  const auto source = (*database)->read(Family::kMeta, kMetaIncarnation);
  if (!source) return std::unexpected(source.error());
  const auto incarnation = new_incarnation();
  if (!incarnation) return std::unexpected(incarnation.error());
  rocksdb::WriteBatch batch;
  batch.Put(slice(kMetaLineage),
            encode_lineage(lineage_at(std::move(*lineage), source->value_or(""), then.revision)));
  batch.Put(slice(kMetaIncarnation), *incarnation);
  batch.Put(slice(kMetaHead), encode_head(then));
  auto written = check((*database)->write(batch, /*sync=*/true));
  if (written) written = (*database)->flush();
  if (!written) return std::unexpected(std::move(written.error()));
  return undone;
}

}  // namespace

Result<std::vector<std::string>> lacking_at(const KeptByResource& all, Revision revision,
                                            const std::function<bool(std::string_view)>& may_lack) {
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
                  const Progress& progress, const std::function<bool(std::string_view)>& may_lack) {
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
  // The log of the fork ends with an event: of those behind it up to the moment nothing is left.
  const auto last = (*past)->last_kept();
  if (!last) return std::unexpected(last.error());
  if (!*last) {
    return failure(Reason::kExpired,
                   fmt::format("no event up to revision {} is kept", as_of.number));
  }
  const auto then = **last;

  std::error_code error;
  if (!files::create_directories(unfinished, error)) return failed(unfinished, error);
  // Keeps others away until it is whole, and leaves the file that readers lock.
  const auto lock = DirectoryLock::take(unfinished);
  if (!lock) return std::unexpected(lock.error());
  auto made = share_files(source, unfinished);
  std::uint64_t undone = 0;
  if (made) {
    auto gone = go_its_own_way(unfinished, now, then, progress);
    undone = gone.value_or(0);
    if (!gone) made = std::unexpected(std::move(gone.error()));
  }
  if (made) {
    auto acknowledged = Acknowledged::open(unfinished, /*read_only=*/false);
    if (acknowledged) (*acknowledged)->advance(then);
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
  return Fork{then, as_of, undone, std::move(*lacking)};
}

}  // namespace gatefold::storage
