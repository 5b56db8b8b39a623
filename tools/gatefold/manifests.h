// `--manifests DIR`: a folder of YAML is applied at start and whenever it changes. The files win
// over what stands in the objects' same fields; an object whose file is gone is deleted only if the
// folder created it. What the folder created carries the annotations below, so that this holds over
// restarts.
#pragma once

#include <atomic>
#include <filesystem>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "engine/engine.h"
#include "tools/gatefold/manifest_files.h"

namespace gatefold::tools {

// On objects that the folder created: the file's name. Its label makes them findable.
inline constexpr std::string_view kFileAnnotation = "gatefold.dev/manifest-file";
inline constexpr std::string_view kCreatedLabel = "gatefold.dev/created-by";
// What the file said last, so that members which leave the file leave the object.
inline constexpr std::string_view kAppliedAnnotation = "gatefold.dev/last-applied-manifest";

// The merge patch that makes an object say what `desired` says, where `applied` (what the file said
// last; may be null) decides which members go. Pure.
Value manifest_patch(const Value& applied, const Value& desired);

class Manifests {
 public:
  Manifests(engine::Engine& engine, std::filesystem::path folder);
  ~Manifests();

  // Applies once and then follows the folder on a thread of its own.
  void start();
  void stop();
  // One pass over the folder; the errors it met.
  std::vector<std::string> apply();
  // For /readyz?verbose: how many objects, and the errors of the last pass. Any thread.
  std::string note() const;

 private:
  void follow();
  bool apply_object(const ManifestObject& object, std::vector<std::string>& errors);
  void remove_departed(const ManifestFolder& folder, std::vector<std::string>& errors);

  engine::Engine& engine_;
  const std::filesystem::path folder_;
  std::set<ObjectKey> present_;  // of the pass under way
  int stop_event_ = -1;
  std::thread thread_;
  mutable std::mutex mutex_;
  std::string note_;  // guarded by mutex_
};

}  // namespace gatefold::tools
