// The last commit that was acknowledged, in a small file beside RocksDB's. A lower bound for the
// log: a WAL whose end is damaged looks like one that a crash cut off, and only this tells them
// apart. Written without a sync, so that it costs a microsecond: it survives the end of the
// process, and after a loss of power it may be older than the log, never younger.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>

#include "schema/status.h"
#include "storage/snapshot.h"

namespace gatefold::storage {

class Acknowledged {
 public:
  // The file `acknowledged` of the directory; created where it is missing and not `read_only`.
  static Result<std::shared_ptr<Acknowledged>> open(const std::filesystem::path& directory,
                                                    bool read_only);
  ~Acknowledged();
  Acknowledged(const Acknowledged&) = delete;
  Acknowledged& operator=(const Acknowledged&) = delete;

  // Revision and chain; nothing where the file is new or a loss of power broke it. kInternalError
  // where the disk does not give it: what it says is not known then.
  Result<std::optional<Head>> last() const;
  // There are bytes, and not those of a commit: damage, or a loss of power.
  bool is_damaged() const;
  // Writer thread only. Where the file can't be written the bound stays lower, which is logged
  // once.
  void advance(const Head& head);

 private:
  explicit Acknowledged(int file) : file_(file) {}
  int file_;  // -1: there is none
  bool has_failed_ = false;
};

}  // namespace gatefold::storage
