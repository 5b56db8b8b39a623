// A directory keeps the channel that it was opened with.
#include <catch2/catch.hpp>

#include "tests/storage/scratch.h"

namespace gatefold::test {
namespace {

// The channel of a directory that is opened with the wish, and closed again.
Channel opened(const std::filesystem::path& directory, std::optional<Channel> wanted,
               bool read_only = false) {
  storage::StoreOptions options;
  options.directory = directory;
  options.channel = wanted;
  options.read_only = read_only;
  const auto store = storage::Store::open(std::move(options));
  REQUIRE(store.has_value());
  return (*store)->channel();
}

TEST_CASE("the channel of the first start is that of later ones") {
  const ScratchDirectory directory;
  CHECK(opened(directory.path(), Channel::kExperimental) == Channel::kExperimental);
  CHECK(opened(directory.path(), std::nullopt) == Channel::kExperimental);
  CHECK(opened(directory.path(), std::nullopt, /*read_only=*/true) == Channel::kExperimental);
}

TEST_CASE("the channel is standard where nobody said otherwise") {
  const ScratchDirectory directory;
  CHECK(opened(directory.path(), std::nullopt) == Channel::kStandard);
  CHECK(opened(directory.path(), std::nullopt, /*read_only=*/true) == Channel::kStandard);
}

TEST_CASE("another channel stays until it is changed again") {
  const ScratchDirectory directory;
  CHECK(opened(directory.path(), Channel::kStandard) == Channel::kStandard);
  CHECK(opened(directory.path(), Channel::kExperimental) == Channel::kExperimental);
  CHECK(opened(directory.path(), std::nullopt) == Channel::kExperimental);
  CHECK(opened(directory.path(), Channel::kStandard) == Channel::kStandard);
  CHECK(opened(directory.path(), std::nullopt) == Channel::kStandard);
}

TEST_CASE("who only reads changes no channel") {
  const ScratchDirectory directory;
  opened(directory.path(), Channel::kStandard);
  CHECK(opened(directory.path(), Channel::kExperimental, /*read_only=*/true) ==
        Channel::kExperimental);
  CHECK(opened(directory.path(), std::nullopt) == Channel::kStandard);
}

TEST_CASE("a store in memory has a channel") {
  storage::StoreOptions options;
  options.in_memory = true;
  options.channel = Channel::kExperimental;
  const auto store = storage::Store::open(std::move(options));
  REQUIRE(store.has_value());
  CHECK((*store)->channel() == Channel::kExperimental);
}

}  // namespace
}  // namespace gatefold::test
