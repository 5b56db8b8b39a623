// Taking redacted content out of the files, beside the writer: it waits for readers and rewrites
// files, which takes minutes in a large log, and no write waits for that.
#pragma once

#include <atomic>
#include <functional>
#include <thread>
#include <utility>

#include "engine/engine.h"
#include "storage/store.h"

namespace gatefold::engine {

class Scrubber {
 public:
  // Its thread calls `idle` whenever it may be started again.
  explicit Scrubber(std::function<void()> idle) : idle_(std::move(idle)) {}

  // Not while it is busy. Its thread calls `done`: with the report, or with why the content is
  // still in the files.
  void start(storage::Store::Scrub scrub, storage::RedactReport report, Engine::Redacted done);
  bool is_busy() const { return is_busy_; }  // any thread
  // Both wait for what goes on; stop() breaks it off.
  void join();
  void stop();

 private:
  const std::function<void()> idle_;
  std::atomic<bool> is_busy_{false};
  std::jthread thread_;  // ends before what it uses
};

}  // namespace gatefold::engine
