// A fork is a directory of its own: what it shares, what it leaves out, and what it refuses.
#include "storage/fork.h"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "storage/verify.h"
#include "tests/storage/scratch.h"

namespace gatefold::test {
namespace {

Result<storage::Fork> forked(const std::filesystem::path& source, const Moment& moment,
                             const std::filesystem::path& target) {
  return storage::fork(source, moment, target, nullptr);
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
