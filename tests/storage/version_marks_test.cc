// What is known of an object's versions equals what a model of them says, or is not known.
#include "storage/version_marks.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <random>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

namespace gatefold::test {
namespace {

using storage::EventType;
using storage::Version;
using storage::VersionMarks;

// Newest first, as storage reads them.
std::vector<Version> versions_before(const std::vector<Version>& all, Revision revision,
                                     std::size_t count_max, bool& is_all) {
  std::vector<Version> found;
  is_all = true;
  for (auto its = all.rbegin(); its != all.rend(); ++its) {
    if (its->revision > revision) continue;
    if (found.size() == count_max) {
      is_all = false;
      break;
    }
    found.push_back(*its);
  }
  return found;
}

std::vector<Version> random_versions(std::mt19937_64& random) {
  std::vector<Version> all;
  Revision revision{random() % 20};
  for (auto count = random() % 60; count > 0; --count) {
    revision.number += 1 + random() % 5;
    all.push_back({revision, static_cast<EventType>(1 + random() % 3),
                   random() % 4 == 0 ? "another" : "schema"});
  }
  return all;
}

}  // namespace

TEST_CASE("nothing is known before something was read") {
  const VersionMarks none;
  CHECK_FALSE(none.find({1}));
  CHECK_FALSE(none.with({5}, {}, std::nullopt).find({5}));
}

TEST_CASE("an object that did not exist yet is known not to") {
  const auto marks = VersionMarks().with({9}, std::vector<Version>{{{7}, EventType::kAdded, "s"}},
                                         /*none_since=*/Revision{4});
  CHECK_FALSE(marks.find({3}));
  REQUIRE(marks.find({6}));
  CHECK_FALSE(*marks.find({6}));
  REQUIRE(marks.find({7}));
  CHECK((*marks.find({7}))->revision == Revision{7});
  CHECK((*marks.find({9}))->revision == Revision{7});
  CHECK_FALSE(marks.find({10}));
}

TEST_CASE("versions are known also behind numbers that were passed over") {
  constexpr Revision kFar{2'000'000'000'000'000};
  const auto marks =
      VersionMarks().with(kFar.next(), std::vector<Version>{{kFar, EventType::kModified, "s"}},
                          /*none_since=*/std::nullopt);
  REQUIRE(marks.find(kFar.next()));
  CHECK((*marks.find(kFar.next()))->revision == kFar);
  CHECK((*marks.find(kFar))->schema_id == "s");
}

TEST_CASE("of more schemas than are told apart nothing is known that is not so") {
  VersionMarks marks;
  for (std::uint64_t i = 1; i <= 300; ++i) {
    marks = marks.with({i}, std::vector<Version>{{{i}, EventType::kModified, std::to_string(i)}},
                       /*none_since=*/std::nullopt);
  }
  for (std::uint64_t i = 1; i <= 300; ++i) {
    const auto found = marks.find({i});
    CHECK(found.has_value() == (i <= 256));
    if (found) CHECK((*found)->schema_id == std::to_string(i));
  }
}

TEST_CASE("what is known of versions is what they were, however it was gathered") {
  std::mt19937_64 random(17);
  for (int history = 0; history < 200; ++history) {
    const auto all = random_versions(random);
    const auto end = (all.empty() ? 20 : all.back().revision.number) + 5;
    VersionMarks marks;
    std::vector<bool> was_known(end + 1);
    for (int reading = 0; reading < 40; ++reading) {
      const Revision revision{random() % (end + 1)};
      bool is_all = false;
      const auto read = versions_before(all, revision, 1 + random() % 8, is_all);
      marks = marks.with(revision, read, is_all ? std::optional(Revision{}) : std::nullopt);
      CHECK(marks.find(revision));
      std::size_t known = 0;
      for (std::uint64_t at = 0; at <= end; ++at) {
        const auto found = marks.find({at});
        // Nothing is forgotten.
        REQUIRE((found || !was_known[at]));
        was_known[at] = found.has_value();
        if (!found) continue;
        ++known;
        bool ignored = false;
        const auto model = versions_before(all, {at}, 1, ignored);
        REQUIRE(*found == (model.empty() ? VersionMarks::Newest() : model.front()));
      }
      const auto low = read.empty() || is_all ? 0 : read.back().revision.number;
      REQUIRE(known >= revision.number - low + 1);
    }
    // One mark for each version, and one for each stretch that is not known.
    CHECK(marks.bytes() < 200 + 2 * 2 * sizeof(std::uint64_t) * (all.size() + 2));
  }
}

}  // namespace gatefold::test
