#include "tests/conformance/cel/expectations.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>

#include <catch2/catch.hpp>

#include "schema/json.h"

namespace gatefold::test {
namespace {

const std::filesystem::path kExpected =
    std::filesystem::path(GATEFOLD_SOURCE_DIR) / "tests" / "conformance" / "cel" / "expected";

Value parsed(std::string_view text) {
  auto document = parse_json(text);
  if (!document) FAIL(document.error().message << ": " << text);
  return std::move(document->value);
}

bool is_set(const Value& object, std::string_view key) {
  const Value* value = find(object, key);
  return value != nullptr && value->is_bool() && value->get_bool();
}

std::shared_ptr<const CelScope> read_scope(const Value& variables) {
  auto scope = std::make_shared<CelScope>();
  for (const Value& variable : variables.get_array()) {
    SchemaPtr schema;
    if (const Value* document = find(variable, "schema")) {
      auto read = parse_schema(*document);
      REQUIRE(read);
      schema = *read;
    }
    const Value* value = find(variable, "value");
    scope->environment.variables.push_back({.name = std::string(string_at(variable, {"name"})),
                                            .schema = schema.get(),
                                            .is_root = is_set(variable, "root"),
                                            .is_optional = is_set(variable, "optional")});
    scope->schemas.push_back(std::move(schema));
    scope->values.push_back(value == nullptr ? std::nullopt : std::optional(*value));
  }
  return scope;
}

CelExpectation read_expectation(const Value& line) {
  CelExpectation expectation;
  expectation.expression = string_at(line, {"expr"});
  expectation.compile_error = string_at(line, {"compileError"});
  expectation.error = string_at(line, {"error"});
  expectation.type = string_at(line, {"type"});
  expectation.estimate = string_at(line, {"estimate"});
  if (const Value* value = find(line, "value")) expectation.value = *value;
  if (find(line, "cost") != nullptr) {
    expectation.cost = static_cast<std::uint64_t>(integer_at(line, {"cost"}, 0));
  }
  return expectation;
}

constexpr bool is_wildcard_allowed(std::string_view aspect) {
  return aspect == "fold" || aspect == "overload";
}

}  // namespace

std::vector<CelExpectation> read_expectations(const std::string& theme) {
  std::ifstream in(kExpected / (theme + ".jsonl"), std::ios::binary);
  REQUIRE(in);
  std::vector<CelExpectation> expectations;
  std::shared_ptr<const CelScope> scope;
  std::size_t number = 0;
  for (std::string text; std::getline(in, text);) {
    ++number;
    const Value line = parsed(text);
    if (const Value* variables = find(line, "variables")) {
      scope = read_scope(*variables);
      continue;
    }
    REQUIRE(scope != nullptr);
    expectations.push_back(read_expectation(line));
    expectations.back().line = number;
    expectations.back().scope = scope;
  }
  return expectations;
}

std::vector<std::string> expected_themes() {
  std::vector<std::string> themes;
  for (const auto& file : std::filesystem::directory_iterator(kExpected)) {
    if (file.path().extension() == ".jsonl") themes.push_back(file.path().stem().string());
  }
  std::ranges::sort(themes);
  return themes;
}

CelDeviations::CelDeviations(std::string_view text) {
  constexpr std::string_view kReason = " -- ";
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    if (line.empty() || line.starts_with('#')) continue;
    const std::size_t end = line.rfind(kReason);
    const std::size_t aspect = line.find(": ");
    const std::size_t expression =
        aspect == std::string_view::npos ? aspect : line.find(": ", aspect + 2);
    if (end == std::string_view::npos || end + kReason.size() == line.size() ||
        expression == std::string_view::npos || expression + 2 >= end) {
      unreadable_.emplace_back(line);
      continue;
    }
    std::string key(line.substr(0, end));
    const std::string_view written = line.substr(expression + 2, end - expression - 2);
    const std::string_view named = line.substr(aspect + 2, expression - aspect - 2);
    if (written == "*" && !is_wildcard_allowed(named)) {
      unreadable_.emplace_back(line);
      continue;
    }
    if (!used_.try_emplace(std::move(key), false).second) unreadable_.emplace_back(line);
  }
}

bool CelDeviations::covers(const std::string& theme, std::string_view aspect,
                           const std::string& expression) {
  std::string written = expression;
  if (std::ranges::any_of(written, [](unsigned char byte) { return byte < ' '; })) {
    written.clear();
    append_json_string(written, expression);
  }
  const std::string place = theme + ": " + std::string(aspect) + ": ";
  auto entry = used_.find(place + written);
  if (entry == used_.end() && is_wildcard_allowed(aspect)) entry = used_.find(place + "*");
  if (entry == used_.end()) return false;
  entry->second = true;
  return true;
}

std::vector<std::string> CelDeviations::unused() const {
  std::vector<std::string> unused = unreadable_;
  for (const auto& [entry, is_used] : used_) {
    if (!is_used) unused.push_back(entry);
  }
  return unused;
}

}  // namespace gatefold::test
