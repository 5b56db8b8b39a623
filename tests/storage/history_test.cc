// The past, by every way that leads to it, against a model; and the same after folding anew.
#include <map>
#include <optional>
#include <random>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "storage/verify.h"
#include "tests/storage/scratch.h"

namespace gatefold::test {
namespace {

constexpr int kSteps = 400;

// State after each revision: name to value.
using Moment = std::map<std::string, std::string>;
using Model = std::vector<Moment>;

Model write_history(storage::Store& store, unsigned seed) {
  std::mt19937 random(seed);
  Writer writer(store);
  Model model(1);
  for (int step = 0; step < kSteps; ++step) {
    auto state = model.back();
    const auto name = fmt::format("thing-{}", random() % 20);
    if (state.contains(name) && random() % 5 == 0) {
      writer.remove(name);
      state.erase(name);
    } else {
      // Long and similar, so that deltas are worth it, and sometimes another one altogether.
      auto value = fmt::format("{} {}", step, std::string(1500, 'v'));
      if (random() % 10 == 0) {
        for (auto& c : value) c = static_cast<char>('a' + random() % 26);
      }
      writer.put(name, value);
      state[name] = value;
    }
    model.push_back(std::move(state));
  }
  return model;
}

Moment list_at(const storage::Snapshot& snapshot, Revision revision) {
  Moment found;
  const auto read = snapshot.scan_at("things.example.org", "", std::nullopt, revision,
                                     [&](const storage::RowView& row) {
                                       found.emplace(row.name, row.body);
                                       return true;
                                     });
  REQUIRE(read.has_value());
  return found;
}

void check_against(const Model& model, const storage::Snapshot& snapshot, unsigned seed) {
  std::mt19937 random(seed);
  for (int i = 0; i < 60; ++i) {
    const auto revision = random() % model.size();
    const auto& state = model[revision];
    const auto found = list_at(snapshot, {revision});
    REQUIRE(found.size() == state.size());
    for (const auto& [name, value] : state) REQUIRE(found.at(name) == thing_body(name, value));
    const auto name = fmt::format("thing-{}", random() % 20);
    const auto past = snapshot.object_at(thing(name), {revision});
    REQUIRE(past.has_value());
    REQUIRE(past->has_value() == state.contains(name));
    if (*past) REQUIRE((*past)->body == thing_body(name, state.at(name)));
  }
  Moment now;
  REQUIRE(snapshot.scan("things.example.org", "", std::nullopt, [&](const storage::RowView& row) {
    now.emplace(row.name, row.body);
    return true;
  }));
  REQUIRE(now.size() == model.back().size());
  for (const auto& [name, value] : model.back()) REQUIRE(now.at(name) == thing_body(name, value));
}

TEST_CASE("every kept moment is as the model says, before and after refolding") {
  const auto seed = GENERATE(1U, 2U, 3U);
  const ScratchDirectory directory;
  Model model;
  storage::Head head;
  {
    const auto store = open_store(directory.path());
    model = write_history(*store, seed);
    check_against(model, *store->snapshot(), seed);
    CHECK(storage::verify(*store).findings.empty());
    head = store->head();
  }
  const auto store = open_store(directory.path(), /*refold=*/true);
  CHECK(store->head().chain == head.chain);
  check_against(model, *store->snapshot(), seed);
  CHECK(storage::verify(*store).findings.empty());
}

TEST_CASE("changes of a resource come in order, without those of others") {
  const ScratchDirectory directory;
  const auto store = open_store(directory.path());
  Writer writer(*store);
  for (int i = 0; i < 50; ++i) writer.put(fmt::format("thing-{}", i % 7), std::to_string(i));
  std::vector<std::uint64_t> seen;
  REQUIRE(store->snapshot()->changes("things.example.org", {10}, {20},
                                     [&](const storage::Event& event) {
                                       seen.push_back(event.revision.number);
                                       return true;
                                     }));
  CHECK(seen == std::vector<std::uint64_t>{11, 12, 13, 14, 15, 16, 17, 18, 19, 20});
  seen.clear();
  REQUIRE(
      store->snapshot()->changes("others.example.org", {0}, {50}, [&](const storage::Event& event) {
        seen.push_back(event.revision.number);
        return true;
      }));
  CHECK(seen.empty());
}

TEST_CASE("an object's timeline holds its transitions, from either end") {
  const ScratchDirectory directory;
  const auto store = open_store(directory.path());
  Writer writer(*store);
  const auto flip = [](const std::string& from, const std::string& to) {
    return storage::Transition{.path = "status.conditions",
                               .type = "Ready",
                               .old_status = from,
                               .new_status = to,
                               .reason = "Because",
                               .message = "it is so"};
  };
  writer.put("a", "one", {}, {flip("", "True")});
  writer.put("b", "one", {}, {flip("", "False")});
  writer.put("a", "two", {}, {flip("True", "False"), flip("False", "True")});
  std::vector<std::string> timeline;
  REQUIRE(store->snapshot()->timeline(thing("a"), [&](const storage::LedgerEntry& entry) {
    timeline.push_back(fmt::format("{} {}->{}", entry.revision.number, entry.transition.old_status,
                                   entry.transition.new_status));
    return true;
  }));
  CHECK(timeline == std::vector<std::string>{"1 ->True", "3 True->False", "3 False->True"});
  std::vector<std::string> backwards;
  REQUIRE(store->snapshot()->timeline_backwards(thing("a"), [&](const storage::LedgerEntry& entry) {
    backwards.push_back(fmt::format("{} {}->{}", entry.revision.number, entry.transition.old_status,
                                    entry.transition.new_status));
    return backwards.size() < 2;
  }));
  CHECK(backwards == std::vector<std::string>{"3 False->True", "3 True->False"});
  std::vector<std::uint64_t> later;
  const auto note = [&](const storage::LedgerEntry& entry) {
    later.push_back(entry.revision.number);
    return true;
  };
  REQUIRE(store->snapshot()->timeline(thing("a"), note, {1}));
  CHECK(later == std::vector<std::uint64_t>{3, 3});
  std::size_t in_namespace = 0;
  REQUIRE(store->snapshot()->transitions("default", {0}, {3}, [&](const storage::LedgerEntry&) {
    ++in_namespace;
    return true;
  }));
  CHECK(in_namespace == 4);
}

}  // namespace
}  // namespace gatefold::test
