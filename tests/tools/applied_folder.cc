#include "tests/tools/applied_folder.h"

#include <fstream>
#include <future>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "schema/json.h"

namespace gatefold::test {

namespace {
// Each waits for one event, up to the engine's kFreshnessWait.
constexpr int kWaitsMax = 5;
}  // namespace

std::string config_map(const std::string& name, const std::string& value,
                       const std::string& name_space) {
  return fmt::format(
      "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {}\n  namespace: {}\n"
      "data:\n  key: \"{}\"\n",
      name, name_space, value);
}

std::string namespace_manifest(const std::string& name) {
  return fmt::format("apiVersion: v1\nkind: Namespace\nmetadata:\n  name: {}\n", name);
}

AppliedFolder::AppliedFolder(std::chrono::milliseconds departure_wait)
    : departure_wait_(departure_wait) {
  std::filesystem::create_directory(folder());
  engine::EngineOptions options;
  options.store.directory = "/gatefold-test";
  options.store.in_memory = true;
  auto opened = engine::Engine::open(std::move(options), world_.world());
  REQUIRE(opened.has_value());
  engine_ = std::move(*opened);
  restart();
}

AppliedFolder::~AppliedFolder() {
  manifests_.reset();
  engine_->drain();
}

void AppliedFolder::write(const std::string& file, const std::string& text) const {
  std::ofstream stream(folder() / file, std::ios::binary | std::ios::trunc);
  stream << text;
  stream.close();
  REQUIRE(stream.good());
}

void AppliedFolder::remove(const std::string& file) const {
  REQUIRE(std::filesystem::remove(folder() / file));
}

Errors AppliedFolder::two_passes() {
  pass();
  return pass();
}

void AppliedFolder::restart() {
  manifests_ = std::make_unique<tools::Manifests>(*engine_, folder(), departure_wait_);
}

Value AppliedFolder::get(const std::string& resource, const std::string& name_space,
                         const std::string& name) {
  const auto stored = engine_->view()->snapshot->get({resource, name_space, name});
  REQUIRE(stored.has_value());
  if (!*stored) return {};
  auto parsed = parse_json((*stored)->body);
  REQUIRE(parsed.has_value());
  return std::move(parsed->value);
}

std::string AppliedFolder::value_of(const std::string& name) {
  return std::string(string_at(get("configmaps", "default", name), {"data", "key"}));
}

bool AppliedFolder::comes_true(const std::function<bool()>& condition) {
  for (int i = 0; i < kWaitsMax; ++i) {
    for (bool is_news = true; is_news;) {
      const auto seen = revision();
      if (condition()) return true;
      std::promise<bool> came;
      engine_->wait_for(seen.next(), [&](bool visible) { came.set_value(visible); });
      is_news = came.get_future().get();
    }
  }
  return condition();
}

void AppliedFolder::execute_for_others(engine::Verb verb, const std::string& plural,
                                       const std::string& name_space, const std::string& name,
                                       Value body) {
  engine::Command command;
  command.verb = verb;
  command.version = "v1";
  command.plural = plural;
  command.name_space = name_space;
  command.name = name;
  command.body = std::move(body);
  command.actor = {"system:anonymous", "kubectl/v1.33.0", "kubectl", "", ""};
  const auto done = engine_->execute(std::move(command));
  INFO((done ? "" : done.error().message));
  REQUIRE(done.has_value());
}

void AppliedFolder::create_by_others(const std::string& plural, const std::string& name_space,
                                     Value object) {
  execute_for_others(engine::Verb::kCreate, plural, name_space, "", std::move(object));
}

void AppliedFolder::patch_by_others(const std::string& plural, const std::string& name_space,
                                    const std::string& name, Value patch) {
  execute_for_others(engine::Verb::kPatch, plural, name_space, name, std::move(patch));
}

void AppliedFolder::remove_by_others(const std::string& plural, const std::string& name_space,
                                     const std::string& name) {
  execute_for_others(engine::Verb::kDelete, plural, name_space, name, {});
}

}  // namespace gatefold::test
