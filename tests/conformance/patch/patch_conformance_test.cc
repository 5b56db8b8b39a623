// Our patches beside those of the libraries that Kubernetes patches with, case by case.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>

#include <catch2/catch.hpp>

#include "engine/patch/json_patch.h"
#include "engine/patch/merge_patch.h"
#include "engine/patch/strategic_merge_patch.h"
#include "schema/catalog.h"
#include "schema/json.h"

namespace gatefold::test {
namespace {

const std::filesystem::path kHere =
    std::filesystem::path(GATEFOLD_SOURCE_DIR) / "tests" / "conformance" / "patch";

// R9.3: whatever an operation fails of.
constexpr std::string_view kFixedText =
    "the server rejected our request due to an error in our request";

Value parsed(std::string_view text) {
  auto document = parse_json(text);
  if (!document) FAIL(document.error().message << ": " << text);
  return std::move(document->value);
}

// Lines `theme: why -- reason`; the value says whether it was used.
std::map<std::string, bool> read_deviations() {
  std::ifstream in(kHere / "patch.deviations", std::ios::binary);
  REQUIRE(in);
  std::map<std::string, bool> deviations;
  for (std::string line; std::getline(in, line);) {
    if (line.empty() || line.starts_with('#')) continue;
    const auto end = line.find(" -- ");
    INFO(line);
    REQUIRE(end != std::string::npos);
    REQUIRE(end + 4 < line.size());
    REQUIRE(deviations.emplace(line.substr(0, end), false).second);
  }
  return deviations;
}

const SchemaNode& schema_of(std::string_view kind) {
  static const CatalogPtr kCatalog = core_catalog();
  const auto known = std::ranges::find_if(kCatalog->kinds(),
                                          [&](const KindPtr& each) { return each->kind == kind; });
  REQUIRE(known != kCatalog->kinds().end());
  return *(*known)->versions.front().schema;
}

Result<Value> patched(const std::string& theme, std::string_view kind, const Value& document,
                      const Value& patch) {
  if (theme.starts_with("json-")) return engine::apply_json_patch(document, patch);
  if (theme.starts_with("merge-")) {
    if (auto checked = engine::check_merge_patch(patch); !checked) {
      return std::unexpected(checked.error());
    }
    return engine::apply_merge_patch(document, patch);
  }
  return engine::apply_strategic_merge_patch(document, patch, schema_of(kind));
}

std::string shown(const Result<Value>& result) {
  if (result) return to_json(*result);
  return std::string(reason_name(result.error().reason)) + ": " + result.error().message;
}

// Where a server panics we refuse the patch as one that failed.
bool is_expected(const Value& expected, const Result<Value>& result) {
  if (const auto* document = find(expected, "result")) return result && same(*document, *result);
  if (result) return false;
  if (find(expected, "panics") != nullptr) {
    return result.error().reason == Reason::kInvalid && result.error().message == kFixedText;
  }
  return reason_name(result.error().reason) == string_at(expected, {"reason"}) &&
         result.error().message == string_at(expected, {"message"});
}

TEST_CASE(
    "patches do what they do in Kubernetes, but for the deviations (R9.2, R9.3, R9.4, R9.5)") {
  auto deviations = read_deviations();
  std::size_t asked = 0;
  for (const auto& file : std::filesystem::directory_iterator(kHere / "expected")) {
    const auto theme = file.path().stem().string();
    if (theme == "merge-keys") continue;
    std::ifstream in(file.path(), std::ios::binary);
    Value document;
    std::string kind;
    for (std::string line; std::getline(in, line);) {
      const auto expected = parsed(line);
      if (const auto* given = find(expected, "document")) {
        document = *given;
        kind = string_at(expected, {"kind"});
        continue;
      }
      ++asked;
      const auto name = theme + ": " + std::string(string_at(expected, {"why"}));
      const auto result = patched(theme, kind, document, *find(expected, "patch"));
      const bool holds = is_expected(expected, result);
      if (const auto deviation = deviations.find(name); deviation != deviations.end() && !holds) {
        deviation->second = true;
        continue;
      }
      INFO(name << "\n  expected: " << line << "\n  actual:   " << shown(result));
      CHECK(holds);
    }
  }
  CHECK(asked > 300);
  for (const auto& [name, is_used] : deviations) {
    INFO("no deviation (any more): " << name);
    CHECK(is_used);
  }
}

}  // namespace
}  // namespace gatefold::test
