#include "engine/scrubber.h"

#include <exception>
#include <utility>

namespace gatefold::engine {

void Scrubber::start(storage::Store::Scrub scrub, storage::RedactReport report,
                     Engine::Redacted done) {
  is_busy_ = true;
  thread_ = std::jthread([this, scrub = std::move(scrub), report = std::move(report),
                          done = std::move(done)](const std::stop_token& stop) mutable {
    Result<void> scrubbed;
    try {
      scrubbed = scrub(stop);
    } catch (const std::exception& failure) {
      scrubbed = internal_error(failure.what());
    }
    scrub = nullptr;  // a broken store can't be mended before
    if (scrubbed) {
      done(std::move(report));
    } else {
      done(std::unexpected(std::move(scrubbed.error())));
    }
    is_busy_ = false;
    idle_();
  });
}

void Scrubber::join() {
  if (thread_.joinable()) thread_.join();
}

void Scrubber::stop() {
  thread_.request_stop();
  join();
}

}  // namespace gatefold::engine
