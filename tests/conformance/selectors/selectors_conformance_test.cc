// Selectors as Kubernetes' own parsers read them: what they pick, and what is said of those that
// are none. See generate/main.go.
#include <filesystem>
#include <fstream>
#include <iterator>

#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "schema/json.h"
#include "schema/selector.h"

namespace gatefold {
namespace {

const std::filesystem::path kFolder =
    std::filesystem::path(GATEFOLD_SOURCE_DIR) / "tests" / "conformance" / "selectors";

using Texts = std::map<std::string, std::string, std::less<>>;

Value parsed(const std::string& text) {
  auto json = parse_json(text);
  REQUIRE(json.has_value());
  return std::move(json->value);
}

std::vector<Texts> objects(std::string_view sort) {
  std::ifstream in(kFolder / "objects.json");
  const auto all = parsed({std::istreambuf_iterator<char>(in), {}});
  std::vector<Texts> out;
  for (const auto& object : find(all, sort)->as_array()) {
    auto& texts = out.emplace_back();
    for (const auto& [key, value] : object.as_object()) {
      texts.emplace(std::string(key), std::string(value.as_string()));
    }
  }
  return out;
}

template <class Picks>
std::string picked(const std::vector<Texts>& all, const Picks& picks) {
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (picks(all[i])) places.push_back(i);
  }
  return fmt::format("{}", fmt::join(places, " "));
}

std::string picked_by_labels(const std::string& text, const std::vector<Texts>& all) {
  const auto selector = parse_label_selector(text);
  if (!selector) return selector.error();
  return picked(all, [&](const Texts& labels) {
    return selector->matches(Labels(labels.begin(), labels.end()));
  });
}

std::string picked_by_fields(const std::string& text, const std::vector<Texts>& all) {
  const auto selector = parse_field_selector(text);
  if (!selector) return selector.error();
  return picked(all, [&](const Texts& fields) {
    const auto value = [&](std::string_view name) {
      const auto found = fields.find(name);
      return found == fields.end() ? std::string() : found->second;
    };
    return selector->matches(value("metadata.namespace"), value("metadata.name"),
                             SelectableValues(fields.begin(), fields.end()));
  });
}

std::string expected(const Value& line) {
  if (const auto error = string_at(line, {"error"}); !error.empty()) return std::string(error);
  std::vector<std::int64_t> places;
  if (const auto* picks = find(line, "picks")) {
    for (const auto& place : picks->as_array()) places.push_back(place.as_int64());
  }
  return fmt::format("{}", fmt::join(places, " "));
}

void compare(const std::string& sort,
             std::string (*ours)(const std::string&, const std::vector<Texts>&)) {
  const auto all = objects(sort);
  std::ifstream in(kFolder / "expected" / (sort + ".jsonl"));
  std::size_t count = 0;
  for (std::string text; std::getline(in, text); ++count) {
    const auto line = parsed(text);
    const auto selector = std::string(string_at(line, {"selector"}));
    INFO(selector);
    CHECK(ours(selector, all) == expected(line));
  }
  CHECK(count > 50);
}

TEST_CASE("label selectors are Kubernetes' own, and so is what is said of others (R15.1, R15.2)") {
  compare("labels", picked_by_labels);
}

TEST_CASE("field selectors are Kubernetes' own, and so is what is said of others (R15.3)") {
  compare("fields", picked_by_fields);
}

}  // namespace
}  // namespace gatefold
