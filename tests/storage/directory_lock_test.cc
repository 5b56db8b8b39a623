// Who may have a data directory, and what reading leaves behind.
#include "storage/directory_lock.h"

#include <fstream>
#include <set>

#include <catch2/catch.hpp>
#include <unistd.h>

#include "storage/verify.h"
#include "tests/storage/scratch.h"

namespace gatefold::test {
namespace {

namespace fs = std::filesystem;
using storage::DirectoryLock;
using storage::Store;

std::set<std::string> files_of(const fs::path& directory) {
  std::set<std::string> names;
  for (const auto& entry : fs::directory_iterator(directory)) names.insert(entry.path().filename());
  return names;
}

TEST_CASE("a writer keeps all others out and is named") {
  const ScratchDirectory scratch;
  const auto held = DirectoryLock::take(scratch.path());
  REQUIRE(held.has_value());
  const auto names_us = Catch::Matchers::EndsWith("in use by process " + std::to_string(getpid()));
  const auto second = DirectoryLock::take(scratch.path());
  REQUIRE_FALSE(second.has_value());
  CHECK_THAT(second.error().message, names_us);
  const auto reader = DirectoryLock::share(scratch.path());
  REQUIRE_FALSE(reader.has_value());
  CHECK(reader.error().reason == Reason::kServiceUnavailable);
  CHECK_THAT(reader.error().message, names_us);
}

TEST_CASE("readers share a directory and keep writers out") {
  const ScratchDirectory scratch;
  REQUIRE(DirectoryLock::take(scratch.path()).has_value());  // and gives it back
  auto first = DirectoryLock::share(scratch.path());
  const auto second = DirectoryLock::share(scratch.path());
  CHECK(first.has_value());
  CHECK(second.has_value());
  const auto writer = DirectoryLock::take(scratch.path());
  REQUIRE_FALSE(writer.has_value());
  CHECK_THAT(writer.error().message, Catch::Matchers::EndsWith("is being read by another process"));
}

TEST_CASE("opening for reading creates no file") {
  const ScratchDirectory scratch;
  SECTION("in a directory of something else") {
    std::ofstream(scratch.path() / "photo.jpg") << "cheese";
    const auto opened = Store::open({.directory = scratch.path(), .read_only = true});
    REQUIRE_FALSE(opened.has_value());
    CHECK_THAT(opened.error().message, Catch::Matchers::EndsWith("is no data directory"));
    CHECK(files_of(scratch.path()) == std::set<std::string>{"photo.jpg"});
  }
  SECTION("in a data directory, which two may read at once") {
    {
      const auto store = open_store(scratch.path());
      Writer(*store).put("a", "1");
    }
    const auto before = files_of(scratch.path());
    const auto one = Store::open({.directory = scratch.path(), .read_only = true});
    const auto other = Store::open({.directory = scratch.path(), .read_only = true});
    REQUIRE(one.has_value());
    REQUIRE(other.has_value());
    CHECK((*one)->head().revision.number == 1);
    CHECK((*other)->head().revision.number == 1);
    CHECK(files_of(scratch.path()) == before);
  }
}

TEST_CASE("what can't be looked at is not told to be absent") {
  const ScratchDirectory scratch;
  const auto loop = scratch.path() / "loop";
  fs::create_symlink(loop, loop);
  const auto refused = [](const fs::path& directory) {
    const auto reason = Store::open({.directory = directory, .read_only = true}).error().reason;
    CHECK(storage::verify_directory(directory, nullptr).error().reason == reason);
    return reason;
  };
  CHECK(refused(scratch.path() / "none") == Reason::kNotFound);
  CHECK(refused(loop) == Reason::kInternalError);

  const auto data = scratch.path() / "data";
  Writer(*open_store(data)).put("a", "1");
  fs::remove(data / "acknowledged");
  fs::create_directory(data / "acknowledged");  // can be opened, and not be read
  const auto store = Store::open({.directory = data, .read_only = true});
  REQUIRE_FALSE(store.has_value());
  CHECK_THAT(store.error().message, Catch::Matchers::Contains("acknowledged"));
}

}  // namespace
}  // namespace gatefold::test
