// The ways that lead to a revision. Each requires that what it shows is what was told: objects as a
// list and alone, those that are not there, kinds that are served or not, and the ledger.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <random>

#include "engine/engine.h"
#include "tests/contract/told_history.h"
#include "tests/support/test_world.h"

namespace gatefold::test {

// Options of an engine in manual mode that drops nothing of the past.
engine::EngineOptions told_options(const std::filesystem::path& directory, bool read_only = false);
std::unique_ptr<engine::Engine> open_told(engine::EngineOptions options, TestWorld& world);

// Views of all revisions, in small pages.
void check_views(const engine::Engine& engine, const ToldHistory& told);
// Over HTTP, of every `stride`-th revision from `first` on: GET and LIST with `?at=`, LIST with
// resourceVersionMatch=Exact, transitions up to there.
void check_http(std::uint16_t port, const ToldHistory& told, std::mt19937& random,
                std::uint64_t first, std::uint64_t stride);
// What `serve --at` is: an engine of then behind the server.
void check_server_at(const std::filesystem::path& directory, TestWorld& world,
                     const ToldHistory& told, Revision at, std::mt19937& random);
// A fork has the state, the ledger and a log that verifies; or is refused where something that it
// would need is gone.
void check_fork(const std::filesystem::path& directory, TestWorld& world, const ToldHistory& told,
                Revision at);
// The log, event by event from the first that is kept on: a fold of it in this test comes to the
// objects of each revision, and it lacks nothing that no limit let go of.
void check_log(const std::filesystem::path& directory, const ToldHistory& told);
// From the oldest revision that is whole on, step by step, then to and fro by leaps.
void check_replay(const std::filesystem::path& directory, const ToldHistory& told,
                  std::mt19937& random);

}  // namespace gatefold::test
