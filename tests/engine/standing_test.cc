#include "engine/standing.h"

#include <catch2/catch.hpp>

#include "schema/json.h"

namespace gatefold::engine {
namespace {

constexpr Uid kLife{{7}};

Value object(std::string_view status) {
  const auto text =
      R"({"metadata":{"creationTimestamp":"2026-01-01T00:00:10Z"},"status":{"conditions":[
    {"type":"Ready","status":")" +
      std::string(status) + R"(","lastTransitionTime":"2020-01-01T00:00:00Z"},
    {"type":"New","status":"Unknown","lastTransitionTime":"1970-01-01T00:00:00Z"}]}})";
  return parse_json(text)->value;
}

ConditionMove ready(std::uint64_t revision, std::string_view time, std::string status) {
  return {.uid = kLife,
          .revision = {revision},
          .time = parse_rfc3339(time).value(),
          .actor = {.user = "ann"},
          .transition = {
              .path = "status.conditions", .type = "Ready", .new_status = std::move(status)}};
}

void add(const Value& object, std::vector<ConditionMove>& moves) {
  add_standing(object, collect_conditions(object), kLife, moves);
}

}  // namespace

TEST_CASE("a condition of which no move is known stands since it says, at most since its object") {
  std::vector<ConditionMove> moves;
  add(object("True"), moves);
  REQUIRE(moves.size() == 1);
  CHECK(moves[0].revision == Revision{});
  CHECK(moves[0].actor.user.empty());
  CHECK(moves[0].transition.type == "Ready");
  CHECK(moves[0].transition.new_status == "True");
  CHECK(moves[0].time == parse_rfc3339("2026-01-01T00:00:10Z"));
  CHECK(moves[0].transition.transition_time == parse_rfc3339("2020-01-01T00:00:00Z"));
}

TEST_CASE("what the object says is added only where the last move says something else") {
  const std::vector<ConditionMove> known{ready(3, "2026-01-01T00:01:00Z", "False"),
                                         ready(5, "2026-01-01T00:02:00Z", "True")};
  auto moves = known;
  add(object("True"), moves);
  CHECK(moves.size() == 2);
  add(object("False"), moves);
  REQUIRE(moves.size() == 3);
  CHECK(moves[2].revision == Revision{});
  CHECK(moves[2].time == moves[1].time);
  const auto line = timelines(moves, {}, moves[2].time)[0];
  CHECK(line.current() == "False");
  CHECK(line.spans[1].is_cut);
}

TEST_CASE("a condition that only a schema can name is not told a second time by its number") {
  const auto zones = parse_json(R"({"status":{"zones":[{"zone":"eu","conditions":[
    {"type":"Ready","status":"True","lastTransitionTime":"2020-01-01T00:00:00Z"},
    {"type":"Full","status":"False","lastTransitionTime":"2020-01-01T00:00:00Z"}]}]}})")
                         ->value;
  auto move = ready(3, "2026-01-01T00:01:00Z", "True");
  move.transition.path = "status.zones[eu].conditions";
  std::vector<ConditionMove> moves{move};
  add(zones, moves);
  REQUIRE(moves.size() == 2);
  CHECK(moves[0].transition.type == "Full");
}

}  // namespace gatefold::engine
