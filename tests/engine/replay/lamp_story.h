// What stories in front of controllers are made of: a lamp that people set, `lampd`, a controller
// that lights it, and a meter that reads it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "engine/replay/replay.h"
#include "schema/value.h"

namespace gatefold::test {

inline const ObjectKey kLamp{"lamps.light.example.com", "default", "a"};

engine::Command command_by(std::string_view manager, engine::Verb verb,
                           std::string subresource = "");
engine::Command lamp_definition();
engine::Command creation(int level, const JsonArray& finalizers = {});
engine::Command patch(std::string_view manager, std::string_view body,
                      std::string subresource = "");
engine::Command lit(std::string_view status);  // as lampd says it

// Requires that it is written.
Revision write(engine::Engine& engine, engine::Command command);

// What somebody who reads finds; null: there is none.
Value found(engine::Engine& engine, const ObjectKey& key = kLamp);
std::string status_of(engine::Engine& engine);
std::int64_t level_of(engine::Engine& engine);
std::string watts_of(engine::Engine& engine);

// A replay that runs, and what is asked of it.
class Stage {
 public:
  explicit Stage(engine::ReplayOptions options);
  ~Stage();
  Stage(const Stage&) = delete;
  Stage& operator=(const Stage&) = delete;

  engine::Replay& replay() { return *replay_; }
  engine::Engine& engine() { return replay_->engine(); }

  Result<engine::ReplayStatus> ask(engine::ReplayControl control);
  engine::ReplayStatus step(std::uint64_t count = 1);
  engine::ReplayStatus seek(Revision revision);
  // To the end, or as far as it gets.
  engine::ReplayStatus run(std::string_view speed);
  engine::ReplayReport report();

 private:
  std::unique_ptr<engine::Replay> replay_;
};

}  // namespace gatefold::test
