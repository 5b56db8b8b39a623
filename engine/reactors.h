// What follows from events without anybody asking: the end of a terminating namespace, of
// definitions and their objects, of objects that wait for the garbage collector's finalizers, and
// of those that have expired.
// Level-triggered from the index, so that they go on after any crash; they act through the front
// door, as commands under their own user names.
#pragma once

#include <condition_variable>
#include <mutex>
#include <vector>

#include "engine/definition_controller.h"
#include "engine/engine.h"
#include "engine/expiry.h"
#include "engine/policy_controller.h"

namespace gatefold::engine {

class Reactors {
 public:
  explicit Reactors(Engine& engine)
      : engine_(engine), definitions_(engine), policies_(engine), expiry_(engine) {}

  // Any thread: something was committed.
  void notify();
  void stop();

  // What definitions alone need: part of each turn.
  bool judge_definitions() { return definitions_.turn(); }
  // One turn over everything that is being deleted or has expired; whether it changed something.
  bool turn();
  // Turns whenever there is news, and now and then while something will expire, until stop().
  void run();

 private:
  bool end_namespace(const std::string& name);
  bool empty_namespace(const Catalog& catalog, const std::string& name, bool& acted);
  bool collect(const ObjectKey& key);
  bool remove_dependent(const Kind& kind, const ObjectKey& key);
  bool strip_owner(const Kind& kind, const ObjectKey& key, const Uid& owner);
  bool release_finalizer(const Kind& kind, const ObjectKey& key, std::string_view finalizer);

  Engine& engine_;
  DefinitionController definitions_;
  PolicyController policies_;
  Expiry expiry_;
  std::mutex mutex_;
  std::condition_variable news_;
  bool has_news_ = true;   // guarded by mutex_
  bool stopping_ = false;  // guarded by mutex_
};

}  // namespace gatefold::engine
