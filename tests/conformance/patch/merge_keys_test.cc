// How lists and objects of our core kinds merge, beside what the Go types of Kubernetes say.
#include <filesystem>
#include <fstream>
#include <set>
#include <string>

#include <catch2/catch.hpp>

#include "schema/catalog.h"
#include "schema/json.h"

namespace gatefold::test {
namespace {

using Lines = std::set<std::string>;

std::string strategy_of(const SchemaNode& node) {
  if (node.patch_merge) return node.patch_retain_keys ? "merge,retainKeys" : "merge";
  if (node.patch_replace) return "replace";
  return node.patch_retain_keys ? "retainKeys" : "";
}

void walk(const SchemaNode& node, const std::string& kind, const std::string& path, Lines& lines) {
  if (const auto strategy = strategy_of(node); !strategy.empty()) {
    lines.insert(kind + " " + path + " " + strategy + " " + node.patch_merge_key);
  }
  if (node.items) walk(*node.items, kind, path + "[]", lines);
  if (node.additional_properties) walk(*node.additional_properties, kind, path + "{}", lines);
  for (const auto& [name, property] : node.properties) {
    // What metadata merges by is no kind's own.
    if (path.empty() && name == "metadata") continue;
    walk(*property, kind, path.empty() ? name : path + "." + name, lines);
  }
}

TEST_CASE("lists of core kinds merge by the keys that Kubernetes' types name (R9.5)") {
  Lines expected;
  std::set<std::string> kinds;
  std::ifstream in(std::filesystem::path(GATEFOLD_SOURCE_DIR) / "tests" / "conformance" / "patch" /
                   "expected" / "merge-keys.jsonl");
  for (std::string line; std::getline(in, line);) {
    const auto parsed = parse_json(line);
    REQUIRE(parsed);
    const std::string kind(string_at(parsed->value, {"kind"}));
    const std::string path(string_at(parsed->value, {"path"}));
    kinds.insert(kind);
    if (path.starts_with("metadata.")) continue;
    expected.insert(kind + " " + path + " " + std::string(string_at(parsed->value, {"strategy"})) +
                    " " + std::string(string_at(parsed->value, {"key"})));
  }
  Lines actual;
  for (const auto& kind : core_catalog()->kinds()) {
    if (!kinds.contains(kind->kind)) continue;
    walk(*kind->versions.front().schema, kind->kind, "", actual);
  }
  CHECK(expected.size() > 60);
  CHECK(actual == expected);
}

}  // namespace
}  // namespace gatefold::test
