// What follows from events without anybody asking: the end of terminating namespaces, of
// definitions and their objects, of objects whose owners are gone or that wait for their
// dependents, and of those that have expired.
// Level-triggered from the index, so that they go on after any crash; they act through the front
// door, as commands under their own user names.
#pragma once

#include <condition_variable>
#include <mutex>

#include "engine/definition_controller.h"
#include "engine/engine.h"
#include "engine/expiry.h"
#include "engine/garbage_collector.h"
#include "engine/namespace_controller.h"
#include "engine/news.h"
#include "engine/policy_controller.h"

namespace gatefold::engine {

class Reactors {
 public:
  explicit Reactors(Engine& engine)
      : engine_(engine),
        definitions_(engine),
        policies_(engine),
        namespaces_(engine),
        garbage_(engine),
        expiry_(engine) {}

  // Any thread: something was committed.
  void notify(News news);
  void stop();

  // What definitions alone need: part of each turn.
  bool judge_definitions() { return definitions_.turn(); }
  // One turn over everything that is being deleted, has lost its owners or has expired; whether it
  // changed something or there is more to do.
  bool turn();
  // Turns whenever there is news, and now and then while something has to wait, until stop().
  void run();

 private:
  bool end_what_is_deleted();

  Engine& engine_;
  DefinitionController definitions_;
  PolicyController policies_;
  NamespaceController namespaces_;
  GarbageCollector garbage_;
  Expiry expiry_;
  std::mutex mutex_;
  std::condition_variable signal_;
  bool has_news_ = true;   // guarded by mutex_
  News news_;              // guarded by mutex_; not taken up yet
  bool stopping_ = false;  // guarded by mutex_
};

}  // namespace gatefold::engine
