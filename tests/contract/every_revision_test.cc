// Every revision of a random history, by every way that leads to it, against what was seen when it
// was the newest: a View of then, `?at=`, a server of the past, a replay, and a fork, whose rows
// are proven to equal the fold of its log. Before and after compaction, reopening and retention.
#include <algorithm>
#include <future>
#include <map>
#include <random>

#include <fmt/format.h>

#include "engine/page.h"
#include "engine/read.h"
#include "engine/replay/replay.h"
#include "engine/replay/restate.h"
#include "storage/fork.h"
#include "storage/verify.h"
#include "tests/contract/objects.h"
#include "tests/storage/scratch.h"
#include "tests/support/http_peer.h"
#include "tests/support/served_engine.h"

namespace gatefold::test {
namespace {

constexpr int kSteps = 45;

const Resource kDefinitions{"apiextensions.k8s.io", "v1", "customresourcedefinitions", false};
const Resource kLamps{"light.example.com", "v1", "lamps"};

// All that there is: `resource/namespace/name` to JSON, and the kinds that are served.
using Moment = std::map<std::string, std::string>;

engine::EngineOptions options_of(const std::filesystem::path& directory, bool read_only = false) {
  engine::EngineOptions options;
  options.store.directory = directory;
  options.store.read_only = read_only;
  options.manual = true;
  options.builtin_gateway_api = false;
  return options;
}

// In small pages, so that they go on in the past; each object read alone as well.
void look_at_kind(const engine::View& view, const Resource& resource, Moment& moment) {
  const auto* kind = view.catalog->find(resource.group, resource.plural);
  if (kind == nullptr) return;
  moment["served/" + resource.plural];
  const auto* version = kind->version(resource.version);
  REQUIRE(version != nullptr);
  const bool is_kept = view.revision() >= view.snapshot->horizon(kind->resource);
  engine::ListQuery query;
  query.group = resource.group;
  query.version = resource.version;
  query.plural = resource.plural;
  query.limit = 3;
  do {
    auto lister = engine::Lister::start(query, view);
    if (!is_kept) {
      REQUIRE(lister.error().reason == Reason::kExpired);
      moment["expired/" + resource.plural];
      return;
    }
    REQUIRE(lister.has_value());
    REQUIRE(lister->revision() == view.revision());
    const auto note = [&](std::string_view text) {
      const auto object = json(text);
      const ObjectKey key{kind->resource, std::string(string_at(object, {"metadata", "namespace"})),
                          name_in(object)};
      const auto alone = engine::read_object(view, *kind, *version, key);
      REQUIRE((alone && *alone));
      REQUIRE((*alone)->json == text);
      REQUIRE(moment.emplace(to_string(key), text).second);
    };
    for (bool goes_on = true; goes_on;) {
      const auto more = lister->next(view, 2000, note);
      REQUIRE(more.has_value());
      goes_on = *more;
    }
    query.continue_token = lister->continue_token();
  } while (!query.continue_token.empty());
}

Moment look(const engine::View& view) {
  Moment moment;
  for (const auto& resource : {kConfigMaps, kNamespaces, kDefinitions, kLamps}) {
    look_at_kind(view, resource, moment);
  }
  return moment;
}

// What of a moment can still be read at the revision of the View.
Moment kept_of(Moment moment, const engine::View& view) {
  for (const auto& resource : {kConfigMaps, kNamespaces, kDefinitions, kLamps}) {
    const auto* kind = view.catalog->find(resource.group, resource.plural);
    if (kind == nullptr || view.revision() >= view.snapshot->horizon(kind->resource)) continue;
    std::erase_if(moment,
                  [&](const auto& entry) { return entry.first.starts_with(kind->resource + "/"); });
    moment["expired/" + resource.plural];
  }
  return moment;
}

Value definition(int revision_of_schema) {
  auto object = json(R"({"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition",
    "metadata":{"name":"lamps.light.example.com"},"spec":{"group":"light.example.com",
    "scope":"Namespaced","names":{"plural":"lamps","kind":"Lamp"},"versions":[{"name":"v1",
    "served":true,"storage":true,"subresources":{"status":{}},"schema":{"openAPIV3Schema":{
    "type":"object","properties":{"spec":{"type":"object","properties":{
    "watts":{"type":"string"}}},"status":{"type":"object",
    "x-kubernetes-preserve-unknown-fields":true}}}}}]}})");
  auto& schema = object.at_pointer("/spec/versions/0/schema/openAPIV3Schema/properties/spec");
  schema.at("properties").as_object()[fmt::format("extra{}", revision_of_schema)] = {
      {"type", "string"}, {"default", "none"}};
  return object;
}

// A history of writes by chance, and what there was after each.
class History {
 public:
  History(engine::Engine& engine, TestWorld& world, unsigned seed)
      : engine_(engine), world_(world), random_(seed) {
    settle();
    note();
    write(create(kDefinitions, definition(0)));
    for (int step = 0; step < kSteps; ++step) {
      world_.advance(static_cast<std::int64_t>(random_() % 3));
      one_step(step);
    }
  }

  const std::map<std::uint64_t, Moment>& moments() const { return moments_; }
  std::uint64_t head() const { return engine_.view()->revision().number; }

 private:
  // Refusals are part of it: an object may be there, or gone, or its kind.
  void write(engine::Command command) {
    command.actor.user = "somebody";
    (void)engine_.execute(std::move(command));
    note();
    settle();
  }

  // What reactors do, one write at a time where that can be seen.
  void settle() {
    while (engine_.step()) note();
    note();
  }
  void note() {
    const auto view = engine_.view();
    moments_.try_emplace(view->revision().number, look(*view));
  }

  std::string text() {
    // Long and similar, so that deltas are worth it, and now and then another one altogether.
    std::string text(600, 'v');
    if (random_() % 8 == 0) {
      for (auto& c : text) c = static_cast<char>('a' + random_() % 26);
    }
    return text + std::to_string(random_());
  }

  void one_step(int step) {
    const auto name = fmt::format("n{}", random_() % 5);
    const auto* const space = random_() % 3 == 0 ? "kube-system" : "default";
    const auto in_space = [&](engine::Command command) {
      command.name_space = space;
      return command;
    };
    switch (random_() % 10) {
      case 0:
      case 1:
        write(in_space(create(kConfigMaps, with(config_map(name), "data", {{"text", text()}}))));
        break;
      case 2:
      case 3:
        write(in_space(patch(kConfigMaps, name, {{"data", {{"text", text()}}}})));
        break;
      case 4:
        write(in_space(remove(kConfigMaps, name)));
        break;
      case 5:
        write(in_space(create(kLamps, {{"apiVersion", "light.example.com/v1"},
                                       {"kind", "Lamp"},
                                       {"metadata", {{"name", name}}},
                                       {"spec", {{"watts", text()}}}})));
        break;
      case 6: {
        auto status = in_space(patch(kLamps, name, {{"status", {{"seen", text()}}}}));
        status.subresource = "status";
        write(std::move(status));
        break;
      }
      case 7:
        write(in_space(remove(kLamps, name)));
        break;
      case 8:
        write(step % 2 == 0 ? create(kNamespaces, name_space(name)) : remove(kNamespaces, name));
        break;
      default:
        change_definition(step);
    }
  }

  void change_definition(int step) {
    const auto* const name = "lamps.light.example.com";
    write(random_() % 3 == 0 ? remove(kDefinitions, name)
                             : patch(kDefinitions, name, {{"spec", definition(step).at("spec")}}));
    write(create(kDefinitions, definition(step)));  // where it is gone
  }

  static Value with(Value object, std::string_view member, Value value) {
    object.as_object()[member] = std::move(value);
    return object;
  }

  engine::Engine& engine_;
  TestWorld& world_;
  std::mt19937 random_;
  std::map<std::uint64_t, Moment> moments_;
};

std::unique_ptr<engine::Engine> opened(engine::EngineOptions options, TestWorld& world) {
  auto engine = engine::Engine::open(std::move(options), world.world());
  INFO((engine ? "" : engine.error().message));
  REQUIRE(engine.has_value());
  return std::move(*engine);
}

// What each revision has to be: as it was seen, or, where a step wrote more than one, as the View
// of it says.
void check_views(const engine::Engine& engine, std::map<std::uint64_t, Moment>& moments) {
  const auto head = engine.view()->revision().number;
  for (std::uint64_t revision = 1; revision <= head; ++revision) {
    INFO("revision " << revision);
    const auto view = engine.view_at(Revision{revision});
    REQUIRE(view.has_value());
    REQUIRE((*view)->revision().number == revision);
    const auto [known, is_new] = moments.try_emplace(revision, look(**view));
    if (!is_new) REQUIRE(look(**view) == kept_of(known->second, **view));
  }
}

void check_servers(const std::filesystem::path& directory, TestWorld& world,
                   const std::map<std::uint64_t, Moment>& moments) {
  for (const auto& [revision, moment] : moments) {
    if (revision == 0) continue;
    INFO("a server of revision " << revision);
    auto options = options_of(directory, /*read_only=*/true);
    options.store.at = Revision{revision};
    const auto engine = opened(std::move(options), world);
    REQUIRE(engine->view()->revision().number == revision);
    REQUIRE(look(*engine->view()) == kept_of(moment, *engine->view()));
  }
}

// A deletion at the horizon leaves no record.
bool is_dropped(const std::filesystem::path& directory, Revision revision) {
  const auto store = storage::Store::open({.directory = directory, .read_only = true});
  REQUIRE(store.has_value());
  return !(*store)->snapshot()->event(revision).has_value();
}

void check_forks(const std::filesystem::path& directory, TestWorld& world,
                 const std::map<std::uint64_t, Moment>& moments, Revision oldest = {}) {
  for (const auto& [revision, moment] : moments) {
    if (revision == 0) continue;
    INFO("a fork at revision " << revision);
    const ScratchDirectory scratch;
    const auto target = scratch.path() / "fork";
    const auto forked = storage::fork(directory, Revision{revision}, target, nullptr);
    if (revision < oldest.number || is_dropped(directory, {revision})) {
      REQUIRE(forked.error().reason == Reason::kExpired);
      continue;
    }
    INFO((forked ? "" : forked.error().message));
    REQUIRE(forked.has_value());
    storage::StoreOptions options{.directory = target, .read_only = true};
    {
      const auto store = storage::Store::open(options);
      REQUIRE(store.has_value());
      const auto report = storage::verify(**store);
      for (const auto& finding : report.findings) INFO(finding.where << ": " << finding.message);
      REQUIRE(report.findings.empty());
      REQUIRE(report.head.chain == forked->head.chain);
    }
    const auto engine = opened(options_of(target, /*read_only=*/true), world);
    REQUIRE(engine->view()->revision().number == revision);
    REQUIRE(look(*engine->view()) == kept_of(moment, *engine->view()));
  }
}

// Without what a replay numbers by itself.
Moment as_said_again(const Moment& moment) {
  Moment told;
  for (const auto& [key, text] : moment) {
    if (text.empty()) {
      told[key];
      continue;
    }
    auto object = json(text);
    engine::forget_history_revision(object);
    object.at("metadata").as_object().erase("resourceVersion");
    told[key] = canonical_json(object);
  }
  return told;
}

// Nobody is under test: step by step, then to and fro, over what the events in between come to.
void check_replay(const std::filesystem::path& directory,
                  const std::map<std::uint64_t, Moment>& moments, unsigned seed) {
  engine::ReplayOptions options;
  options.directory = directory;
  options.speed.type = engine::ReplaySpeed::Type::kStep;
  const auto opened = engine::Replay::open(std::move(options), engine::real_world());
  REQUIRE(opened.has_value());
  auto& replay = **opened;
  replay.start();
  const auto ask = [&](engine::ReplayControl control) {
    std::promise<Result<engine::ReplayStatus>> answer;
    replay.control(control, [&](auto status) { answer.set_value(std::move(status)); });
    const auto status = answer.get_future().get();
    REQUIRE(status.has_value());
    INFO(status->failure);
    REQUIRE(status->progress.unheard == 0);
    return status->progress.at.number;
  };
  using Type = engine::ReplayControl::Type;
  const auto head = replay.status().to.number;
  for (std::uint64_t revision = 1; revision <= head; ++revision) {
    INFO("a step to revision " << revision);
    REQUIRE(ask({.type = Type::kStep}) == revision);
    REQUIRE(as_said_again(look(*replay.engine().view())) == as_said_again(moments.at(revision)));
  }
  std::mt19937 random(seed);
  for (int i = 0; i < 60; ++i) {
    const auto revision = 1 + random() % head;
    INFO("a leap to revision " << revision);
    REQUIRE(ask({.type = Type::kSeek, .revision = {revision}}) == revision);
    REQUIRE(as_said_again(look(*replay.engine().view())) == as_said_again(moments.at(revision)));
  }
  replay.stop();
  REQUIRE(replay.report().value().is_equal());
}

void check_http(const std::filesystem::path& directory, TestWorld& world,
                const std::map<std::uint64_t, Moment>& moments) {
  auto options = options_of(directory, /*read_only=*/true);
  options.manual = false;
  ServedEngine server(std::move(options), world.world());
  HttpPeer peer(server.port());
  for (const auto& [revision, moment] : moments) {
    if (revision == 0) continue;
    for (const auto* path : {"/api/v1/configmaps", "/apis/light.example.com/v1/lamps"}) {
      INFO(path << " at revision " << revision);
      const std::string plural = std::string(path).substr(std::string(path).rfind('/') + 1);
      const auto answer = peer.call("GET", fmt::format("{}?at={}", path, revision));
      REQUIRE(answer.code == (moment.contains("served/" + plural) ? 200 : 404));
      if (answer.code != 200) continue;
      std::size_t count = 0;
      const auto prefix = plural == "lamps" ? "lamps.light.example.com/" : "configmaps/";
      for (const auto& [key, text] : moment) count += key.starts_with(prefix) ? 1 : 0;
      const auto list = answer.json();
      REQUIRE(version_of(list) == std::to_string(revision));
      REQUIRE(list.at("items").as_array().size() == count);
      for (const auto& item : list.at("items").as_array()) {
        const auto key =
            fmt::format("{}{}/{}", prefix, std::string(string_at(item, {"metadata", "namespace"})),
                        name_in(item));
        REQUIRE(canonical_json(item) == canonical_json(json(moment.at(key))));
      }
    }
  }
}

// Drops the beginning of two kinds. The oldest revision of which all is kept.
Revision trim(const std::filesystem::path& directory) {
  const auto store = open_store(directory);
  for (const auto& [resource, limits] :
       {std::pair<std::string, storage::KeepLimits>{"configmaps", {.count = 2}},
        {"lamps.light.example.com", {.bytes = 3000}}}) {
    for (bool goes_on = true; goes_on;) {
      const auto more = store->trim(resource, {.records = limits, .bodies = {}}, {});
      REQUIRE(more.has_value());
      goes_on = *more;
    }
  }
  REQUIRE(storage::verify(*store).findings.empty());
  const auto snapshot = store->snapshot();
  return std::max(snapshot->horizon("configmaps"), snapshot->horizon("lamps.light.example.com"));
}

}  // namespace

TEST_CASE("every revision is the same by every way that leads to it") {
  const auto seed = GENERATE(1U, 2U);
  INFO("seed " << seed);
  const ScratchDirectory scratch;
  const auto directory = scratch.path() / "data";
  TestWorld world;
  std::map<std::uint64_t, Moment> moments;
  {
    const auto engine = opened(options_of(directory), world);
    const History history(*engine, world, seed);
    moments = history.moments();
    CHECK(moments.size() > history.head() / 2);
    check_views(*engine, moments);
  }
  check_servers(directory, world, moments);
  check_forks(directory, world, moments);
  {
    const auto store = open_store(directory);
    REQUIRE(store->compact());
    REQUIRE(storage::verify(*store).findings.empty());
  }
  {
    const auto engine = opened(options_of(directory), world);
    check_views(*engine, moments);
  }
  check_servers(directory, world, moments);
  check_forks(directory, world, moments);
  check_http(directory, world, moments);
  check_replay(directory, moments, seed);

  const auto oldest = trim(directory);
  CHECK(oldest.number > 1);
  {
    const auto engine = opened(options_of(directory), world);
    check_views(*engine, moments);
  }
  check_servers(directory, world, moments);
  check_forks(directory, world, moments, oldest);
}

}  // namespace gatefold::test
