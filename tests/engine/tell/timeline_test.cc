#include "engine/tell/timeline.h"

#include <catch2/catch.hpp>

namespace gatefold::engine {
namespace {

constexpr Uid kOne{{1}};
constexpr Uid kTwo{{2}};

ConditionMove move(Uid uid, std::uint64_t revision, std::int64_t second, std::string old_status,
                   std::string new_status, std::string type = "Ready") {
  return {.uid = uid,
          .revision = {revision},
          .time = {second * kNsPerSecond},
          .actor = {.user = "u" + std::to_string(revision)},
          .transition = {.path = "status.conditions",
                         .type = std::move(type),
                         .old_status = std::move(old_status),
                         .new_status = std::move(new_status),
                         .reason = "R" + std::to_string(revision)}};
}

Time at(std::int64_t second) {
  return {second * kNsPerSecond};
}

}  // namespace

TEST_CASE("a condition's spans have their writers and durations, the last one reaches until now") {
  const std::vector<ConditionMove> moves = {move(kOne, 3, 10, "", "Unknown"),
                                            move(kOne, 5, 12, "Unknown", "True"),
                                            move(kOne, 8, 20, "True", "False")};
  const auto lines = timelines(moves, {}, at(50));
  REQUIRE(lines.size() == 1);
  const auto& line = lines[0];
  REQUIRE(line.spans.size() == 3);
  CHECK(line.spans[1].status == "True");
  CHECK(line.spans[1].reason == "R5");
  CHECK(line.spans[1].actor.user == "u5");
  CHECK(line.spans[1].revision.number == 5);
  CHECK(line.spans[1].duration_ns() == 8 * kNsPerSecond);
  CHECK_FALSE(line.spans[1].is_open);
  CHECK(line.spans[2].is_open);
  CHECK(line.spans[2].duration_ns() == 30 * kNsPerSecond);
  CHECK(line.current() == "False");
  CHECK(line.duration_ns() == 40 * kNsPerSecond);
  CHECK(line.time_in_state_ns() ==
        std::map<std::string, std::int64_t>{{"Unknown", 2 * kNsPerSecond},
                                            {"True", 8 * kNsPerSecond},
                                            {"False", 30 * kNsPerSecond}});
  CHECK(line.flaps() == 0);
  // An open span never ends before it began.
  CHECK(timelines(moves, {}, at(0))[0].spans[2].duration_ns() == 0);
}

TEST_CASE("a flap is a return to the status that was just left") {
  std::vector<ConditionMove> moves = {move(kOne, 1, 1, "", "True")};
  CHECK(timelines(moves, {}, at(9))[0].flaps() == 0);
  moves.push_back(move(kOne, 2, 2, "True", "False"));
  CHECK(timelines(moves, {}, at(9))[0].flaps() == 0);
  moves.push_back(move(kOne, 3, 3, "False", "True"));
  CHECK(timelines(moves, {}, at(9))[0].flaps() == 1);
  moves.push_back(move(kOne, 4, 4, "True", "Unknown"));
  CHECK(timelines(moves, {}, at(9))[0].flaps() == 1);
  // The status again, from a message that changed, is no span.
  moves.push_back(move(kOne, 5, 5, "Unknown", "Unknown"));
  CHECK(timelines(moves, {}, at(9))[0].spans.size() == 4);
}

TEST_CASE("where transitions are lost, nobody knows how long the status before lasted") {
  std::vector<ConditionMove> moves = {move(kOne, 1, 1, "", "False"),
                                      move(kOne, 9, 11, "True", "False")};
  auto line = timelines(moves, {}, at(31))[0];
  REQUIRE(line.spans.size() == 2);
  CHECK(line.spans[0].is_cut);
  CHECK_FALSE(line.spans[1].is_cut);
  CHECK(line.time_in_state_ns() == std::map<std::string, std::int64_t>{
                                       {"?", 10 * kNsPerSecond}, {"False", 20 * kNsPerSecond}});
}

TEST_CASE("in a version that is not known a condition may have moved unseen") {
  const std::vector<ConditionMove> moves = {move(kOne, 3, 10, "", "True"),
                                            move(kOne, 8, 20, "True", "False"),
                                            move(kTwo, 12, 30, "", "True")};
  const std::vector<ObjectGap> gaps{{kOne, {2}}, {kOne, {5}}, {kOne, {13}}};
  const std::vector<ObjectEnd> ends{{kOne, {10}, at(25)}};
  const auto lines = timelines(moves, ends, at(40), std::span(gaps).first(2));
  REQUIRE(lines.size() == 2);
  CHECK(lines[0].spans[0].is_cut);
  CHECK_FALSE(lines[0].spans[1].is_cut);
  CHECK(lines[0].time_in_state_ns().at("?") == 10 * kNsPerSecond);
  CHECK_FALSE(lines[1].spans[0].is_cut);
  CHECK(timelines(moves, {}, at(40), gaps)[0].spans[1].is_cut);
}

TEST_CASE("a condition that was taken away has a span of absence") {
  const std::vector<ConditionMove> moves = {move(kOne, 1, 1, "", "True"),
                                            move(kOne, 2, 4, "True", "")};
  const auto line = timelines(moves, {}, at(9))[0];
  REQUIRE(line.spans.size() == 2);
  CHECK(line.current().empty());
  CHECK(line.time_in_state_ns().at("") == 5 * kNsPerSecond);
}

TEST_CASE("a deletion closes the timelines of its life, and the next life has its own") {
  const std::vector<ConditionMove> moves = {move(kTwo, 1, 1, "", "True"),
                                            move(kTwo, 1, 1, "", "False", "Accepted"),
                                            move(kOne, 9, 20, "", "False")};
  const std::vector<ObjectEnd> ends = {{kTwo, {4}, at(6)}};
  const auto lines = timelines(moves, ends, at(30));
  REQUIRE(lines.size() == 3);
  CHECK(lines[0].uid == kTwo);
  CHECK(lines[0].type == "Accepted");
  REQUIRE(lines[1].end);
  CHECK(lines[1].end->revision.number == 4);
  CHECK(lines[1].duration_ns() == 5 * kNsPerSecond);
  CHECK_FALSE(lines[1].spans.back().is_open);
  CHECK(lines[1].current().empty());
  CHECK(lines[2].uid == kOne);
  CHECK_FALSE(lines[2].end);
  CHECK(lines[2].duration_ns() == 10 * kNsPerSecond);
}

}  // namespace gatefold::engine
