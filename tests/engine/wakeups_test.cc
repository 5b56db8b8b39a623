// No watcher loses an event, in whatever order the steps of writers and of readers fall: all of
// them are driven here one at a time, by chance, and a watcher reads only when its bell has rung.
#include <random>

#include <fmt/format.h>

#include "engine/watcher.h"
#include "tests/engine/lamps.h"

namespace gatefold::engine {
namespace {

using namespace engine::test;

class Chance {
 public:
  explicit Chance(std::uint64_t seed) : generator_(seed) {}
  std::size_t below(std::size_t bound) { return generator_() % bound; }

 private:
  std::mt19937_64 generator_;
};

struct Told {
  WatchEventType type = WatchEventType::kAdded;
  Lamp lamp;
  bool operator==(const Told&) const = default;
};

std::ostream& operator<<(std::ostream& out, const Told& told) {
  return out << static_cast<int>(told.type) << ' ' << told.lamp.key.name << ' ' << told.lamp.watts
             << "W " << told.lamp.revision.number;
}

// The writer: one step of a write, or of a restart, at a time.
class Writing {
 public:
  Writing(LampWorld& world, Chance& chance) : world_(world), chance_(chance) {}

  // Nothing while a store is opened again.
  ViewPtr view() const { return has_view_ ? world_.view_now() : nullptr; }
  bool is_idle() const { return step_ == Step::kCommit; }

  void step() {
    switch (step_) {
      case Step::kCommit:
        commit_some();
        // Sometimes the outcome of a commit is unknown, and the events turn out to be there.
        step_ = chance_.below(8) == 0 ? Step::kLoseView : Step::kPublish;
        return;
      case Step::kPublish:
        world_.publish_events();
        step_ = Step::kView;
        return;
      case Step::kLoseView:
        has_view_ = false;
        step_ = Step::kRestart;
        return;
      case Step::kRestart:
        world_.restart_hub();
        step_ = Step::kView;
        return;
      case Step::kView:
        world_.publish_view();
        has_view_ = true;
        step_ = Step::kRing;
        return;
      case Step::kRing:
        world_.ring();
        step_ = Step::kCommit;
        return;
    }
  }

 private:
  enum class Step { kCommit, kPublish, kLoseView, kRestart, kView, kRing };

  void commit_some() {
    for (auto events = 1 + chance_.below(3); events > 0; --events) {
      const auto name = fmt::format("l{}", chance_.below(4));
      if (there_.contains(name) && chance_.below(3) == 0) {
        world_.commit_remove(lamp_key(name));
        there_.erase(name);
      } else {
        world_.commit_put(lamp_key(name), std::to_string(chance_.below(1000)),
                          {{"on", chance_.below(2) ? "yes" : "no"}});
        there_.insert(name);
      }
    }
  }

  LampWorld& world_;
  Chance& chance_;
  Step step_ = Step::kCommit;
  bool has_view_ = true;
  std::set<std::string> there_;
};

// A connection: sleeps until its bell rings; then takes a View, and reads with it a moment later.
class Reading {
 public:
  Reading(LampWorld& world, Chance& chance) : chance_(chance), start_(world.revision()) {
    query_.group = lamp_kind().group;
    query_.version = chance.below(4) == 0 ? "v1alpha1" : "v1";
    query_.plural = lamp_kind().plural;
    if (chance.below(2)) query_.labels = *parse_label_selector("on=yes");
    has_initial_ = chance.below(2);
    if (!has_initial_) query_.resource_version = to_string(start_);
    // Revision 0 would ask for what is there.
    if (start_ == Revision{}) has_initial_ = true;
    auto watcher = Watcher::start(query_, world.view(), world.hub(), [this] { is_awake_ = true; });
    REQUIRE(watcher.has_value());
    watcher_ = std::move(*watcher);
  }

  bool is_asleep() const { return !is_awake_ && !has_taken_; }

  void step(const ViewPtr& now) {
    if (!has_taken_) {
      if (!is_awake_) return;
      is_awake_ = false;
      taken_ = now;
      has_taken_ = true;
      return;
    }
    has_taken_ = false;
    const auto view = std::exchange(taken_, nullptr);
    if (view == nullptr) return;
    constexpr std::size_t kRooms[] = {1, 300, 1 << 20};
    auto events = watcher_->next(*view, kRooms[chance_.below(3)]);
    REQUIRE(events.has_value());
    for (const auto& event : *events) told_.push_back({event.type, parse_lamp(*event.object)});
    if (!events->empty()) is_awake_ = true;
  }

  const std::vector<Told>& told() const { return told_; }

  std::vector<Told> expected(const LampWorld& world) const {
    std::vector<Told> expected;
    if (has_initial_) {
      for (const auto& lamp : world.lamps_at(start_)) {
        if (query_.labels.matches(lamp.labels)) expected.push_back({WatchEventType::kAdded, lamp});
      }
    }
    for (const auto& [type, before, after] : world.changes()) {
      if (after.revision <= start_) continue;
      const bool was = type != storage::EventType::kAdded && query_.labels.matches(before.labels);
      const bool is = type != storage::EventType::kDeleted && query_.labels.matches(after.labels);
      auto last = before;
      last.revision = after.revision;
      if (was && is) expected.push_back({WatchEventType::kModified, after});
      if (!was && is) expected.push_back({WatchEventType::kAdded, after});
      if (was && !is) expected.push_back({WatchEventType::kDeleted, last});
    }
    return expected;
  }

 private:
  Chance& chance_;
  WatchQuery query_;
  Revision start_;
  bool has_initial_ = false;
  bool is_awake_ = true;
  bool has_taken_ = false;
  ViewPtr taken_;
  std::unique_ptr<Watcher> watcher_;
  std::vector<Told> told_;
};

TEST_CASE("no watcher loses an event, and none sleeps while there is news") {
  constexpr int kSteps = 250;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    INFO("seed " << seed);
    Chance chance(seed);
    LampWorld world;
    Writing writing(world, chance);
    std::vector<std::unique_ptr<Reading>> readings;
    for (int i = 0; i < kSteps; ++i) {
      const auto actor = chance.below(6);
      if (actor < 2) {
        writing.step();
      } else if (readings.size() < 4 && chance.below(10) == 0 && writing.view() != nullptr) {
        readings.push_back(std::make_unique<Reading>(world, chance));
      } else if (!readings.empty()) {
        readings[chance.below(readings.size())]->step(writing.view());
      }
    }
    while (!writing.is_idle()) writing.step();
    const auto is_restless = [&] { return !std::ranges::all_of(readings, &Reading::is_asleep); };
    for (int steps = 0; is_restless(); ++steps) {
      REQUIRE(steps < 10'000);
      for (auto& reading : readings) reading->step(writing.view());
    }
    for (const auto& reading : readings) CHECK(reading->told() == reading->expected(world));
  }
}

}  // namespace
}  // namespace gatefold::engine
