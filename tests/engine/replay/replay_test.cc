// A recorded story in front of controllers: of a lamp that people set, a controller that lights it,
// and a meter that reads it.
#include "engine/replay/replay.h"

#include <atomic>
#include <chrono>
#include <fstream>
#include <functional>
#include <future>
#include <map>
#include <optional>
#include <sstream>
#include <stop_token>
#include <thread>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "schema/json.h"
#include "schema/meta.h"
#include "tests/engine/replay/lamp_story.h"
#include "tests/storage/scratch.h"
#include "tests/support/test_world.h"

namespace gatefold::engine {
namespace {

using namespace gatefold::test;
using State = ReplayStatus::State;

// A directory with the story, and its revisions.
class Story {
 public:
  Story() {
    EngineOptions options;
    options.store.directory = directory();
    options.manual = true;
    options.builtin_gateway_api = false;
    auto opened = Engine::open(std::move(options), world_.world());
    REQUIRE(opened.has_value());
    auto& engine = **opened;
    write(engine, lamp_definition());
    while (engine.step()) {
    }
    created = write(engine, creation(1, {"light.example.com/off"}));
    say(engine, lit("False"));
    say(engine, lit("True"));
    read = say(engine, patch("meter", R"({"metadata":{"annotations":{"watts":"5"}}})"));
    brightened = say(engine, patch("kubectl", R"({"spec":{"level":2}})"));
    say(engine, patch("lampd", R"({"metadata":{"labels":{"seen":"2"}}})"));
    deleted = say(engine, command_by("kubectl", Verb::kDelete));
    gone = say(engine, patch("lampd", R"({"metadata":{"finalizers":null}})"));
  }

  std::filesystem::path directory() const { return scratch_.path() / "story"; }

  ReplayOptions options(Revision from, Revision to, std::string_view speed = "step") const {
    ReplayOptions options;
    options.directory = directory();
    if (from.number > 0) options.from = from;
    options.to = to;
    options.speed = parse_speed(speed).value();
    options.under_test = UnderTest({parse_writer_pattern("fieldManager=lampd").value()});
    return options;
  }

  Revision created, read, brightened, deleted, gone;

 private:
  Revision say(Engine& engine, Command command) {
    world_.advance(60);
    write(engine, std::move(command));
    return engine.view()->revision();
  }

  ScratchDirectory scratch_;
  TestWorld world_;
};

Command note_creation(std::string_view name) {
  auto command = command_by("lampd", Verb::kCreate);
  command.group = "";
  command.plural = "configmaps";
  command.body = {
      {"apiVersion", "v1"}, {"kind", "ConfigMap"}, {"metadata", JsonObject{{"name", name}}}};
  return command;
}

// Does something once, on the writer's thread, as soon as something of the resource is published.
class Reaction {
 public:
  Reaction(Engine& engine, std::string resource, std::function<void()> act) {
    bell_->resource = std::move(resource);
    bell_->ring = std::move(act);
    REQUIRE(engine.hub().add(bell_));
  }

 private:
  std::shared_ptr<Bell> bell_ = std::make_shared<Bell>();
};

std::map<std::string, std::string> files_of(const std::filesystem::path& directory) {
  std::map<std::string, std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    std::ostringstream text;
    text << std::ifstream(entry.path(), std::ios::binary).rdbuf();
    files[entry.path().filename()] = text.str();
  }
  return files;
}

}  // namespace

TEST_CASE("a correct controller is told to be one") {
  const Story story;
  const auto before = files_of(story.directory());
  {
    Stage stage(story.options(story.created, story.gone));
    CHECK(stage.replay().status().state == State::kPaused);
    CHECK(level_of(stage.engine()) == 1);
    write(stage.engine(), lit("False"));
    write(stage.engine(), lit("True"));
    // Two events of the controller are passed over on the way to the meter's.
    auto status = stage.step();
    CHECK(status.progress.at == story.read);
    CHECK(status.progress.withheld == 2);
    CHECK(status.progress.shown == 1);
    CHECK(status.writes == 2);
    CHECK(watts_of(stage.engine()) == "5");
    CHECK(status_of(stage.engine()) == "True");
    stage.step();
    CHECK(level_of(stage.engine()) == 2);
    CHECK(status_of(stage.engine()) == "True");
    write(stage.engine(), patch("lampd", R"({"metadata":{"labels":{"seen":"2"}}})"));
    stage.step();
    CHECK(is_deleting(found(stage.engine())));
    write(stage.engine(), patch("lampd", R"({"metadata":{"finalizers":null}})"));
    CHECK(found(stage.engine()).is_null());
    // Nothing but withheld events is left.
    status = stage.step();
    CHECK(status.state == State::kEnded);
    CHECK(status.progress.at == story.gone);
    const auto report = stage.report();
    REQUIRE(report.objects.size() == 1);
    const auto& lamp = report.objects[0];
    CHECK(lamp.key == kLamp);
    CHECK(lamp.history_writes == 4);
    CHECK(lamp.replay_writes == 4);
    REQUIRE(lamp.conditions.size() == 1);
    CHECK(lamp.conditions[0].order == StatusOrder::kSame);
    CHECK(report.is_equal());
  }
  CHECK(files_of(story.directory()) == before);
}

TEST_CASE("what a wrong controller does and leaves undone is named") {
  const Story story;
  Stage stage(story.options(story.created, story.brightened));
  SECTION("it never lights the lamp") {
    write(stage.engine(), lit("False"));
    stage.seek(story.brightened);
    const auto report = stage.report();
    CHECK_FALSE(report.is_equal());
    REQUIRE(report.objects.size() == 1);
    const auto& lamp = report.objects[0];
    REQUIRE(lamp.fields.size() == 1);
    CHECK(lamp.fields[0].path == "status.conditions[Lit].status");
    CHECK(to_json(lamp.fields[0].old_value) == R"("True")");
    CHECK(to_json(lamp.fields[0].new_value) == R"("False")");
    CHECK(lamp.conditions.at(0).order == StatusOrder::kMissing);
  }
  SECTION("it flips on the way") {
    for (const auto* status : {"False", "True", "False", "True"}) {
      write(stage.engine(), lit(status));
    }
    stage.seek(story.brightened);
    const auto report = stage.report();
    CHECK_FALSE(report.is_equal());
    CHECK(report.objects.at(0).fields.empty());
    CHECK(report.objects.at(0).conditions.at(0).order == StatusOrder::kExtra);
  }
  SECTION("it writes what is refused") {
    CHECK_FALSE(stage.engine().execute(patch("lampd", R"({"spec":{"level":"high"}})")).has_value());
    CHECK(stage.report().refused == 1);
  }
}

TEST_CASE("folded, a history comes to what it comes to event by event") {
  const Story story;
  for (std::uint64_t until = 1; until <= story.gone.number; ++until) {
    Stage played(story.options({}, story.gone));
    Stage folded(story.options({}, story.gone));
    while (played.replay().status().progress.at.number < until) {
      const auto at = played.replay().status().progress.at.number;
      // Without anybody under test each step is one event; here some are passed over.
      if (played.step().progress.at.number <= at) break;
    }
    const auto at = played.replay().status().progress.at;
    folded.seek(at);
    CHECK(canonical_json(found(played.engine())) == canonical_json(found(folded.engine())));
    CHECK(played.replay().status().progress.withheld == folded.replay().status().progress.withheld);
    CHECK(folded.replay().status().progress.unheard == 0);
    const auto* kind = played.engine().view()->catalog->find_resource(kLamp.resource);
    const auto* other = folded.engine().view()->catalog->find_resource(kLamp.resource);
    CHECK((kind == nullptr) == (other == nullptr));
  }
}

TEST_CASE("seeking back puts what was, and forgets what the controller wrote") {
  const Story story;
  Stage stage(story.options(story.created, story.gone));
  write(stage.engine(), lit("True"));
  stage.seek(story.deleted);
  CHECK(is_deleting(found(stage.engine())));
  const auto head = stage.engine().view()->revision();
  auto status = stage.seek(story.created);
  CHECK(status.state == State::kPaused);
  CHECK(status.writes == 0);
  CHECK(status_of(stage.engine()).empty());
  CHECK(level_of(stage.engine()) == 1);
  // Revisions of the replay only go on: who watches sees it as changes.
  CHECK(stage.engine().view()->revision() > head);
  CHECK(stage.report().objects.empty());
  // The state holds what the history's controller had written by then.
  stage.seek(story.deleted);
  CHECK(status_of(stage.engine()).empty());
  stage.seek({story.read.number - 1});
  CHECK(status_of(stage.engine()) == "True");
  // Everything goes but what is compiled in, and comes again.
  Stage whole(story.options({}, story.gone));
  whole.seek(story.brightened);
  CHECK(level_of(whole.engine()) == 2);
  whole.seek({});
  CHECK(found(whole.engine()).is_null());
  CHECK(whole.engine().view()->catalog->find_resource(kLamp.resource) == nullptr);
  CHECK(whole.seek(story.gone).state == State::kEnded);
}

TEST_CASE("what a controller does while a state is put, it does in that state") {
  const Story story;
  Stage stage(story.options(story.created, story.gone));
  auto& engine = stage.engine();
  write(engine, note_creation("old"));
  stage.seek(story.deleted);
  std::promise<Result<Outcome>> promise;
  auto outcome = promise.get_future();
  const auto submit = [&](Command command) {
    engine.submit(std::move(command),
                  [&](Result<Outcome> result) { promise.set_value(std::move(result)); });
  };
  SECTION("what it writes to an object that was put counts") {
    const Reaction reaction(engine, kLamp.resource, [&] { submit(lit("True")); });
    CHECK(stage.seek(story.created).progress.at == story.created);
    REQUIRE(outcome.get().has_value());
    CHECK(stage.replay().status().writes == 1);
    const auto report = stage.report();
    REQUIRE(report.objects.size() == 1);
    CHECK(report.objects[0].replay_writes == 1);
    CHECK(status_of(engine) == "True");
  }
  SECTION("what it writes before that goes with the old state, and what it makes goes as well") {
    const ObjectKey key{"configmaps", "default", "new"};
    const Reaction reaction(engine, key.resource, [&] { submit(note_creation("new")); });
    stage.seek(story.created);
    REQUIRE(outcome.get().has_value());
    CHECK(found(engine, key).is_null());
    CHECK(level_of(engine) == 1);
    CHECK(stage.report().objects.empty());
  }
}

TEST_CASE("what the history says is no write under test, also while it is said") {
  const Story story;
  Stage stage(story.options({}, story.gone));
  std::optional<std::uint64_t> writes;
  const Reaction reaction(stage.engine(), kLamp.resource,
                          [&] { writes = stage.replay().status().writes; });
  stage.seek(story.brightened);
  CHECK(writes == 0);
}

TEST_CASE("what was refused before a state was put is forgotten with it") {
  const Story story;
  Stage stage(story.options(story.created, story.gone));
  stage.step();
  const auto refuse = [&] {
    REQUIRE_FALSE(
        stage.engine().execute(patch("lampd", R"({"spec":{"level":"high"}})")).has_value());
  };
  refuse();
  CHECK(stage.replay().status().refused == 1);
  CHECK(stage.seek(story.created).refused == 0);
  refuse();
  CHECK(stage.report().refused == 1);
}

TEST_CASE("a controller that flaps for long is told as far as a report holds it") {
  const Story story;
  Stage stage(story.options(story.created, story.brightened));
  for (int i = 0; i <= static_cast<int>(kTraceStatusesMax); ++i)
    write(stage.engine(), lit(i % 2 == 0 ? "False" : "True"));
  stage.seek(story.brightened);
  const auto report = stage.report();
  CHECK(report.is_truncated);
  CHECK(report.verdict() == "different");
  REQUIRE(report.objects.at(0).conditions.size() == 1);
  CHECK(report.objects[0].conditions[0].order == StatusOrder::kExtra);
  CHECK(report.objects[0].conditions[0].replay.size() == kTraceStatusesMax);
}

TEST_CASE("events keep their distance, but for the first") {
  const Time then{1'000};
  CHECK(pause_ns(then, {61'000}, 1, 1'000'000) == 60'000);
  CHECK(pause_ns(then, {61'000}, 10, 1'000'000) == 6'000);
  CHECK(pause_ns(then, {61'000}, 0.5, 100'000) == 100'000);
  CHECK(pause_ns({}, {61'000}, 1, 1'000'000) == 0);
  const Story story;
  // A minute lies between two events.
  Stage stage(story.options(story.created, story.gone, "1x"));
  for (int i = 0; i < 1000 && stage.replay().status().progress.at == story.created; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  CHECK(stage.replay().status().progress.at == story.created.next());
  CHECK(stage.replay().status().state == State::kPlaying);
  // A thousandth of a second: it goes on by itself.
  CHECK(stage.run("60000x").state == State::kEnded);
}

TEST_CASE("one seeks a time, too, and begins before the first event") {
  const Story story;
  Stage stage(story.options({}, story.gone));
  using Type = ReplayControl::Type;
  const auto at = [&](Time time) {
    const auto status = stage.ask({.type = Type::kSeek, .time = time});
    REQUIRE(status.has_value());
    return status->progress.at;
  };
  stage.seek(story.read);
  const auto read = stage.replay().status().progress.time;
  CHECK(at({read.ns + kNsPerSecond}) == story.read);
  CHECK(at({read.ns - 1}) == Revision{story.read.number - 1});
  CHECK(at({1}) == Revision{});
  CHECK(found(stage.engine()).is_null());
  auto options = story.options({}, story.read);
  options.from = Time{1};
  Stage early(options);
  CHECK(early.replay().status().from == Revision{});
  CHECK(early.seek(story.read).state == State::kEnded);
  options.to = Time{1};
  CHECK_FALSE(Replay::open(options, real_world()).has_value());
}

TEST_CASE("a signal ends a replay in the midst of a seek") {
  const Story story;
  SECTION("which is answered") {
    Stage stage(story.options({}, story.gone));
    std::promise<void> answered;
    stage.replay().control({.type = ReplayControl::Type::kSeek, .revision = story.gone},
                           [&](const Result<ReplayStatus>&) { answered.set_value(); });
    stage.replay().stop();
    CHECK(answered.get_future().wait_for(std::chrono::seconds(0)) == std::future_status::ready);
  }
  SECTION("which says where, and compares nothing") {
    Stage stage(story.options({}, story.gone));
    auto& replay = stage.replay();
    std::thread ending;
    stage.seek({story.created.number - 1});
    write(stage.engine(), note_creation("mine"));
    // Between the lamp's creation and what became of it, until the replay takes no more controls.
    const Reaction reaction(stage.engine(), kLamp.resource, [&] {
      ending = std::thread([&] { replay.stop(); });
      const auto refuses = std::make_shared<std::atomic<bool>>(false);
      for (int i = 0; i < 60 && !*refuses; ++i) {
        std::this_thread::sleep_for(std::chrono::milliseconds(500));
        replay.control({.type = ReplayControl::Type::kLook},
                       [refuses](const Result<ReplayStatus>& status) { *refuses = !status; });
      }
    });
    const auto sought = stage.ask({.type = ReplayControl::Type::kSeek, .revision = story.gone});
    ending.join();
    REQUIRE_FALSE(sought.has_value());
    CHECK(sought.error().reason == Reason::kServiceUnavailable);
    const auto status = replay.status();
    CHECK(status.state == State::kPaused);
    CHECK(status.failure.empty());
    const auto report = stage.report();
    CHECK(report.failure.empty());
    CHECK(report.verdict() == "unknown");
    CHECK(report.on_way_to == story.gone);
    REQUIRE(report.objects.size() == 1);
    CHECK(report.objects[0].fields.empty());
    CHECK_FALSE(report.objects[0].gap.empty());
  }
  SECTION("also one that has not begun") {
    std::stop_source ending;
    ending.request_stop();
    const auto ended =
        Replay::open(story.options(story.created, story.gone), real_world(), ending.get_token());
    REQUIRE_FALSE(ended.has_value());
    CHECK(ended.error().reason == Reason::kServiceUnavailable);
  }
  SECTION("wherever it is") {
    const auto store =
        storage::Store::open({.directory = story.directory(), .read_only = true}).value();
    EngineOptions options;
    options.store.directory = "/replay";
    options.store.in_memory = true;
    options.builtin_gateway_api = false;
    options.is_replay = true;
    const auto engine = Engine::open(std::move(options), real_world()).value();
    {
      Player player(store->snapshot(), *engine, {});
      REQUIRE(player.put_state(story.created).has_value());
      player.interrupt();
      for (const auto& ended : {player.pass_to(story.gone), player.put_state({})}) {
        REQUIRE_FALSE(ended.has_value());
        CHECK(ended.error().reason == Reason::kServiceUnavailable);
      }
      CHECK(level_of(*engine) == 1);
    }
    Gaps gaps;
    const auto folded = fold_history(*store->snapshot(), {}, story.gone, {}, true, gaps);
    CHECK(folded.value().events == 1);
    engine->stop();
  }
}

TEST_CASE("objects say which revision of the history they show") {
  const Story story;
  Stage stage(story.options(story.created, story.gone));
  const auto shown = [&] {
    return std::string(
        string_at(found(stage.engine()), {"metadata", "annotations", kHistoryRevision}));
  };
  CHECK(shown() == to_string(story.created));
  stage.step();
  CHECK(shown() == to_string(story.read));
}

TEST_CASE("another object under the name gives way to the history's") {
  const Story story;
  Stage stage(story.options({}, story.gone));
  stage.seek({story.created.number - 1});
  write(stage.engine(), creation(9));
  const auto mine = std::string(uid_of(found(stage.engine())));
  stage.step();
  CHECK(level_of(stage.engine()) == 1);
  CHECK(uid_of(found(stage.engine())) != mine);
}

TEST_CASE("controls that make no sense change nothing") {
  const Story story;
  Stage stage(story.options(story.created, story.brightened));
  using Type = ReplayControl::Type;
  for (const auto& control :
       {ReplayControl{.type = Type::kResume}, ReplayControl{.type = Type::kSeek, .revision = {1}},
        ReplayControl{.type = Type::kSeek, .revision = story.gone}}) {
    const auto refused = stage.ask(control);
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().reason == Reason::kBadRequest);
    CHECK(stage.replay().status().progress.at == story.created);
    CHECK(stage.replay().status().state == State::kPaused);
  }
  CHECK(stage.run("max").state == State::kEnded);
  CHECK(level_of(stage.engine()) == 2);
  for (const auto* text : {"", "x", "0", "-1", "fast", "inf", "nan", "1e12"}) {
    CHECK_FALSE(parse_speed(text).has_value());
  }
  CHECK(to_string(parse_speed("2.5x").value()) == "2.5x");
}

TEST_CASE("a replay wants moments of the history") {
  const Story story;
  for (const auto& options : {story.options({1000}, {1001}), story.options(story.gone, {1}),
                              story.options(story.gone, story.gone), story.options({1}, {1000})}) {
    const auto refused = Replay::open(options, real_world());
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().reason == Reason::kBadRequest);
  }
}

}  // namespace gatefold::engine
