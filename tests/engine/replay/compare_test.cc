#include "engine/replay/compare.h"

#include "tests/schema/parsed.h"

namespace gatefold::engine {
namespace {

using namespace gatefold::test;

ObjectTrace trace(const Texts& statuses, std::string_view object = "{}") {
  ObjectTrace trace{.writes = statuses.size(), .object = json(object)};
  for (const auto& status : statuses) {
    trace.note({.path = "status.conditions", .type = "Ready", .new_status = status});
  }
  return trace;
}

StatusOrder order(const Texts& history, const Texts& replay) {
  const auto told =
      compare_traces({"lamps", "default", "a"}, trace(history), trace(replay), nullptr);
  REQUIRE(told.conditions.size() == 1);
  return told.conditions[0].order;
}

Texts fields(std::string_view history, std::string_view replay) {
  const auto told =
      compare_traces({"lamps", "default", "a"}, trace({}, history), trace({}, replay), nullptr);
  Texts texts;
  for (const auto& field : told.fields) {
    texts.push_back(std::string(change_word(field.type)) + " " + field.path);
  }
  CHECK(told.is_equal() == texts.empty());
  return texts;
}

}  // namespace

TEST_CASE("a condition goes the history's way, a shorter one, a longer one, or another") {
  CHECK(order({"False", "True"}, {"False", "True"}) == StatusOrder::kSame);
  CHECK(order({"Unknown", "False", "True"}, {"True"}) == StatusOrder::kSkipped);
  CHECK(order({"False", "True"}, {"False"}) == StatusOrder::kMissing);
  CHECK(order({"True"}, {}) == StatusOrder::kMissing);
  CHECK(order({"True"}, {"True", "False", "True"}) == StatusOrder::kExtra);
  CHECK(order({}, {"True"}) == StatusOrder::kExtra);
  CHECK(order({"False", "True"}, {"True", "False"}) == StatusOrder::kDifferent);
}

TEST_CASE("a flap is a difference, a step that was left out is none") {
  const ObjectKey key{"lamps", "default", "a"};
  CHECK(compare_traces(key, trace({"False", "True"}), trace({"True"}), nullptr).is_equal());
  CHECK_FALSE(
      compare_traces(key, trace({"True"}), trace({"True", "False", "True"}), nullptr).is_equal());
}

TEST_CASE("of what flaps for long the first statuses are kept, and no more is said than they say") {
  const ObjectKey key{"lamps", "default", "a"};
  Texts flaps(kTraceStatusesMax + 1, "False");
  const auto extra = compare_traces(key, trace({"False"}), trace(flaps), nullptr);
  CHECK(extra.differs());
  CHECK(extra.conditions.at(0).order == StatusOrder::kExtra);
  CHECK(extra.conditions[0].replay.size() == kTraceStatusesMax);
  CHECK_FALSE(extra.gap.empty());
  flaps.back() = "True";
  for (const auto& [history, replay] : {std::pair(flaps, Texts{"True"}), {flaps, flaps}}) {
    const auto unknown = compare_traces(key, trace(history), trace(replay), nullptr);
    CHECK_FALSE(unknown.differs());
    CHECK_FALSE(unknown.is_equal());
    CHECK(unknown.conditions.empty());
  }
  flaps.pop_back();
  CHECK(compare_traces(key, trace(flaps), trace(flaps), nullptr).is_equal());
}

TEST_CASE("of what is gone in the end a last status that was never reached is a difference") {
  const ObjectKey key{"lamps", "default", "a"};
  const Texts statuses{"False", "True"};
  CHECK(compare_traces(key, trace(statuses), trace({"False"}), nullptr).is_equal());
  CHECK_FALSE(
      compare_traces(key, trace(statuses, "null"), trace({"False"}, "null"), nullptr).is_equal());
  CHECK(compare_traces(key, trace(statuses, "null"), trace({"True"}, "null"), nullptr).is_equal());
}

TEST_CASE("what depends on when and how often is no difference") {
  CHECK(fields(R"({"metadata":{"name":"a","uid":"1","creationTimestamp":"x","generation":2,
                               "managedFields":[],"deletionTimestamp":"x",
                               "ownerReferences":[{"kind":"Lamp","name":"b","uid":"1"}]},
                   "status":{"conditions":[{"type":"Ready","status":"True",
                                            "lastTransitionTime":"x"}]}})",
               R"({"metadata":{"name":"a","uid":"2","creationTimestamp":"y",
                               "annotations":{"replay.gatefold.dev/revision":"7"},
                               "deletionTimestamp":"y",
                               "ownerReferences":[{"kind":"Lamp","name":"b","uid":"2"}]},
                   "status":{"conditions":[{"type":"Ready","status":"True",
                                            "lastTransitionTime":"y"}]}})")
            .empty());
  CHECK(fields(R"({"status":{"conditions":[{"type":"Ready","status":"True"}]}})",
               R"({"status":{"conditions":[{"type":"Ready","status":"False"}]}})") ==
        Texts{"changed status.conditions[Ready].status"});
  CHECK(fields(R"({"metadata":{"deletionTimestamp":"x"}})", R"({"metadata":{}})") ==
        Texts{"removed metadata.deletionTimestamp"});
  CHECK(fields(R"({"a":1})", "null") == Texts{"removed "});
  CHECK(fields("null", "null").empty());
}

}  // namespace gatefold::engine
