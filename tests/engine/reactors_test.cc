// Namespaces that end, and what waits for a finalizer meanwhile: one step at a time.
#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "engine/engine.h"
#include "schema/json.h"
#include "schema/meta.h"

namespace gatefold::engine {
namespace {

// More than is read at once.
constexpr int kMany = 600;

class Stepped {
 public:
  Stepped() {
    EngineOptions options;
    options.store.in_memory = true;
    options.manual = true;
    auto engine = Engine::open(std::move(options), real_world());
    REQUIRE(engine.has_value());
    engine_ = std::move(*engine);
  }

  void create(std::string_view plural, std::string name_space, const std::string& name,
              bool is_held = false, const JsonArray& owners = {}) {
    JsonObject metadata{{"name", name}};
    if (!owners.empty()) metadata["ownerReferences"] = owners;
    if (is_held) metadata["finalizers"] = JsonArray{"example.com/hold"};
    auto command = command_for(Verb::kCreate, plural, std::move(name_space));
    command.body = {{"apiVersion", "v1"},
                    {"kind", plural == "namespaces" ? "Namespace" : "ConfigMap"},
                    {"metadata", std::move(metadata)}};
    REQUIRE(engine_->execute(std::move(command)).has_value());
  }

  void remove(std::string_view plural, std::string name_space, std::string name,
              Propagation propagation = Propagation::kDefault) {
    auto command = command_for(Verb::kDelete, plural, std::move(name_space));
    command.delete_options.propagation = propagation;
    command.name = std::move(name);
    REQUIRE(engine_->execute(std::move(command)).has_value());
  }

  void settle() {
    for (int steps = 0; engine_->step(); ++steps) REQUIRE(steps < 100'000);
  }

  std::optional<storage::StoredObject> get(const ObjectKey& key) {
    return engine_->view()->snapshot->get(key).value();
  }

 private:
  static Command command_for(Verb verb, std::string_view plural, std::string name_space) {
    Command command;
    command.verb = verb;
    command.version = "v1";
    command.plural = plural;
    command.name_space = std::move(name_space);
    command.actor.user = "tester";
    return command;
  }

  std::unique_ptr<Engine> engine_;
};

std::string numbered(int i) {
  return fmt::format("m{:03}", i);
}

TEST_CASE("objects that wait for a finalizer hold up no namespace behind them (R21.5)") {
  Stepped world;
  for (int i = 0; i < kMany; ++i) world.create("configmaps", "default", numbered(i), true);
  for (int i = 0; i < kMany; ++i) world.remove("configmaps", "default", numbered(i));
  world.create("namespaces", "", "prod");
  world.create("configmaps", "prod", "web");
  world.remove("namespaces", "", "prod");
  world.settle();
  CHECK_FALSE(world.get({"configmaps", "prod", "web"}));
  CHECK_FALSE(world.get({"namespaces", "", "prod"}));
  CHECK(world.get({"configmaps", "default", numbered(0)})->deleting);
}

TEST_CASE("a namespace lets go of all it can, beyond what waits in it (R21.5)") {
  Stepped world;
  world.create("namespaces", "", "prod");
  for (int i = 0; i < kMany; ++i) world.create("configmaps", "prod", numbered(i), true);
  world.create("configmaps", "prod", "z");
  world.remove("namespaces", "", "prod");
  world.settle();
  CHECK_FALSE(world.get({"configmaps", "prod", "z"}));
  CHECK(world.get({"configmaps", "prod", numbered(kMany - 1)})->deleting);
  CHECK(world.get({"namespaces", "", "prod"})->deleting);
}

TEST_CASE("dependents of one owner go in pieces, however many there are (R10.7)") {
  Stepped world;
  world.create("configmaps", "default", "owner");
  const auto owner = world.get({"configmaps", "default", "owner"});
  const Value reference{{"apiVersion", "v1"},
                        {"kind", "ConfigMap"},
                        {"name", "owner"},
                        {"uid", to_string(owner->uid)},
                        {"blockOwnerDeletion", true}};
  for (int i = 0; i < kMany; ++i) {
    world.create("configmaps", "default", numbered(i), false, {reference});
  }
  world.settle();
  CHECK(world.get({"configmaps", "default", numbered(0)}));
  const auto propagation =
      GENERATE(Propagation::kBackground, Propagation::kForeground, Propagation::kOrphan);
  world.remove("configmaps", "default", "owner", propagation);
  world.settle();
  CHECK_FALSE(world.get({"configmaps", "default", "owner"}));
  for (const int i : {0, kMany / 2, kMany - 1}) {
    const auto left = world.get({"configmaps", "default", numbered(i)});
    CHECK(left.has_value() == (propagation == Propagation::kOrphan));
    if (left) CHECK(left->owner_uids.empty());
  }
}

}  // namespace
}  // namespace gatefold::engine
