#include <catch2/catch.hpp>

#include "tests/tidy/rules.h"

namespace gatefold::tidy {
namespace {

// Short, and every one with its reason.
const std::vector<Exception> kExceptions = {
    {Rule::kBorder, "tools/bench/floor_server.cc", "the floor of a write is RocksDB itself"},
    {Rule::kBorder, "tools/bench/history_scenarios.cc", "the floor of a replay is RocksDB itself"},
};

TEST_CASE("the repository keeps the rules of the house") {
  const auto tree = read_tree(GATEFOLD_SOURCE_DIR);
  REQUIRE(tree.size() > 100);
  std::string found;
  for (const Finding& finding : not_excepted(all_findings(tree), kExceptions)) {
    found += finding.text() + '\n';
  }
  INFO(found);
  CHECK(found.empty());
}

}  // namespace
}  // namespace gatefold::tidy
