// Events go an hour after they were written last: one step at a time, by a clock of our own.
#include <filesystem>

#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include "engine/engine.h"
#include "schema/json.h"
#include "schema/meta.h"
#include "tests/support/test_world.h"

namespace gatefold::engine {
namespace {

constexpr std::int64_t kHourSeconds = 3600;

class Stepped {
 public:
  explicit Stepped(std::int64_t ttl_ns = kEventTtlNs) : ttl_ns_(ttl_ns) {
    auto name = (std::filesystem::temp_directory_path() / "gatefold-expiry-XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    directory_ = name;
    open();
  }
  ~Stepped() {
    engine_.reset();
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
  }

  void reopen() {
    engine_.reset();
    open();
  }

  void put(const std::string& name, std::string_view reason, std::string_view finalizer = {}) {
    JsonObject metadata{{"name", name}};
    if (!finalizer.empty()) metadata["finalizers"] = JsonArray{Value(finalizer)};
    Command command;
    command.verb = Verb::kUpdate;
    command.version = "v1";
    command.plural = "events";
    command.name_space = "default";
    command.name = name;
    command.actor.user = "tester";
    command.body = {{"apiVersion", "v1"},
                    {"kind", "Event"},
                    {"metadata", std::move(metadata)},
                    {"reason", reason}};
    auto put = engine_->execute(std::move(command));
    INFO((put ? "" : put.error().message));
    REQUIRE(put.has_value());
  }

  // Of the group admissionregistration.k8s.io.
  void policy(std::string_view plural, std::string_view object) {
    Command command;
    command.verb = Verb::kCreate;
    command.group = "admissionregistration.k8s.io";
    command.version = "v1";
    command.plural = plural;
    command.actor.user = "tester";
    command.body = parse_json(object)->value;
    REQUIRE(engine_->execute(std::move(command)).has_value());
  }

  void pass(std::int64_t seconds) {
    world_.advance(seconds);
    for (int steps = 0; engine_->step(); ++steps) REQUIRE(steps < 100'000);
  }

  bool has(const std::string& name) {
    return engine_->view()->snapshot->get({"events", "default", name}).value().has_value();
  }
  std::size_t count() {
    return engine_->view()->snapshot->count("events", "", std::nullopt, 100'000).value();
  }
  storage::Event last_event() {
    const auto view = engine_->view();
    return view->snapshot->event(view->revision()).value().value();
  }
  std::uint64_t batches() const { return engine_->counts().batches; }

 private:
  void open() {
    EngineOptions options;
    options.store.directory = directory_ / "data";
    options.store.reserve_bytes = 0;
    options.manual = true;
    options.builtin_gateway_api = false;
    options.event_ttl_ns = ttl_ns_;
    auto engine = Engine::open(std::move(options), world_.world());
    REQUIRE(engine.has_value());
    engine_ = std::move(*engine);
  }

  std::int64_t ttl_ns_;
  std::filesystem::path directory_;
  test::TestWorld world_;
  std::unique_ptr<Engine> engine_;
};

TEST_CASE("an event goes an hour after its last write, and the log says so (R23.5, R27.4)") {
  Stepped world;
  world.put("a", "Started");
  world.pass(kHourSeconds - 1);
  CHECK(world.has("a"));
  world.pass(1);
  CHECK_FALSE(world.has("a"));
  const auto event = world.last_event();
  CHECK(event.type == storage::EventType::kDeleted);
  CHECK(event.key == ObjectKey{"events", "default", "a"});
  CHECK(event.actor.user == "system:apiserver");
  CHECK(event.actor.verb == "delete");
}

TEST_CASE("a write is a new lease, one that changes nothing is none") {
  Stepped world;
  world.put("renewed", "Started");
  world.put("same", "Started");
  world.pass(kHourSeconds / 2);
  world.put("renewed", "Running");
  world.put("same", "Started");
  world.pass(kHourSeconds / 2);
  CHECK(world.has("renewed"));
  CHECK_FALSE(world.has("same"));
  world.pass(kHourSeconds / 2 - 1);
  CHECK(world.has("renewed"));
  world.pass(1);
  CHECK_FALSE(world.has("renewed"));
}

TEST_CASE("what expired while nobody served goes when serving begins again") {
  Stepped world;
  world.put("a", "Started");
  world.put("b", "Started");
  world.reopen();
  world.pass(kHourSeconds - 1);
  CHECK(world.count() == 2);
  world.put("b", "Running");
  world.reopen();
  world.pass(1);
  CHECK_FALSE(world.has("a"));
  CHECK(world.has("b"));
}

TEST_CASE("a finalizer holds up no end of a lease") {
  Stepped world;
  world.put("a", "Started", "example.com/hold");
  world.pass(kHourSeconds);
  CHECK_FALSE(world.has("a"));
}

TEST_CASE("a policy against deletions holds up no end of a lease") {
  Stepped world;
  world.policy("validatingadmissionpolicies", R"({"metadata":{"name":"p"},"spec":{
    "matchConstraints":{"resourceRules":[{"apiGroups":["*"],"apiVersions":["*"],
      "operations":["DELETE"],"resources":["events"]}]},"validations":[{"expression":"false"}]}})");
  world.policy("validatingadmissionpolicybindings", R"({"metadata":{"name":"b"},
    "spec":{"policyName":"p","validationActions":["Deny"]}})");
  world.put("a", "Started");
  world.pass(kHourSeconds);
  CHECK_FALSE(world.has("a"));
}

TEST_CASE("many that expire at once go in few batches") {
  Stepped world;
  constexpr int kMany = 1200;
  for (int i = 0; i < kMany; ++i) world.put(fmt::format("e{}", i), "Started");
  const auto before = world.batches();
  world.pass(kHourSeconds);
  CHECK(world.count() == 0);
  CHECK(world.batches() - before < 10);
}

TEST_CASE("without a time to live events stay") {
  Stepped world(0);
  world.put("a", "Started");
  world.pass(1000 * kHourSeconds);
  CHECK(world.has("a"));
}

}  // namespace
}  // namespace gatefold::engine
