// What a directory that was seeded once finds at its next start.
#include "engine/seed.h"

#include "engine/definitions.h"
#include "engine/known_definitions.h"
#include "schema/meta.h"
#include "tests/schema/parsed.h"
#include "tests/storage/scratch.h"

namespace gatefold::engine {
namespace {

using test::json;

const std::string kGateways = "gateways.gateway.networking.k8s.io";
const std::string kMeshes = "xmeshes.gateway.networking.x-k8s.io";

std::unique_ptr<Engine> opened(const test::ScratchDirectory& directory,
                               std::optional<Channel> channel = std::nullopt,
                               bool builtin_gateway_api = true) {
  EngineOptions options;
  options.store.directory = directory.path();
  options.store.reserve_bytes = 0;
  options.store.channel = channel;
  options.manual = true;
  options.builtin_gateway_api = builtin_gateway_api;
  auto engine = Engine::open(std::move(options), real_world());
  REQUIRE(engine.has_value());
  return std::move(*engine);
}

void write(Engine& engine, Verb verb, std::string group, std::string version, std::string plural,
           Value body) {
  Command command;
  command.verb = verb;
  command.group = std::move(group);
  command.version = std::move(version);
  command.plural = std::move(plural);
  if (verb == Verb::kPatch) {
    command.name = name_of(body);
    command.patch_type = PatchType::kMerge;
  }
  command.body = std::move(body);
  command.actor.user = "tester";
  const auto outcome = engine.execute(std::move(command));
  INFO((outcome ? "" : outcome.error().message));
  REQUIRE(outcome.has_value());
  while (engine.step()) {
  }
}

void patch_definition(Engine& engine, Value body) {
  write(engine, Verb::kPatch, "apiextensions.k8s.io", "v1", "customresourcedefinitions",
        std::move(body));
}

Value definition(Engine& engine, const std::string& name) {
  const auto stored = engine.view()->snapshot->get({std::string(kDefinitions), "", name}).value();
  REQUIRE(stored.has_value());
  return json(stored->body);
}

std::string_view seeded(const Value& definition) {
  return string_at(definition, {"metadata", "annotations", "gatefold.dev/seeded"});
}

// As an earlier version of this program had it: with another short name.
void seed_earlier(Engine& engine) {
  const auto& known = known_definitions(Channel::kStandard);
  const auto gateways =
      std::ranges::find(known, kGateways, [](const auto& each) { return each.kind->resource; });
  auto body = json(gateways->text);
  body.at("spec").at("names").as_object()["shortNames"] = JsonArray{"gway"};
  body.at("metadata").at("annotations").as_object()["gatefold.dev/seeded"] = "0011223344556677 1";
  write(engine, Verb::kCreate, "apiextensions.k8s.io", "v1", "customresourcedefinitions",
        std::move(body));
}

Value short_names(const Value& definition) {
  return definition.at("spec").at("names").at("shortNames");
}

}  // namespace

TEST_CASE("another version of the program brings its definitions where nobody edited them") {
  const test::ScratchDirectory directory;
  {
    const auto engine = opened(directory, std::nullopt, /*builtin_gateway_api=*/false);
    seed_earlier(*engine);
    patch_definition(*engine, {{"metadata", {{"name", kGateways}, {"labels", {{"a", "b"}}}}}});
  }
  const auto engine = opened(directory);
  const auto now = definition(*engine, kGateways);
  CHECK(short_names(now) == JsonArray{"gtw"});
  CHECK(engine->view()->catalog->find_resource(kGateways)->short_names ==
        std::vector<std::string>{"gtw"});
  CHECK(seeded(now).ends_with(" 2"));
  CHECK(integer_at(now, {"metadata", "generation"}, 0) == 2);
  CHECK(string_at(now, {"metadata", "labels", "a"}) == "b");
}

TEST_CASE("another version of the program leaves alone what somebody edited") {
  const test::ScratchDirectory directory;
  {
    const auto engine = opened(directory, std::nullopt, /*builtin_gateway_api=*/false);
    seed_earlier(*engine);
    patch_definition(*engine, {{"metadata", {{"name", kGateways}}},
                               {"spec", {{"names", {{"categories", JsonArray{"mine"}}}}}}});
  }
  const auto engine = opened(directory);
  const auto now = definition(*engine, kGateways);
  CHECK(short_names(now) == JsonArray{"gway"});
  CHECK(seeded(now) == "0011223344556677 1");
  CHECK(engine->view()->catalog->find_resource(kGateways)->categories ==
        std::vector<std::string>{"mine"});
}

TEST_CASE("a start that finds its own definitions writes nothing") {
  const test::ScratchDirectory directory;
  const auto revision = opened(directory)->view()->revision();
  CHECK(opened(directory)->view()->revision() == revision);
}

TEST_CASE("kinds and objects of the experimental channel outlast it") {
  const test::ScratchDirectory directory;
  {
    const auto engine = opened(directory, Channel::kExperimental);
    write(*engine, Verb::kCreate, "gateway.networking.x-k8s.io", "v1alpha1", "xmeshes",
          json(R"({"apiVersion":"gateway.networking.x-k8s.io/v1alpha1","kind":"XMesh",
                   "metadata":{"name":"m"},"spec":{"controllerName":"example.com/mesh"}})"));
  }
  const auto engine = opened(directory, Channel::kStandard);
  const auto view = engine->view();
  CHECK(view->catalog->find_resource(kMeshes) != nullptr);
  CHECK(view->snapshot->get({kMeshes, "", "m"}).value().has_value());
  // What is in both channels is as the standard one has it.
  const auto* tcp = view->catalog->find_resource("tcproutes.gateway.networking.k8s.io");
  REQUIRE(tcp != nullptr);
  CHECK_FALSE(tcp->version("v1alpha2")->served);
  CHECK(string_at(definition(*engine, kGateways),
                  {"metadata", "annotations", "gateway.networking.k8s.io/channel"}) == "standard");
}

}  // namespace gatefold::engine
