#include "tests/engine/replay/lamp_story.h"

#include <future>
#include <thread>
#include <utility>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "schema/meta.h"
#include "tests/schema/parsed.h"

namespace gatefold::test {

using namespace engine;

Command command_by(std::string_view manager, Verb verb, std::string subresource) {
  Command command;
  command.verb = verb;
  command.group = "light.example.com";
  command.version = "v1";
  command.plural = "lamps";
  command.name_space = "default";
  if (verb != Verb::kCreate) command.name = "a";
  command.subresource = std::move(subresource);
  command.actor.user = "somebody";
  command.actor.field_manager = manager;
  return command;
}

Command lamp_definition() {
  auto command = command_by("kubectl", Verb::kCreate);
  command.group = "apiextensions.k8s.io";
  command.plural = "customresourcedefinitions";
  command.name_space = "";
  command.body = json(R"({"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition",
    "metadata":{"name":"lamps.light.example.com"},"spec":{"group":"light.example.com",
    "scope":"Namespaced","names":{"plural":"lamps","kind":"Lamp"},"versions":[{"name":"v1",
    "served":true,"storage":true,"subresources":{"status":{}},"schema":{"openAPIV3Schema":{
    "type":"object","properties":{"spec":{"type":"object","properties":{
    "level":{"type":"integer"}}},"status":{"type":"object","properties":{"conditions":{
    "type":"array","x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["type"],
    "items":{"type":"object","required":["type"],"properties":{"type":{"type":"string"},
    "status":{"type":"string"},"reason":{"type":"string"},"message":{"type":"string"},
    "lastTransitionTime":{"type":"string","format":"date-time"}}}}}}}}}}]}})");
  return command;
}

Command creation(int level, const JsonArray& finalizers) {
  auto command = command_by("kubectl", Verb::kCreate);
  JsonObject metadata{{"name", "a"}};
  if (!finalizers.empty()) metadata["finalizers"] = finalizers;
  command.body = {{"apiVersion", "light.example.com/v1"},
                  {"kind", "Lamp"},
                  {"metadata", std::move(metadata)},
                  {"spec", {{"level", level}}}};
  return command;
}

Command patch(std::string_view manager, std::string_view body, std::string subresource) {
  auto command = command_by(manager, Verb::kPatch, std::move(subresource));
  command.body = json(body);
  return command;
}

Command lit(std::string_view status) {
  return patch(
      "lampd",
      fmt::format(R"({{"status":{{"conditions":[{{"type":"Lit","status":"{}"}}]}}}})", status),
      "status");
}

Revision write(Engine& engine, Command command) {
  auto outcome = engine.execute(std::move(command));
  INFO((outcome ? "" : outcome.error().message));
  REQUIRE(outcome.has_value());
  return outcome->revision;
}

Value found(Engine& engine, const ObjectKey& key) {
  const auto object = engine.view()->snapshot->get(key);
  REQUIRE(object.has_value());
  return *object ? json((*object)->body) : Value();
}

std::string status_of(Engine& engine) {
  const auto lamp = found(engine);
  const auto& conditions = list_at(lamp, {"status", "conditions"});
  return conditions.empty() ? "" : std::string(string_at(conditions[0], {"status"}));
}

std::int64_t level_of(Engine& engine) {
  return integer_at(found(engine), {"spec", "level"}, 0);
}

std::string watts_of(Engine& engine) {
  return std::string(string_at(found(engine), {"metadata", "annotations", "watts"}));
}

Stage::Stage(ReplayOptions options) {
  auto opened = Replay::open(std::move(options), real_world());
  INFO((opened ? "" : opened.error().message));
  REQUIRE(opened.has_value());
  replay_ = std::move(*opened);
  replay_->start();
}

Stage::~Stage() {
  replay_->stop();
}

Result<ReplayStatus> Stage::ask(ReplayControl control) {
  auto promise = std::make_shared<std::promise<Result<ReplayStatus>>>();
  auto answer = promise->get_future();
  replay_->control(
      control, [promise](Result<ReplayStatus> status) { promise->set_value(std::move(status)); });
  return answer.get();
}

ReplayStatus Stage::step(std::uint64_t count) {
  const auto status = ask({.type = ReplayControl::Type::kStep, .count = count});
  INFO((status ? "" : status.error().message));
  REQUIRE(status.has_value());
  return *status;
}

ReplayStatus Stage::seek(Revision revision) {
  const auto status = ask({.type = ReplayControl::Type::kSeek, .revision = revision});
  INFO((status ? status->failure : status.error().message));
  REQUIRE(status.has_value());
  return *status;
}

ReplayStatus Stage::run(std::string_view speed) {
  using Type = ReplayControl::Type;
  REQUIRE(ask({.type = Type::kSpeed, .speed = parse_speed(speed).value()}).has_value());
  REQUIRE(ask({.type = Type::kResume}).has_value());
  // Each question is a turn of the replay's thread.
  for (int i = 0; i < 10'000 && replay_->status().state == ReplayStatus::State::kPlaying; ++i) {
    REQUIRE(ask({.type = Type::kLook}).has_value());
    std::this_thread::yield();
  }
  return replay_->status();
}

ReplayReport Stage::report() {
  auto report = replay_->report();
  INFO((report ? "" : report.error().message));
  REQUIRE(report.has_value());
  return std::move(*report);
}

}  // namespace gatefold::test
