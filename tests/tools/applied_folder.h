// A folder of manifests beside an engine in memory, and somebody else who writes to it.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "engine/engine.h"
#include "tests/storage/scratch.h"
#include "tests/support/test_world.h"
#include "tools/gatefold/manifests.h"

namespace gatefold::test {

using Errors = std::vector<std::string>;

// A ConfigMap in `default` unless another namespace is said, with data.key = value.
std::string config_map(const std::string& name, const std::string& value,
                       const std::string& name_space = "default");
std::string namespace_manifest(const std::string& name);

class AppliedFolder {
 public:
  // `departure_wait`: of Manifests; with none two passes are enough.
  explicit AppliedFolder(std::chrono::milliseconds departure_wait = {});
  ~AppliedFolder();
  AppliedFolder(const AppliedFolder&) = delete;
  AppliedFolder& operator=(const AppliedFolder&) = delete;

  std::filesystem::path folder() const { return scratch_.path() / "manifests"; }
  void write(const std::string& file, const std::string& text) const;
  void remove(const std::string& file) const;

  engine::Engine& engine() { return *engine_; }
  tools::Manifests& manifests() { return *manifests_; }
  // A pass; two; the errors of the last.
  Errors pass() { return manifests_->apply(); }
  Errors two_passes();
  // As after a restart of the server.
  void restart();

  // Null where there is none.
  Value get(const std::string& resource, const std::string& name_space, const std::string& name);
  bool has(const std::string& resource, const std::string& name_space, const std::string& name) {
    return !get(resource, name_space, name).is_null();
  }
  // The ConfigMap's data.key; "" where there is none.
  std::string value_of(const std::string& name);
  Revision revision() { return engine_->view()->revision(); }
  // Waits for events until the condition holds; false where none has come for about 15 s, which is
  // less than until the folder is read again without news.
  bool comes_true(const std::function<bool()>& condition);

  // As kubectl does it. They have to succeed.
  void create_by_others(const std::string& plural, const std::string& name_space, Value object);
  void patch_by_others(const std::string& plural, const std::string& name_space,
                       const std::string& name, Value patch);
  void remove_by_others(const std::string& plural, const std::string& name_space,
                        const std::string& name);

 private:
  void execute_for_others(engine::Verb verb, const std::string& plural,
                          const std::string& name_space, const std::string& name, Value body);

  const std::chrono::milliseconds departure_wait_;
  ScratchDirectory scratch_;
  TestWorld world_;
  std::unique_ptr<engine::Engine> engine_;
  std::unique_ptr<tools::Manifests> manifests_;
};

}  // namespace gatefold::test
