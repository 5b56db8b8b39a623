#include "engine/tell/bisect.h"

#include <string>

#include <catch2/catch.hpp>

namespace gatefold::engine {
namespace {

// One letter a version: t true, f false, - without a body, e an error.
Judge judge_of(const std::string& versions) {
  return [versions](std::size_t version) -> Result<Verdict> {
    const char letter = versions.at(version);
    return Verdict{.is_true = letter == 't',
                   .is_gap = letter == '-',
                   .error = letter == 'e' ? "no such key: a" : ""};
  };
}

Bisection found(const std::string& versions, bool scans = false) {
  const auto result = bisect(versions.size(), scans, judge_of(versions));
  REQUIRE(result.has_value());
  return *result;
}

using Method = Bisection::Method;

}  // namespace

TEST_CASE("a short history is scanned") {
  const auto result = found("fftft");
  CHECK(result.method == Method::kScan);
  CHECK(result.first_true == 2);
  CHECK(result.last_false == 1);
  CHECK(result.looked_at == 3);
  CHECK_FALSE(found("fff").first_true);
  CHECK(found("fff").looked_at == 3);
  CHECK(found("tf").first_true == 0);
  CHECK_FALSE(found("tf").last_false);
  CHECK_FALSE(found("").first_true);
}

TEST_CASE("a long history that turns once is halved") {
  for (const std::size_t turn : {1u, 2u, 499u, 500u, 777u, 998u, 999u}) {
    const auto result = found(std::string(turn, 'f') + std::string(1000 - turn, 't'));
    INFO(turn);
    CHECK(result.method == Method::kBinary);
    CHECK(result.first_true == turn);
    CHECK(result.last_false == turn - 1);
    CHECK(result.looked_at <= kBisectSamples + 7);
    CHECK(result.samples == kBisectSamples);
    CHECK_FALSE(result.is_certain);
  }
}

TEST_CASE("a long history that goes back and forth is scanned to the first") {
  auto versions = std::string(500, 'f') + std::string(500, 't');
  versions.replace(700, 200, std::string(200, 'f'));
  versions[123] = 't';
  const auto result = found(versions);
  CHECK(result.method == Method::kScan);
  CHECK(result.first_true == 123);
  CHECK(result.last_false == 122);
}

TEST_CASE("what is false in all samples is scanned, and so is all where that is asked for") {
  auto versions = std::string(1000, 'f');
  versions[123] = 't';
  CHECK(found(versions).first_true == 123);
  CHECK(found(versions).method == Method::kScan);
  // A flip between samples is seen by who looks at each.
  versions = std::string(500, 'f') + std::string(500, 't');
  versions[123] = 't';
  CHECK(found(versions).first_true == 500);
  CHECK(found(versions, true).first_true == 123);
}

TEST_CASE("versions without a body are counted where it may have turned") {
  const auto result = found("f--t");
  CHECK(result.first_true == 3);
  CHECK(result.last_false == 0);
  CHECK(result.gaps_before == 2);
  const auto long_one =
      found(std::string(300, 'f') + std::string(400, '-') + std::string(300, 't'));
  CHECK(long_one.method == Method::kScan);
  CHECK(long_one.first_true == 700);
  CHECK(long_one.gaps_before == 400);
  // A single one that only the halving meets.
  auto versions = std::string(500, 'f') + std::string(500, 't');
  versions[499] = '-';
  CHECK(found(versions).first_true == 500);
  CHECK(found(versions).last_false == 498);
  CHECK(found(versions).gaps_before == 1);
}

TEST_CASE("errors are not true, and all errors are no answer") {
  const auto result = found("eeft");
  CHECK(result.first_true == 3);
  CHECK(result.errors == 2);
  CHECK(result.first_error == "no such key: a");
  CHECK_FALSE(result.is_blind());
  CHECK(found("eee").is_blind());
  CHECK(found("-e").is_blind());
  CHECK_FALSE(found("ef").is_blind());
}

TEST_CASE("what is true in the oldest version needs no other") {
  const auto result = found(std::string(1000, 't'));
  CHECK(result.first_true == 0);
  CHECK(result.looked_at == 1);
  CHECK(result.is_certain);
  auto versions = std::string(1000, 'f');
  versions[0] = 't';
  CHECK(found(versions).looked_at == 1);
}

TEST_CASE("only what was looked at all the way is certain") {
  auto versions = std::string(500, 'f') + std::string(500, 't');
  versions[123] = 't';
  CHECK_FALSE(found(versions).is_certain);
  CHECK(found(versions, true).is_certain);
  CHECK(found(std::string(1000, 'f')).is_certain);
  CHECK_FALSE(found("f-ft").is_certain);
  CHECK_FALSE(found("f-f").is_certain);
  CHECK(found("ft-").is_certain);
}

TEST_CASE("a version that can't be read ends it") {
  const auto result =
      bisect(3, false, [](std::size_t) -> Result<Verdict> { return unavailable("gone"); });
  REQUIRE_FALSE(result.has_value());
  CHECK(result.error().message == "gone");
}

}  // namespace gatefold::engine
