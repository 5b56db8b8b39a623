// A fork is a directory of its own: what it shares, what it leaves out, and what it refuses.
#include "storage/fork.h"

#include <map>
#include <random>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "storage/redact.h"
#include "storage/verify.h"
#include "tests/storage/verified.h"

namespace gatefold::test {
namespace {

Result<storage::Fork> forked(const std::filesystem::path& source, const Moment& moment,
                             const std::filesystem::path& target) {
  return storage::fork(source, moment, target, nullptr);
}

// May do without things.
Result<storage::Fork> forked_without(const std::filesystem::path& source, const Moment& moment,
                                     const std::filesystem::path& target) {
  return storage::fork(source, moment, target, nullptr,
                       [](auto resource) { return resource == kThings; });
}

std::string value_in(const storage::Store& store, const std::string& name) {
  const auto object = store.snapshot()->get(thing(name));
  REQUIRE(object.has_value());
  return *object ? (*object)->body : "";
}

void write_things(const std::filesystem::path& directory, int count) {
  const auto store = open_store(directory);
  Writer writer(*store);
  for (int i = 1; i <= count; ++i) {
    writer.put(fmt::format("t{}", i % 3), std::to_string(i), {},
               {{.path = "status.conditions", .type = "Ready", .new_status = "True"}});
  }
}

}  // namespace

TEST_CASE("a fork and what it came from go their own ways") {
  const ScratchDirectory scratch;
  const auto source = scratch.path() / "source";
  const auto target = scratch.path() / "target";
  write_things(source, 30);
  const auto fork = forked(source, Revision{20}, target);
  REQUIRE(fork.has_value());
  CHECK(fork->head.revision == Revision{20});
  CHECK(fork->undone == 10);
  const auto ours = open_store(target);
  const auto theirs = open_store(source);
  CHECK(ours->incarnation() != theirs->incarnation());
  CHECK(ours->head().chain == fork->head.chain);
  CHECK(value_in(*ours, "t2") == thing_body("t2", "20"));
  CHECK(value_in(*theirs, "t2") == thing_body("t2", "29"));
  CHECK(Writer(*ours).put("t0", "mine") == Revision{21});
  CHECK(Writer(*theirs).put("t0", "theirs") == Revision{31});
  CHECK(ours->snapshot()->object_at(thing("t1"), {19}).value()->body == thing_body("t1", "19"));
  CHECK(storage::verify(*ours).findings.empty());
  CHECK(storage::verify(*theirs).findings.empty());
}

TEST_CASE("who reads a fresh fork keeps writers away") {
  const ScratchDirectory scratch;
  const auto source = scratch.path() / "source";
  const auto target = scratch.path() / "target";
  write_things(source, 10);
  REQUIRE(forked(source, Revision{5}, target).has_value());
  const auto reader = storage::Store::open({.directory = target, .read_only = true});
  REQUIRE(reader.has_value());
  const auto writer = storage::Store::open({.directory = target});
  REQUIRE_FALSE(writer.has_value());
  CHECK(writer.error().reason == Reason::kServiceUnavailable);
}

TEST_CASE("a fork of a fork tells who wrote what it shares") {
  const ScratchDirectory scratch;
  const auto source = scratch.path() / "source";
  write_things(source, 10);
  REQUIRE(forked(source, Revision{8}, scratch.path() / "first"));
  write_things(scratch.path() / "first", 4);  // 9 to 12
  REQUIRE(forked(scratch.path() / "first", Revision{11}, scratch.path() / "late"));
  REQUIRE(forked(scratch.path() / "first", Revision{5}, scratch.path() / "early"));
  const auto oldest = open_store(source);
  const auto first = open_store(scratch.path() / "first");
  const auto late = open_store(scratch.path() / "late");
  const auto early = open_store(scratch.path() / "early");
  const auto author = [](const storage::Store& store, std::uint64_t revision) {
    const auto provenance = store.snapshot()->provenance({revision});
    REQUIRE(provenance.has_value());
    return provenance->incarnation;
  };
  for (const auto* fork : {first.get(), late.get(), early.get()}) {
    CHECK(author(*fork, 5) == oldest->incarnation());
  }
  CHECK(author(*late, 8) == oldest->incarnation());
  CHECK(author(*late, 9) == first->incarnation());
  CHECK(Writer(*late).put("t0", "mine") == Revision{12});
  CHECK(author(*late, 12) == late->incarnation());
  CHECK(Writer(*early).put("t0", "mine") == Revision{6});
  CHECK(author(*early, 6) == early->incarnation());
}

TEST_CASE("what a fork left out is not acknowledged") {
  const ScratchDirectory scratch;
  write_things(scratch.path() / "source", 8);
  REQUIRE(forked(scratch.path() / "source", Revision{7}, scratch.path() / "target"));
  const auto ours = open_store(scratch.path() / "target");
  CHECK(ours->head().revision == Revision{7});
}

TEST_CASE("a fork is made in an empty place alone, and of a moment that there was") {
  const ScratchDirectory scratch;
  const auto source = scratch.path() / "source";
  write_things(source, 5);
  CHECK(forked(source, Revision{3}, source).error().reason == Reason::kBadRequest);
  CHECK(forked(source, Revision{6}, scratch.path() / "late").error().reason == Reason::kBadRequest);
  CHECK(forked(source, Time{-1}, scratch.path() / "early").error().reason == Reason::kBadRequest);
  CHECK_FALSE(std::filesystem::exists(scratch.path() / "late"));
  CHECK_FALSE(forked(scratch.path() / "nothing", Revision{1}, scratch.path() / "of").has_value());

  std::filesystem::create_directories(scratch.path() / "empty");
  CHECK(forked(source, Revision{3}, scratch.path() / "empty").has_value());
}

TEST_CASE("a fork that was broken off is seen, and in nobody's way") {
  const ScratchDirectory scratch;
  const auto source = scratch.path() / "source";
  write_things(source, 5);
  std::filesystem::create_directories(scratch.path() / "target.unfinished");
  const auto fork = forked(source, Revision{3}, scratch.path() / "target");
  REQUIRE_FALSE(fork.has_value());
  CHECK(fork.error().message.find("target.unfinished") != std::string::npos);
  CHECK_FALSE(std::filesystem::exists(scratch.path() / "target"));
}

// Of each thing the newest version is left.
void trim_things(const std::filesystem::path& directory) {
  const auto store = open_store(directory);
  REQUIRE(store->trim("things.example.org", {.records = {.count = 1}, .bodies = {}}, {}) == false);
  REQUIRE(storage::verify(*store).findings.empty());
}

TEST_CASE("a moment that is no longer kept whole is not forked") {
  const ScratchDirectory scratch;
  const auto source = scratch.path() / "source";
  write_things(source, 30);
  trim_things(source);
  const auto fork = forked(source, Revision{29}, scratch.path() / "target");
  REQUIRE_FALSE(fork.has_value());
  CHECK(fork.error().reason == Reason::kExpired);
  CHECK(fork.error().message ==
        "revision 29 of things.example.org is no longer kept: the oldest that can be read is 30");
  CHECK_FALSE(std::filesystem::exists(scratch.path() / "target"));
  CHECK(forked(source, Revision{30}, scratch.path() / "target").has_value());
}

TEST_CASE("a fork does without what was trimmed since where it may") {
  const bool is_short = GENERATE(true, false);  // undone, or folded anew
  const ScratchDirectory scratch;
  const auto source = scratch.path() / "source";
  const auto target = scratch.path() / "target";
  write_things(source, 30);
  {
    const auto store = open_store(source);
    Writer writer(*store);
    for (int i = 0; i < (is_short ? 0 : 40); ++i) writer.put("t0", std::to_string(i));
  }
  trim_things(source);
  const auto fork = storage::fork(source, Revision{29}, target, nullptr,
                                  [](auto resource) { return resource == "things.example.org"; });
  REQUIRE(fork.has_value());
  CHECK(fork->lacking == std::vector<std::string>{"things.example.org"});
  const auto ours = open_store(target);
  CHECK(storage::verify(*ours).findings.empty());
  CHECK(value_in(*ours, "t0").empty());
  CHECK(value_in(*ours, "t1") == thing_body("t1", "28"));
  CHECK(value_in(*ours, "t2") == thing_body("t2", "29"));
  CHECK(ours->snapshot()->horizon("things.example.org") == Revision{29});
  CHECK(Writer(*ours).put("t0", "again") == Revision{30});
  CHECK(storage::verify(*ours).findings.empty());
}

// Drops until nothing is left to drop.
void trim(storage::Store& store, const storage::Retention& retention) {
  for (bool goes_on = true; goes_on;) {
    const auto has_more = store.trim(kThings, retention, {});
    if (!has_more) FAIL(has_more.error().message);
    goes_on = *has_more;
  }
}

// All that may go, behind an event of another resource: the log's last one is never looked at.
void trim_whole(storage::Store& store, const storage::Retention& retention) {
  write(store, {kNotes, "default", "n"}, "last");
  trim(store, retention);
}

const storage::Retention kLeastBodies{.records = {}, .bodies = {.bytes = 1}};

// So many events that folding what stays is less than undoing them.
void write_many(const std::filesystem::path& directory, const std::string& name) {
  const auto store = open_store(directory);
  Writer(*store).put_many(name, 100);
}

TEST_CASE("a fork does without objects whose content was trimmed since where it may") {
  const bool is_short = GENERATE(true, false);  // undone, or folded anew
  const ScratchDirectory scratch;
  const auto source = scratch.path() / "source";
  const auto target = scratch.path() / "target";
  write_things(source, 30);
  if (!is_short) write_many(source, "t0");
  trim_whole(*open_store(source), kLeastBodies);
  const auto refused = forked(source, Revision{29}, target);
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().reason == Reason::kExpired);
  const auto fork = forked_without(source, Revision{29}, target);
  INFO((fork ? "" : fork.error().message));
  REQUIRE(fork.has_value());
  CHECK(fork->lacking == std::vector<std::string>{kThings});
  CHECK(fork->head.revision == Revision{29});
  CHECK(fork->undone == (is_short ? 2 : 102));
  CHECK(named(target) == Names{});
  const auto ours = open_store(target);
  CHECK(value_in(*ours, "t0").empty());
  CHECK(value_in(*ours, "t1") == thing_body("t1", "28"));
  CHECK(value_in(*ours, "t2") == thing_body("t2", "29"));
  CHECK(ours->snapshot()->horizon(kThings) == Revision{29});
  CHECK(ours->snapshot()->event({25}).has_value());  // t1's, without its content
  CHECK(ours->snapshot()->event({27}).error().reason == Reason::kExpired);
  CHECK(Writer(*ours).put("t0", "again") == Revision{30});
  CHECK(storage::verify(*ours).findings.empty());
}

TEST_CASE("a fork that does without the moment's own event ends before it") {
  const bool is_short = GENERATE(true, false);  // undone, or folded anew
  const ScratchDirectory scratch;
  const auto source = scratch.path() / "source";
  const auto target = scratch.path() / "target";
  {
    const auto store = open_store(source);
    Writer writer(*store);
    writer.put("still", "1");
    writer.put("moved", "1");
    writer.put("other", "1");
    writer.put("other", "2");
    writer.put("moved", "2");  // 5, the moment
    writer.put("moved", "3");
    writer.put("other", "3");
  }
  if (!is_short) write_many(source, "moved");
  trim_whole(*open_store(source), kLeastBodies);
  const auto fork = forked_without(source, Revision{5}, target);
  INFO((fork ? "" : fork.error().message));
  REQUIRE(fork.has_value());
  CHECK(fork->as_of == Revision{5});
  CHECK(fork->head.revision == Revision{1});
  CHECK(fork->undone == (is_short ? 3 : 103));
  CHECK(named(target) == Names{});
  const auto ours = open_store(target);
  CHECK(value_in(*ours, "still") == thing_body("still", "1"));
  CHECK(value_in(*ours, "moved").empty());
  CHECK(value_in(*ours, "other").empty());
  CHECK(ours->snapshot()->horizon(kThings) == Revision{1});
  CHECK(Writer(*ours).put("moved", "again") == Revision{2});
  CHECK(storage::verify(*ours).findings.empty());
}

TEST_CASE("a fork does without an object of whose past only a frame is kept") {
  const bool is_short = GENERATE(true, false);  // undone, or folded anew
  const bool has_records = GENERATE(true, false);
  const ScratchDirectory scratch;
  const auto source = scratch.path() / "source";
  const auto target = scratch.path() / "target";
  {
    const auto store = open_store(source);
    write(*store, thing("still"), "1");
    for (int i = 1; i <= 4; ++i) write(*store, thing("a"), text(i));  // 2 is the frame of all
    REQUIRE(store->snapshot()->get(thing("a")).value()->frame_revision == Revision{2});
  }
  if (!is_short) write_many(source, "still");
  {
    const auto store = open_store(source);
    if (has_records) {
      trim_whole(*store, kLeastBodies);
    } else {
      trim_whole(*store, {.records = {.bytes = 1}, .bodies = {}});
    }
    REQUIRE(store->snapshot()->body({2}).has_value());
    REQUIRE(store->snapshot()->body({4}).error().reason == Reason::kExpired);
  }
  const auto fork = forked_without(source, Revision{4}, target);
  INFO((fork ? "" : fork.error().message));
  if (!is_short) {
    // Nothing that has not changed since: no event is left that the log could end with.
    REQUIRE_FALSE(fork.has_value());
    CHECK(fork.error().reason == Reason::kExpired);
    CHECK_FALSE(std::filesystem::exists(target));
    CHECK_FALSE(std::filesystem::exists(target.string() + ".unfinished"));
    return;
  }
  REQUIRE(fork.has_value());
  CHECK(fork->head.revision == Revision{1});
  CHECK(named(target) == Names{});
  const auto ours = open_store(target);
  CHECK(value_in(*ours, "a").empty());
  CHECK(value_in(*ours, "still") == thing_body("still", "1"));
}

TEST_CASE("a fork keeps the lives that ended before the one that it does without") {
  const bool is_short = GENERATE(true, false);  // undone, or folded anew
  const ScratchDirectory scratch;
  const auto source = scratch.path() / "source";
  const auto target = scratch.path() / "target";
  {
    const auto store = open_store(source);
    Writer writer(*store);
    writer.put("t0", "1");
    writer.remove("t0");
    for (int i = 2; i <= 4; ++i) writer.put("t0", std::to_string(i));
    writer.put("t1", "1");  // 6, the moment
    writer.put("t0", "5");
  }
  if (!is_short) write_many(source, "t0");
  trim_whole(*open_store(source), kLeastBodies);
  const auto fork = forked_without(source, Revision{6}, target);
  INFO((fork ? "" : fork.error().message));
  REQUIRE(fork.has_value());
  CHECK(named(target) == Names{});
  const auto ours = open_store(target);
  CHECK(value_in(*ours, "t0").empty());
  CHECK(ours->snapshot()->event({2}).has_value());
  CHECK(ours->snapshot()->event({3}).error().reason == Reason::kExpired);
  CHECK(ours->snapshot()->event({5}).error().reason == Reason::kExpired);
}

TEST_CASE("a fork does without what was redacted since where it may") {
  const bool is_short = GENERATE(true, false);  // undone, or folded anew
  const ScratchDirectory scratch;
  const auto source = scratch.path() / "source";
  const auto target = scratch.path() / "target";
  write_things(source, 30);
  if (!is_short) write_many(source, "t0");
  storage::RedactRequest request;
  request.key = thing("t0");
  request.from = request.until = {27};
  request.now = {5};
  REQUIRE(storage::redact(*open_store(source), request).has_value());
  const auto refused = forked(source, Revision{28}, target);
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().reason == Reason::kExpired);
  const auto fork = forked_without(source, Revision{28}, target);
  INFO((fork ? "" : fork.error().message));
  REQUIRE(fork.has_value());
  CHECK(fork->lacking == std::vector<std::string>{kThings});
  CHECK(named(target) == Names{});
  const auto ours = open_store(target);
  CHECK(value_in(*ours, "t0").empty());
  CHECK(value_in(*ours, "t2") == thing_body("t2", "26"));
}

TEST_CASE("a life of very many versions is left out in steps") {
  const ScratchDirectory scratch;
  const auto source = scratch.path() / "source";
  const auto target = scratch.path() / "target";
  {
    const auto store = open_store(source);
    Writer writer(*store);
    writer.put("still", "1");
    writer.put("a", "1");
    writer.put_many("a", 5000);
    writer.put("last", "1");  // 5003, the moment
    writer.put("a", "2");
    trim_whole(*store, kLeastBodies);
  }
  const auto fork = forked_without(source, Revision{5003}, target);
  INFO((fork ? "" : fork.error().message));
  REQUIRE(fork.has_value());
  CHECK(fork->head.revision == Revision{5003});
  CHECK(named(target) == Names{});
  const auto ours = open_store(target);
  CHECK(value_in(*ours, "a").empty());
  CHECK(ours->kept().at(kThings).events == 2);
}

using State = std::map<std::string, std::string>;  // name to body

// Trims at random what is there: records, bodies or by count.
void trim_at_random(storage::Store& store, std::mt19937& random) {
  const auto held = store.kept().at(kThings).bytes;
  storage::Retention retention;
  (random() % 3 == 0 ? retention.records : retention.bodies).bytes = held - random() % (held / 4);
  if (random() % 4 == 0) retention.records.count = 2 + random() % 10;
  trim(store, retention);
}

TEST_CASE(
    "a fork of any moment of a trimmed history has what has not changed since, and no other") {
  const auto seed = GENERATE(1U, 2U, 3U, 4U, 5U, 6U);
  INFO("seed " << seed);
  std::mt19937 random(seed);
  const ScratchDirectory scratch;
  const auto source = scratch.path() / "source";
  std::vector<State> states(1);
  {
    const auto store = open_store(source);
    for (int i = 0; i < 300; ++i) {
      auto state = states.back();
      const ObjectKey note{kNotes, "default", "n"};
      const auto name = fmt::format("t{}", random() % 8);
      if (random() % 12 == 0) {
        write(*store, note, text(i));
      } else if (random() % 8 == 0 && state.contains(name)) {
        write(*store, thing(name), "", storage::EventType::kDeleted);
        state.erase(name);
      } else {
        const auto value = random() % 3 == 0 ? fmt::format("{}", random()) : text(i);
        write(*store, thing(name), value);
        state[name] = thing_body(name, value);
      }
      states.push_back(std::move(state));
      if (random() % 50 == 0) trim_at_random(*store, random);
    }
    trim_at_random(*store, random);
  }
  int made = 0;
  for (std::uint64_t at = 10; at < states.size(); at += 1 + random() % 30) {
    INFO("at " << at);
    const auto target = scratch.path() / fmt::format("{}", at);
    const auto fork = forked_without(source, Revision{at}, target);
    INFO((fork ? "" : fork.error().message));
    if (!fork) {
      CHECK(fork.error().message == fmt::format("no event up to revision {} is kept", at));
      continue;
    }
    ++made;
    CHECK(fork->as_of == Revision{at});
    CHECK(named(target) == Names{});
    const auto ours = open_store(target);
    const auto theirs = storage::Store::open({.directory = source, .read_only = true});
    State found;
    REQUIRE(ours->snapshot()->scan(kThings, "", std::nullopt, [&](const storage::RowView& row) {
      found.emplace(row.name, row.body);
      return true;
    }));
    const auto& state = states[at];
    for (const auto& [name, body] : found) {
      REQUIRE(state.contains(name));
      CHECK(body == state.at(name));
    }
    for (const auto& [name, body] : state) {
      INFO(name);
      const auto now = (*theirs)->snapshot()->get(thing(name));
      const bool has_changed = !now.value() || (*now)->revision > Revision{at};
      if (!has_changed || fork->lacking.empty()) CHECK(found.contains(name));
    }
    Writer(*ours).put("t0", "mine");
    CHECK(storage::verify(*ours).findings.empty());
  }
  CHECK(made > 3);
}

TEST_CASE("a fork takes back a second life where nothing is kept of the first one's end") {
  const ScratchDirectory scratch;
  const auto source = scratch.path() / "source";
  {
    const auto store = open_store(source);
    Writer writer(*store);
    writer.put("t0", "1");
    writer.remove("t0");
    writer.put("t1", "1");
    const storage::KeepLimits least{.bytes = 1};
    REQUIRE(store->trim("things.example.org", {.records = {}, .bodies = least}, {}) == false);
    REQUIRE(store->snapshot()->body({2}).error().reason == Reason::kExpired);
    writer.put("t0", "2");
  }
  REQUIRE(forked(source, Revision{3}, scratch.path() / "target").has_value());
  const auto ours = open_store(scratch.path() / "target");
  CHECK(storage::verify(*ours).findings.empty());
  CHECK(value_in(*ours, "t0").empty());
  CHECK(value_in(*ours, "t1") == thing_body("t1", "1"));
}

TEST_CASE("a fork of a moment whose event was dropped ends with the last one that is kept") {
  const ScratchDirectory scratch;
  const auto source = scratch.path() / "source";
  {
    const auto store = open_store(source);
    Writer writer(*store);
    writer.put("t1", "1");
    writer.put("t0", "1");
    writer.remove("t0");
    writer.put("t2", "1");
    const storage::KeepLimits least{.bytes = 1};
    REQUIRE(store->trim("things.example.org", {.records = least, .bodies = {}}, {}) == false);
    REQUIRE(store->snapshot()->event({3}).error().reason == Reason::kExpired);
    REQUIRE(store->snapshot()->horizon("things.example.org") == Revision{3});
  }
  const auto fork = forked(source, Revision{3}, scratch.path() / "target");
  REQUIRE(fork.has_value());
  CHECK(fork->head.revision == Revision{1});
  CHECK(fork->as_of == Revision{3});
  const auto ours = open_store(scratch.path() / "target");
  CHECK(storage::verify(*ours).findings.empty());
  CHECK(value_in(*ours, "t0").empty());
  CHECK(value_in(*ours, "t1") == thing_body("t1", "1"));
  CHECK(Writer(*ours).put("t0", "again") == Revision{2});
  CHECK(storage::verify(*ours).findings.empty());
}

TEST_CASE("a fork steps over what was dropped behind its moment, however much") {
  const ScratchDirectory scratch;
  const auto source = scratch.path() / "source";
  {
    const auto store = open_store(source);
    Writer writer(*store);
    writer.put("early", "1");
    writer.put_many("early", 700);
    writer.put("then", "1");  // 702
    writer.put("hot", "1");
    writer.put_many("hot", 600);
    writer.put("late", "1");
    const storage::KeepLimits least{.bytes = 1};
    while (store->trim("things.example.org", {.records = least, .bodies = {}}, {}).value()) {
    }
  }
  const auto fork = storage::fork(source, Revision{702}, scratch.path() / "target", nullptr,
                                  [](auto) { return true; });
  REQUIRE(fork.has_value());
  CHECK(fork->head.revision == Revision{702});
  CHECK(fork->undone == 2);  // the last version of hot, and late
  const auto ours = open_store(scratch.path() / "target");
  CHECK(storage::verify(*ours).findings.empty());
  CHECK(value_in(*ours, "then") == thing_body("then", "1"));
  CHECK(value_in(*ours, "hot").empty());
}

TEST_CASE("numbers that were passed over are no events that a fork leaves out") {
  const ScratchDirectory scratch;
  const auto source = scratch.path() / "source";
  write_things(source, 10);
  REQUIRE(open_store(source)->begin_epoch({1'700'000'000'000'000}).has_value());
  write_things(source, 3);
  std::uint64_t all = 0;
  const auto fork = storage::fork(source, Revision{10}, scratch.path() / "target",
                                  [&](std::uint64_t, std::uint64_t total) { all = total; });
  REQUIRE(fork.has_value());
  CHECK(fork->undone == 3);
  CHECK(all == 3);  // they are taken back, and not ten folded anew
  CHECK(storage::verify(*open_store(scratch.path() / "target")).findings.empty());
}

TEST_CASE("nobody forks what is being written") {
  const ScratchDirectory scratch;
  const auto store = open_store(scratch.path() / "source");
  Writer(*store).put("t", "1");
  const auto fork = forked(scratch.path() / "source", Revision{1}, scratch.path() / "target");
  REQUIRE_FALSE(fork.has_value());
  CHECK(fork.error().reason == Reason::kServiceUnavailable);
}

}  // namespace gatefold::test
