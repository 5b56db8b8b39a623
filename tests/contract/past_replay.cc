#include <future>

#include "engine/replay/replay.h"
#include "engine/replay/restate.h"
#include "tests/contract/as_told.h"
#include "tests/contract/objects.h"
#include "tests/contract/past_ways.h"

namespace gatefold::test {
namespace {

constexpr int kLeaps = 20;

// What a replay numbers by itself is no difference.
std::string without_numbers(const std::string& text) {
  auto object = json(text);
  engine::forget_history_revision(object);
  object.at("metadata").as_object().erase("resourceVersion");
  return canonical_json(object);
}

std::uint64_t ask(engine::Replay& replay, engine::ReplayControl control) {
  std::promise<Result<engine::ReplayStatus>> answer;
  replay.control(control, [&](auto status) { answer.set_value(std::move(status)); });
  const auto status = answer.get_future().get();
  INFO((status ? "" : status.error().message));
  REQUIRE(status.has_value());
  INFO(status->failure);
  REQUIRE(status->progress.unheard == 0);
  return status->progress.at.number;
}

}  // namespace

void check_replay(const std::filesystem::path& directory, const ToldHistory& told,
                  std::mt19937& random) {
  engine::ReplayOptions options;
  options.directory = directory;
  options.speed.type = engine::ReplaySpeed::Type::kStep;
  const auto first = told.whole_from();
  if (first.number != 0) options.from = first;
  const auto opened = engine::Replay::open(std::move(options), engine::real_world());
  INFO((opened ? "" : opened.error().message));
  REQUIRE(opened.has_value());
  auto& replay = **opened;
  replay.start();
  using Type = engine::ReplayControl::Type;
  const auto head = told.head().number;
  REQUIRE(replay.status().to.number == head);
  for (auto revision = first.number + 1; revision <= head; ++revision) {
    INFO("a step to revision " << revision);
    REQUIRE(ask(replay, {.type = Type::kStep}) == revision);
    require_view(*replay.engine().view(), {revision}, told, without_numbers);
  }
  for (int i = 0; i < kLeaps; ++i) {
    const auto revision = first.number + 1 + random() % (head - first.number);
    INFO("a leap to revision " << revision);
    REQUIRE(ask(replay, {.type = Type::kSeek, .revision = {revision}}) == revision);
    require_view(*replay.engine().view(), {revision}, told, without_numbers);
  }
  replay.stop();
  REQUIRE(replay.report().value().is_equal());
}

}  // namespace gatefold::test
