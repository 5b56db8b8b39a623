// Writes by chance, and a ToldHistory of what came of them.
#pragma once

#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "engine/engine.h"
#include "tests/contract/told_history.h"
#include "tests/support/test_world.h"

namespace gatefold::test {

// The kinds of which a RandomHistory writes objects.
const std::vector<Resource>& told_resources();

// Requires of each answer that it is what follows from what was sent: whether the object is there,
// its content by a merge, its generation, and a deletion that waits for finalizers.
class RandomHistory {
 public:
  // All of them outlive it. One seed makes one history.
  RandomHistory(ToldHistory& told, TestWorld& world, unsigned seed)
      : told_(told), world_(world), random_(seed) {}

  // Writes through an engine in manual mode, which is at the head of what was told, and lets its
  // reactors finish after each write.
  void play(engine::Engine& engine, int steps);

 private:
  struct Listener {
    Resource resource;
    std::unique_ptr<engine::Watch> watch;
  };

  void step();
  void listen();
  void hear();
  void hear(const Resource& resource, const engine::WatchEvent& event);
  void settle();
  void write(engine::Command command, const std::string& manager);
  void check_answer(const engine::Command& command, const ToldChange* before,
                    const ToldChange& now) const;
  bool is_refused(const engine::Command& command, const ToldChange* before) const;

  void write_config_map();
  void write_lamp();
  void write_name_space();
  void write_definition();
  void write_gateway();
  void write_route();
  void write_status();
  void write_lease();

  int chance(int of) { return static_cast<int>(random_() % static_cast<unsigned>(of)); }
  std::string text();
  std::string name();
  std::string name_space();
  Value conditions(const std::vector<std::string>& types);

  ToldHistory& told_;
  TestWorld& world_;
  std::mt19937 random_;
  engine::Engine* engine_ = nullptr;  // while it plays
  std::vector<Listener> listeners_;
  Revision heard_;  // up to where nothing was missed
  int definitions_ = 0;
};

}  // namespace gatefold::test
