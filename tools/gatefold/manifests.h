// `--manifests DIR`: a folder of YAML is applied at start and whenever it changes. The files win
// over what stands in the objects' same fields; what leaves the folder is deleted if the folder
// created it.
//
// An object is deleted when all of this holds:
// - two passes in a row, over the same files with the same sizes and times, did not find it, and
//   the files have not changed for kDepartureWait: half of a file is often a whole one too;
// - in both passes it was known of every file which objects it names;
// - the log says that the folder created it: marks are copied along, the log is not;
// - for a namespace: nothing is left in it that stays.
#pragma once

#include <atomic>
#include <chrono>
#include <compare>
#include <filesystem>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "engine/engine.h"
#include "tools/gatefold/manifest_files.h"

namespace gatefold::tools {

inline constexpr std::chrono::milliseconds kDepartureWait{1000};

class FolderWatch;

class Manifests {
 public:
  Manifests(engine::Engine& engine, std::filesystem::path folder,
            std::chrono::milliseconds departure_wait = kDepartureWait);
  ~Manifests();
  Manifests(const Manifests&) = delete;
  Manifests& operator=(const Manifests&) = delete;

  // Applies once and then follows the folder on a thread of its own. Nothing else calls apply()
  // then.
  void start();
  // Waits for one write at most. Passes end where they are, and delete nothing any more.
  void stop();
  // One pass over the folder; the errors it met. Throws nothing.
  std::vector<std::string> apply();
  // For /readyz?verbose: how many objects, and the errors of the last pass. Any thread.
  std::string note() const;

 private:
  struct Departed {
    KindPtr kind;
    ObjectKey key;
    std::string uid;
  };
  // By key and uid: an object that was made anew has not been missed before.
  using Departures = std::map<std::pair<ObjectKey, std::string>, KindPtr>;
  struct Pass {
    std::vector<std::string> errors;
    std::map<ObjectKey, std::string> present;  // and the file that names it
    bool is_whole = true;                      // known of every file which objects it names
    bool is_cut_short = false;                 // the engine has no View
    std::size_t applied = 0;
  };

  void follow();
  bool wait_for_news(FolderWatch& watch);
  void run(Pass& pass);
  void apply_object(const ManifestObject& object, Pass& pass);
  void remove_departed(const ManifestFolder& folder, Pass& pass);
  Result<Departures> find_departed(const engine::View& view, Pass& pass) const;
  void remove(const Departed& departed, Pass& pass);
  void publish(const Pass& pass);

  engine::Engine& engine_;
  const std::filesystem::path folder_;
  const std::chrono::milliseconds departure_wait_;
  std::atomic<bool> stopping_ = false;
  int stop_event_ = -1;
  std::thread thread_;

  // Of the last pass.
  std::vector<ManifestFile> files_;
  std::chrono::steady_clock::time_point unchanged_since_;
  Departures departures_;
  std::vector<std::string> errors_;
  bool again_soon_ = false;  // something waits for the next pass

  mutable std::mutex mutex_;
  std::string note_ = "the folder is being read";  // guarded by mutex_
};

}  // namespace gatefold::tools
