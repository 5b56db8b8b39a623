#include "engine/apply/unmoved.h"

#include <functional>
#include <random>

#include "schema/catalog.h"
#include "schema/json.h"
#include "tests/schema/parsed.h"

namespace gatefold::engine {
namespace {

using gatefold::test::json;

constexpr std::string_view kGateway = R"({
  "apiVersion": "gateway.networking.k8s.io/v1", "kind": "Gateway",
  "metadata": {"name": "web", "namespace": "prod", "uid": "u", "generation": 1,
               "labels": {"tier": "edge"}, "annotations": {"a": "1", "b": "2"}},
  "spec": {"gatewayClassName": "c", "listeners": [
    {"name": "http", "port": 80, "protocol": "HTTP"},
    {"name": "alt", "port": 81, "protocol": "HTTP"}]},
  "status": {"conditions": [
    {"type": "Accepted", "status": "True", "reason": "r", "message": "m", "observedGeneration": 1,
     "lastTransitionTime": "2026-11-26T00:00:00Z"},
    {"type": "Programmed", "status": "False", "reason": "r", "message": "m",
     "observedGeneration": 1, "lastTransitionTime": "2026-11-26T00:00:00Z"}]}})";

struct Story {
  CatalogPtr catalog = builtin_catalog();
  const Kind& kind = *catalog->find("gateway.networking.k8s.io", "gateways");
  Value live = json(kGateway);
  std::int64_t seconds = 1'764'000'000;

  OwnedWrite write(std::string manager, std::string subresource) {
    return {kind, *kind.version("v1"), std::move(manager), std::move(subresource),
            Time{++seconds * kNsPerSecond}};
  }
  // By the long way, which is the truth.
  Value tracked(const OwnedWrite& by, Value object) {
    object.at("metadata").as_object().erase("managedFields");
    put_managed_fields(track_update(by, &live, object, ownership_before(std::nullopt, &live)),
                       object);
    return object;
  }
  void create(const std::string& manager) {
    put_managed_fields(track_update(write(manager, ""), nullptr, live, {}), live);
  }
};

Value& condition(Value& object, std::size_t index) {
  return object.at("status").at("conditions").as_array().at(index);
}

// What can happen to a Gateway, each by what one number draws.
void change(std::mt19937& random, const std::string& subresource, Value& object) {
  const auto text = std::to_string(random() % 4);
  if (subresource == "status") {
    auto& conditions = object.at("status").at("conditions").as_array();
    switch (random() % 4) {
      case 0:
        condition(object, 0).as_object()["message"] = text;
        break;
      case 1:
        condition(object, 1).as_object()["status"] = text == "0" ? "True" : "False";
        break;
      case 2:
        if (conditions.size() == 2) {
          conditions.push_back(json(R"({"type": "Ready", "status": "True", "reason": "r",
              "message": "m", "lastTransitionTime": "2026-11-26T00:00:00Z"})"));
        } else {
          conditions.pop_back();
        }
        break;
      default:
        object.at("status").as_object()["addresses"] = json(R"([{"value": "10.0.0.1"}])");
    }
    return;
  }
  auto& annotations = object.at("metadata").at("annotations").as_object();
  auto& listeners = object.at("spec").at("listeners").as_array();
  switch (random() % 5) {
    case 0:
      annotations["a"] = text;
      break;
    case 1:
      annotations["b"] = text;
      break;
    case 2:
      listeners.at(0).as_object()["port"] = 80 + (random() % 3);
      break;
    case 3:
      if (annotations.contains("c")) {
        annotations.erase("c");
      } else {
        annotations["c"] = text;
      }
      break;
    default:
      std::swap(listeners.at(0), listeners.at(1));
  }
}

}  // namespace

TEST_CASE("the short way to managedFields ends where the long one does (R17.4, R17.10)") {
  std::mt19937 random(1);
  int short_ways = 0;
  for (int story_number = 0; story_number < 40; ++story_number) {
    Story story;
    story.create("kubectl");
    for (int step = 0; step < 25; ++step) {
      const std::string subresource = random() % 2 == 0 ? "status" : "";
      const std::string manager = random() % 3 == 0 ? "other" : subresource + "-writer";
      const auto by = story.write(manager, subresource);
      auto object = story.live;
      object.at("metadata").as_object().erase("managedFields");
      change(random, subresource, object);
      if (random() % 3 == 0) change(random, subresource, object);
      const auto expected = story.tracked(by, object);
      if (const auto unmoved = unmoved_managed_fields(by, story.live, object)) {
        ++short_ways;
        INFO(canonical_json(story.live) << "\n" << canonical_json(object));
        REQUIRE(canonical_json(*unmoved) ==
                canonical_json(expected.at("metadata").at("managedFields")));
      }
      story.live = expected;
    }
  }
  CHECK(short_ways > 200);
}

TEST_CASE("the short way is left where more than values of one's own changed (R17.4)") {
  Story story;
  story.create("kubectl");
  const auto tries = [&](const std::string& manager, const std::string& subresource,
                         const std::function<void(Value&)>& edit) {
    auto object = story.live;
    object.at("metadata").as_object().erase("managedFields");
    edit(object);
    return unmoved_managed_fields(story.write(manager, subresource), story.live, object)
        .has_value();
  };
  const auto sets = [](const char* value) {
    return [value](Value& object) {
      object.at("metadata").at("annotations").as_object()["a"] = value;
    };
  };
  CHECK(tries("kubectl", "", sets("9")));
  CHECK(tries("anybody", "", [](Value&) {}));
  CHECK_FALSE(tries("anybody", "", sets("9")));  // it becomes another's
  CHECK_FALSE(tries("kubectl", "status", [](Value& object) {
    condition(object, 0).as_object()["message"] = "9";  // of another subresource's entry
  }));
  CHECK_FALSE(tries("kubectl", "", [](Value& object) {
    object.at("metadata").at("annotations").as_object().erase("a");
  }));
  CHECK_FALSE(tries("kubectl", "", [](Value& object) {
    object.at("metadata").at("annotations").as_object()["new"] = "1";
  }));
  story.live.at("metadata").as_object().erase("managedFields");
  CHECK_FALSE(tries("kubectl", "", sets("9")));  // nobody manages it
}

}  // namespace gatefold::engine
