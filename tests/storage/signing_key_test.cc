// The key that signs tokens outlives the process, and nothing is written over one that is broken.
#include "storage/signing_key.h"

#include <fstream>
#include <iterator>

#include <catch2/catch.hpp>

#include "storage/backup.h"
#include "tests/storage/scratch.h"

namespace gatefold::test {
namespace {

namespace fs = std::filesystem;

std::string text_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

TEST_CASE("a key is made once and only its owner may read it (R20.8)") {
  const ScratchDirectory scratch;
  const auto path = scratch.path() / "service-account.key";
  const auto first = storage::kept_signing_key(scratch.path());
  REQUIRE(first.has_value());
  CHECK((fs::status(path).permissions() & fs::perms::all) ==
        (fs::perms::owner_read | fs::perms::owner_write));
  CHECK(std::distance(fs::directory_iterator(scratch.path()), {}) == 1);
  const auto second = storage::kept_signing_key(scratch.path());
  REQUIRE(second.has_value());
  CHECK((*first)->id() == (*second)->id());
  CHECK(storage::new_signing_key()->id() != storage::new_signing_key()->id());
}

TEST_CASE("a backup is none where nobody knows whether there is a key") {
  const ScratchDirectory scratch;
  const auto data = scratch.path() / "data";
  const auto store = open_store(data);
  Writer(*store).put("a", "1");
  const auto key = storage::signing_key_path(data);
  const auto copy = scratch.path() / "backups";
  CHECK(storage::back_up(*store->snapshot(), copy, 0, {}).has_value());
  fs::create_symlink(key, key);
  const auto backup = storage::back_up(*store->snapshot(), copy, 0, {});
  REQUIRE_FALSE(backup.has_value());
  CHECK(backup.error().message.find(key.string()) != std::string::npos);
}

TEST_CASE("what a crash left beside the key is written over") {
  const ScratchDirectory scratch;
  std::ofstream(scratch.path() / "service-account.key.new") << "half a k";
  REQUIRE(storage::kept_signing_key(scratch.path()).has_value());
  CHECK(std::distance(fs::directory_iterator(scratch.path()), {}) == 1);
}

TEST_CASE("a broken key is told of and left as it is") {
  const ScratchDirectory scratch;
  const auto path = scratch.path() / "service-account.key";
  const auto text = GENERATE(std::string(), std::string("cheese"), std::string(100'000, 'x'));
  std::ofstream(path) << text;
  const auto key = storage::kept_signing_key(scratch.path());
  REQUIRE_FALSE(key.has_value());
  CHECK(key.error().reason == Reason::kInternalError);
  CHECK_THAT(key.error().message, Catch::Matchers::Contains(path.string()) &&
                                      Catch::Matchers::Contains("no private key"));
  CHECK(text_of(path) == text);
}

TEST_CASE("a key that can't be kept is an error") {
  const ScratchDirectory scratch;
  CHECK_FALSE(storage::kept_signing_key(scratch.path() / "nowhere").has_value());
  fs::create_directory(scratch.path() / "service-account.key");
  CHECK_FALSE(storage::kept_signing_key(scratch.path()).has_value());
}

}  // namespace gatefold::test
