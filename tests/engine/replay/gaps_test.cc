// Histories of which something was dropped or redacted, or never known, in front of controllers.
#include <set>
#include <utility>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "engine/gap.h"
#include "engine/replay/restate.h"
#include "schema/json.h"
#include "schema/meta.h"
#include "storage/history_writer.h"
#include "storage/redact.h"
#include "tests/engine/replay/lamp_story.h"
#include "tests/storage/raw_database.h"
#include "tests/storage/scratch.h"
#include "tests/support/test_world.h"

namespace gatefold::engine {
namespace {

using namespace gatefold::test;
using State = ReplayStatus::State;

const ObjectKey kLease{"leases.coordination.k8s.io", "default", "leader"};
// All that may go.
const storage::KeepLimits kLeast{.age_ns = 0, .count = 0, .bytes = 1};

// A directory that is written, and then has less.
class History {
 public:
  History() {
    open();
    write(*engine_, lamp_definition());
    while (engine_->step()) {
    }
  }

  Revision say(Command command) {
    world_.advance(60);
    return write(*engine_, std::move(command));
  }
  Revision level(int level) {
    return say(patch("kubectl", fmt::format(R"({{"spec":{{"level":{}}}}})", level)));
  }
  Revision renew() {
    auto command = command_by("leader", renewed_.number == 0 ? Verb::kCreate : Verb::kUpdate);
    command.group = "coordination.k8s.io";
    command.plural = "leases";
    if (renewed_.number > 0) command.name = kLease.name;
    JsonObject metadata{{"name", kLease.name}};
    if (renewed_.number > 0) metadata["resourceVersion"] = to_string(renewed_);
    command.body = {{"apiVersion", "coordination.k8s.io/v1"},
                    {"kind", "Lease"},
                    {"metadata", std::move(metadata)},
                    {"spec", {{"leaseTransitions", ++renewals_}}}};
    renewed_ = say(std::move(command));
    return renewed_;
  }

  std::uint64_t trim(std::string_view resource, const storage::Retention& retention) {
    engine_.reset();
    const auto store = open_store(directory());
    for (bool has_more = true; has_more;) {
      has_more = store->trim(resource, retention, world_.now()).value();
    }
    return store->snapshot()->kept().value()[std::string(resource)].dropped_events;
  }
  void redact(Revision from, Revision until) {
    engine_.reset();
    const auto store = open_store(directory());
    const auto redacted = storage::redact(
        *store, {.key = kLamp, .from = from, .until = until, .reason = {}, .now = world_.now()});
    INFO((redacted ? "" : redacted.error().message));
    REQUIRE(redacted.has_value());
  }
  void pass_over(Revision last) {
    engine_.reset();
    REQUIRE(open_store(directory())->begin_epoch(last).has_value());
    open();
  }
  // As of a source that has not the objects of these events: what was known last stands in.
  void lack(const std::set<Revision>& revisions) {
    engine_.reset();
    const auto copy = scratch_.path() / "copy";
    {
      const auto source = open_store(directory());
      const auto target = open_store(copy);
      const auto all = source->snapshot();
      storage::HistoryWriter writer(*target);
      std::vector<storage::Transition> unseen;
      const auto visit = [&](storage::Event event) {
        auto body = std::make_shared<const std::string>(all->body(event.revision).value());
        if (revisions.contains(event.revision)) {
          add_body_gap(event, "the object");
          body = std::make_shared<const std::string>(writer.current(event.key).value()->body);
          unseen = std::exchange(event.transitions, {});
        } else {
          event.transitions.insert(event.transitions.begin(), unseen.begin(), unseen.end());
          unseen.clear();
        }
        return writer.add(std::move(event), std::move(body)).has_value();
      };
      REQUIRE(all->events({}, all->head().revision, visit).has_value());
      REQUIRE(writer.finish().has_value());
      REQUIRE(target->head().revision == all->head().revision);
    }
    std::filesystem::remove_all(directory());
    std::filesystem::rename(copy, directory());
  }
  void lose_body(Revision revision) {
    engine_.reset();
    RawDatabase raw(directory());
    raw.remove("bodies", raw.rows("bodies").at(revision.number - 1).first);
  }

  std::filesystem::path directory() const { return scratch_.path() / "history"; }
  // Lets go of the directory: a replay reads what nobody writes.
  ReplayOptions options(Revision from = {}) {
    engine_.reset();
    ReplayOptions options;
    options.directory = directory();
    if (from.number > 0) options.from = from;
    options.speed = parse_speed("step").value();
    options.under_test = UnderTest({parse_writer_pattern("fieldManager=lampd").value()});
    return options;
  }

 private:
  void open() {
    EngineOptions options;
    options.store.directory = directory();
    options.manual = true;
    options.builtin_gateway_api = false;
    auto opened = Engine::open(std::move(options), world_.world());
    REQUIRE(opened.has_value());
    engine_ = std::move(*opened);
  }

  ScratchDirectory scratch_;
  TestWorld world_;
  std::unique_ptr<Engine> engine_;
  Revision renewed_;
  int renewals_ = 0;
};

Status refusal(const ReplayOptions& options) {
  const auto refused = Replay::open(options, real_world());
  REQUIRE_FALSE(refused.has_value());
  return refused.error();
}

std::string shown(Stage& stage) {
  return canonical_json(found(stage.engine())) + canonical_json(found(stage.engine(), kLease));
}

std::string named(const Gaps& gaps) {
  return canonical_json(gaps_json(gaps));
}

// Step by step, folded, by its times, as fast as it goes, and put at once where that can be: with
// nobody under test, all ways to a revision come to the same.
void check_ways(History& history) {
  auto options = history.options();
  options.under_test = {};
  Stage stepped(options);
  const auto to = stepped.replay().status().to;
  while (stepped.replay().status().progress.at < to) {
    stepped.step();
    const auto at = stepped.replay().status().progress.at;
    INFO("revision " << at.number);
    Stage folded(options);
    folded.seek(at);
    CHECK(shown(folded) == shown(stepped));
    folded.seek(to);
    if (folded.ask({.type = ReplayControl::Type::kSeek, .revision = at})) {
      CHECK(shown(folded) == shown(stepped));
    }
  }
  for (const auto* speed : {"1e9x", "max"}) {
    Stage ran(options);
    const auto status = ran.run(speed);
    INFO(speed << " " << status.failure);
    CHECK(status.state == State::kEnded);
    CHECK(shown(ran) == shown(stepped));
  }
}

}  // namespace

TEST_CASE("a replay does without Leases that are no longer kept") {
  History history;
  history.renew();
  const auto created = history.say(creation(1));
  const auto renewed = history.renew();
  for (int i = 2; i < 6; ++i) {
    history.level(i);
    history.renew();
  }
  const auto last = history.level(6);
  const auto dropped = history.trim(kLease.resource, {.records = kLeast, .bodies = {}});
  REQUIRE(dropped > 2);
  check_ways(history);

  Stage whole(history.options());
  CHECK(whole.replay().status().progress.gaps.empty());
  const auto ended = whole.run("1e9x");
  CHECK(ended.state == State::kEnded);
  CHECK(ended.progress.gaps.events == dropped);
  CHECK(ended.progress.gaps.revisions.at(0).first == renewed);
  CHECK(ended.progress.gaps.objects.empty());
  CHECK(level_of(whole.engine()) == 6);
  CHECK(integer_at(found(whole.engine(), kLease), {"spec", "leaseTransitions"}, 0) == 6);
  CHECK(whole.report().names_nobody);

  Stage late(history.options(created));
  CHECK(late.replay().status().progress.gaps.lacking == std::vector<std::string>{kLease.resource});
  CHECK(integer_at(found(late.engine(), kLease), {"spec", "leaseTransitions"}, 0) < 6);
  CHECK(level_of(late.engine()) == 1);
  late.seek(last);
  CHECK(level_of(late.engine()) == 6);
  CHECK(integer_at(found(late.engine(), kLease), {"spec", "leaseTransitions"}, 0) == 6);
  CHECK(late.report().verdict() == "unknown");
  late.seek(created);
  CHECK(late.replay().status().progress.gaps.events == 0);
}

TEST_CASE("where records were dropped, the state jumps, and the report does not judge") {
  History history;
  const auto created = history.say(creation(1));
  history.say(lit("True"));
  history.level(2);
  const auto kept = history.level(3);
  history.say(lit("False"));
  history.trim(kLamp.resource,
               {.records = {.age_ns = 90 * kNsPerSecond, .count = 0, .bytes = 0}, .bodies = {}});
  check_ways(history);

  const auto refused = refusal(history.options(created));
  CHECK(refused.reason == Reason::kExpired);
  Stage stage(history.options());
  stage.seek(kept);
  CHECK(level_of(stage.engine()) == 3);
  const auto status = stage.replay().status();
  CHECK(status.progress.gaps.events > 0);
  // Going back there is refused, and nothing has changed.
  const auto back = stage.ask({.type = ReplayControl::Type::kSeek, .revision = created});
  REQUIRE_FALSE(back.has_value());
  CHECK(back.error().reason == Reason::kExpired);
  CHECK(stage.replay().status().state == State::kPaused);
  CHECK(stage.replay().status().progress.at == kept);
  write(stage.engine(), lit("False"));
  stage.run("max");
  const auto report = stage.report();
  CHECK(report.dropped == std::vector<std::string>{kLamp.resource});
  CHECK(report.verdict() == "unknown");
  CHECK_FALSE(report.is_equal());
  CHECK(report.objects.at(0).conditions.empty());
}

TEST_CASE("where contents alone were dropped, objects come with what can be read") {
  History history;
  const auto created = history.say(creation(1));
  history.say(lit("True"));
  history.level(2);
  history.level(3);
  const auto last = history.level(4);
  history.trim(kLamp.resource,
               {.records = {}, .bodies = {.age_ns = 30 * kNsPerSecond, .count = 0, .bytes = 0}});
  check_ways(history);
  CHECK(refusal(history.options(created)).reason == Reason::kExpired);

  Stage stage(history.options());
  auto status = stage.run("1e9x");
  CHECK(status.state == State::kEnded);
  CHECK(status.progress.at == last);
  CHECK(level_of(stage.engine()) == 4);
  CHECK(status.progress.gaps.objects == std::vector<ObjectKey>{kLamp});
  // What the controller did then is in the records.
  const auto report = stage.report();
  CHECK(report.dropped.empty());
  CHECK(report.objects.at(0).history_writes == 1);
  CHECK(report.objects.at(0).conditions.at(0).order == StatusOrder::kMissing);
}

TEST_CASE("a version that was redacted is passed over") {
  History history;
  const auto created = history.say(creation(1));
  const auto secret = history.say(patch("kubectl", R"({"spec":{"level":2}})"));
  const auto next = history.say(patch("meter", R"({"metadata":{"annotations":{"watts":"5"}}})"));
  history.say(lit("True"));
  const auto last = history.level(3);
  history.redact(secret, secret);
  check_ways(history);

  SECTION("on the way") {
    Stage stage(history.options(created));
    write(stage.engine(), patch("lampd", R"({"metadata":{"labels":{"seen":"1"}}})"));
    const auto status = stage.step();
    CHECK(status.progress.at == next);
    CHECK(status.progress.shown == 1);
    CHECK(
        named(status.progress.gaps) ==
        fmt::format(R"({{"events":1,"lacking":[],"objects":["lamps.light.example.com/default/a"],)"
                    R"("revisions":[[{0},{0}]],"truncated":false}})",
                    secret.number));
    // The next one brings what the redacted one did, and the controller's stays.
    CHECK(level_of(stage.engine()) == 2);
    CHECK(watts_of(stage.engine()) == "5");
    CHECK(labels_of(found(stage.engine())).size() == 1);
    CHECK(stage.report().gaps.events == 1);
  }
  SECTION("at the beginning") {
    Stage stage(history.options(secret));
    CHECK(level_of(stage.engine()) == 1);
    CHECK(named(stage.replay().status().progress.gaps).find(to_string(secret)) !=
          std::string::npos);
    stage.step();
    CHECK(level_of(stage.engine()) == 2);
    stage.seek(last);
    CHECK(level_of(stage.engine()) == 3);
    stage.seek(secret);
    CHECK(level_of(stage.engine()) == 1);
    CHECK(stage.run("1e9x").progress.unheard == 0);
  }
  SECTION("at the end, nobody knows what the controller should have made of it") {
    auto options = history.options(created);
    options.to = secret;
    Stage stage(options);
    write(stage.engine(), lit("True"));
    stage.seek(secret);
    const auto report = stage.report();
    CHECK(report.objects.at(0).gap ==
          fmt::format("the content of revision {} was redacted", secret.number));
    CHECK(report.objects.at(0).conditions.size() == 1);
    CHECK_FALSE(report.is_equal());
  }
}

TEST_CASE("a version that only stands in is passed over") {
  History history;
  const auto created = history.say(creation(1));
  const auto unknown = history.level(2);
  const auto next = history.say(patch("meter", R"({"metadata":{"annotations":{"watts":"5"}}})"));
  const auto last = history.level(3);
  history.lack({unknown});
  check_ways(history);
  const auto named_alone = [&](const Gaps& gaps) {
    return gaps.events == 1 && gaps.revisions.at(0).first == unknown &&
           gaps.objects == std::vector<ObjectKey>{kLamp};
  };

  Stage stage(history.options(created));
  const auto status = stage.step();
  CHECK(status.progress.at == next);
  CHECK(named_alone(status.progress.gaps));
  CHECK(level_of(stage.engine()) == 2);
  stage.seek(last);
  stage.seek(unknown);
  CHECK(level_of(stage.engine()) == 1);
  CHECK(named_alone(stage.report().gaps));
  stage.step();
  CHECK(level_of(stage.engine()) == 2);
}

TEST_CASE("what a controller did in a version that only stands in, nobody knows") {
  History history;
  const auto created = history.say(creation(1));
  const auto unknown = history.say(lit("True"));
  const auto last = history.level(2);
  history.lack({unknown});
  auto options = history.options(created);
  const auto until = GENERATE(false, true) ? unknown : last;
  options.to = until;
  Stage stage(options);
  write(stage.engine(), lit("True"));
  stage.seek(until);
  const auto report = stage.report();
  CHECK(report.verdict() == "unknown");
  REQUIRE(report.objects.size() == 1);
  CHECK(report.objects[0].history_writes == 1);
  CHECK(report.objects[0].gap.find("the object") != std::string::npos);
  CHECK(report.objects[0].conditions.empty());
}

TEST_CASE("an object of which nothing can be read comes with its first version that can be") {
  History history;
  const auto created = history.say(creation(1));
  const auto changed = history.level(2);
  const auto readable = history.level(3);
  history.say(command_by("kubectl", Verb::kDelete));
  history.redact(created, changed);
  check_ways(history);
  Stage stage(history.options());
  stage.seek(changed);
  CHECK(found(stage.engine()).is_null());
  stage.seek(readable);
  CHECK(level_of(stage.engine()) == 3);
  CHECK(stage.run("max").progress.unheard == 0);
  CHECK(found(stage.engine()).is_null());
}

TEST_CASE(
    "what came and went in one stretch is missed by nobody, though a write between is withheld") {
  History history;
  history.say(creation(1));
  history.say(patch("lampd", R"({"metadata":{"labels":{"seen":"1"}}})"));
  history.level(2);
  history.say(command_by("kubectl", Verb::kDelete));
  const auto last = history.say(creation(3));
  Stage stage(history.options(Revision{1}));
  CHECK(stage.seek(last).progress.unheard == 0);
  CHECK(level_of(stage.engine()) == 3);
}

TEST_CASE("numbers that a restored backup passed over are no gap") {
  History history;
  history.say(creation(1));
  history.pass_over({1'000'000'000'000});
  history.level(2);
  Stage stage(history.options());
  for (const auto* speed : {"1e9x", "max"}) {
    const auto status = stage.run(speed);
    INFO(speed << ": " << status.failure);
    CHECK(status.state == State::kEnded);
    CHECK(status.progress.gaps.empty());
    CHECK(level_of(stage.engine()) == 2);
    stage.seek({});
  }
}

TEST_CASE("a replay that can't go on says so until one seeks") {
  History history;
  const auto created = history.say(creation(1));
  const auto broken = history.level(2);
  history.level(3);
  history.lose_body(broken);
  Stage stage(history.options(created));
  const auto status = stage.run("1e9x");
  CHECK(status.state == State::kFailed);
  CHECK(status.failure.find(to_string(broken)) != std::string::npos);
  const auto report = stage.report();
  CHECK(report.failure == status.failure);
  CHECK(report.verdict() == "failed");
  CHECK_FALSE(report.is_equal());
  const auto refused = stage.ask({.type = ReplayControl::Type::kStep});
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().reason == Reason::kBadRequest);
  const auto back = stage.seek(created);
  CHECK(back.state == State::kPaused);
  CHECK(back.failure.empty());
  CHECK(stage.report().failure.empty());
}

}  // namespace gatefold::engine
