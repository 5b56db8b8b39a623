// The documents of schema/kinds: each is well-formed, and those of the Gateway API say what
// upstream's definitions of both channels say, in all but descriptions, which are ours.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <set>

#include <fmt/format.h>

#include "schema/builtin_kinds.h"
#include "schema/catalog.h"
#include "tests/schema/parsed.h"

namespace gatefold {
namespace {

using test::Texts;

const std::filesystem::path kUpstream =
    std::filesystem::path(GATEFOLD_SOURCE_DIR) / "../shared/gateway-api/crds";

// What the members of a mapping are: `description` is prose among keywords, a field among
// properties, and data in a default.
enum class Members { kKeywords, kFields, kData };

Members members_of(Members parent, std::string_view key) {
  if (parent == Members::kFields) return Members::kKeywords;
  if (parent != Members::kKeywords) return parent;
  if (key == "properties") return Members::kFields;
  const bool is_data =
      key == "default" || key == "enum" || key == "labels" || key == "x-kubernetes-validations";
  return is_data ? Members::kData : Members::kKeywords;
}

// The paths at which two definitions differ.
void compare(const Value& ours, const Value& theirs, Members members, const std::string& path,
             Texts& differences);

void compare_members(const JsonObject& ours, const JsonObject& theirs, Members members,
                     const std::string& path, Texts& differences) {
  std::set<std::string> keys;
  for (const auto& [key, value] : ours) keys.emplace(key);
  for (const auto& [key, value] : theirs) keys.emplace(key);
  for (const auto& key : keys) {
    if (key == "description" && members == Members::kKeywords) continue;
    const auto* our_member = ours.if_contains(key);
    const auto* their_member = theirs.if_contains(key);
    const auto at = path + "." + key;
    if (our_member == nullptr || their_member == nullptr) {
      differences.push_back(at + (our_member == nullptr ? " is missing" : " is too much"));
    } else {
      compare(*our_member, *their_member, members_of(members, key), at, differences);
    }
  }
}

void compare(const Value& ours, const Value& theirs, Members members, const std::string& path,
             Texts& differences) {
  if (ours.is_object() && theirs.is_object()) {
    compare_members(ours.get_object(), theirs.get_object(), members, path, differences);
  } else if (ours.is_array() && theirs.is_array() &&
             ours.get_array().size() == theirs.get_array().size()) {
    for (std::size_t i = 0; i < ours.get_array().size(); ++i) {
      compare(ours.get_array()[i], theirs.get_array()[i], members, fmt::format("{}[{}]", path, i),
              differences);
    }
  } else if (ours != theirs) {
    differences.push_back(path);
  }
}

Texts differences_between(const Value& ours, const Value& theirs) {
  Texts differences;
  compare(ours, theirs, Members::kKeywords, "", differences);
  return differences;
}

Texts text_differences(std::string_view ours, std::string_view theirs) {
  return differences_between(test::yaml(ours), test::yaml(theirs));
}

// Definitions by name.
std::map<std::string, Value> upstream_definitions(Channel channel) {
  std::map<std::string, Value> definitions;
  for (const auto& entry :
       std::filesystem::directory_iterator(kUpstream / std::string(channel_name(channel)))) {
    INFO(entry.path().string());
    std::ifstream file(entry.path());
    REQUIRE(file.good());
    const std::string text(std::istreambuf_iterator<char>(file), {});
    if (!text.contains("kind: CustomResourceDefinition")) continue;  // a policy
    auto definition = test::yaml(text);
    const auto name = std::string(string_at(definition, {"metadata", "name"}));
    definitions.emplace(name, std::move(definition));
  }
  return definitions;
}

std::map<std::string, Value> our_definitions(Channel channel) {
  std::map<std::string, Value> definitions;
  for (auto& definition : builtin_definitions(channel)) {
    if (!string_at(definition, {"spec", "group"}).starts_with("gateway.networking.")) continue;
    const auto name = std::string(string_at(definition, {"metadata", "name"}));
    definitions.emplace(name, std::move(definition));
  }
  return definitions;
}

// What of a definition has to be equal; annotations name the bundle that it is from.
Value comparable(Value definition) {
  auto& parts = definition.as_object();
  parts.at("metadata").as_object().erase("annotations");
  parts.erase("status");
  return definition;
}

void find_nulls(const Value& value, const std::string& path, Texts& nulls) {
  if (value.is_null()) nulls.push_back(path);
  if (value.is_object()) {
    for (const auto& [key, member] : value.get_object()) {
      find_nulls(member, path + "." + std::string(key), nulls);
    }
  } else if (value.is_array()) {
    for (const auto& item : value.get_array()) find_nulls(item, path + "[]", nulls);
  }
}

TEST_CASE("every built-in document is a kind") {
  Texts resources;
  for (const auto& builtin : builtin_kind_documents()) {
    INFO(builtin.file);
    const auto kind = test::kind(builtin.text);
    CHECK(std::string(builtin.file) == kind->plural + ".yaml");
    resources.push_back(kind->resource);
  }
  std::ranges::sort(resources);
  CHECK(std::ranges::adjacent_find(resources) == resources.end());
  for (const auto* plural : {"configmaps", "namespaces", "secrets", "services"}) {
    CHECK(std::ranges::count(resources, plural) == 1);
  }
}

// A comma in an unquoted text between braces ends it and begins a member without a value.
TEST_CASE("no built-in document has a member without a value") {
  for (const auto& builtin : builtin_kind_documents()) {
    INFO(builtin.file);
    Texts nulls;
    find_nulls(test::yaml(builtin.text), "", nulls);
    CHECK(nulls == Texts{});
  }
}

TEST_CASE("definitions differ in every keyword but descriptions") {
  CHECK(text_differences("{type: string, description: a}", "{type: string}") == Texts{});
  CHECK(text_differences("{maxLength: 5}", "{maxLength: 6}") == Texts{".maxLength"});
  CHECK(text_differences("{}", "{pattern: a}") == Texts{".pattern is missing"});
  CHECK(text_differences("{pattern: a}", "{}") == Texts{".pattern is too much"});
  CHECK(text_differences("{required: [a]}", "{required: [a, b]}") == Texts{".required"});
  CHECK(text_differences("{required: [a, c]}", "{required: [a, b]}") == Texts{".required[1]"});
  CHECK(text_differences("{minimum: 1}", "{minimum: '1'}") == Texts{".minimum"});
}

TEST_CASE("a description is prose among keywords alone") {
  CHECK(text_differences("{properties: {description: {type: string}}}", "{properties: {}}") ==
        Texts{".properties.description is too much"});
  CHECK(text_differences("{properties: {description: {description: a}}}",
                         "{properties: {description: {description: b}}}") == Texts{});
  CHECK(text_differences("{properties: {properties: {description: a, properties: {b: {}}}}}",
                         "{properties: {properties: {properties: {c: {}}}}}") ==
        Texts{".properties.properties.properties.b is too much",
              ".properties.properties.properties.c is missing"});
  CHECK(text_differences("{default: {description: a}}", "{default: {description: b}}") ==
        Texts{".default.description"});
}

TEST_CASE("rules and their messages are equal to the letter") {
  const auto differences = [](std::string_view ours, std::string_view theirs) {
    return text_differences(fmt::format("{{x-kubernetes-validations: [{}]}}", ours),
                            fmt::format("{{x-kubernetes-validations: [{}]}}", theirs));
  };
  const std::string at = ".x-kubernetes-validations[0]";
  CHECK(differences("{rule: a, message: b}", "{message: b, rule: a}") == Texts{});
  CHECK(differences("{rule: a, message: c}", "{rule: b, message: c}") == Texts{at + ".rule"});
  CHECK(differences("{rule: a, message: b}", "{rule: a, message: c}") == Texts{at + ".message"});
  CHECK(differences("{rule: a}", "{rule: a, message: c}") == Texts{at + ".message is missing"});
  CHECK(differences("{rule: a}", "{rule: a}, {rule: b}") == Texts{".x-kubernetes-validations"});
}

TEST_CASE("names, versions and columns of definitions count") {
  CHECK(text_differences("{names: {shortNames: [gc]}}", "{names: {shortNames: [gtw]}}") ==
        Texts{".names.shortNames[0]"});
  CHECK(text_differences("{versions: [{name: v1, served: true}]}",
                         "{versions: [{name: v1, served: false, deprecated: true}]}") ==
        Texts{".versions[0].deprecated is missing", ".versions[0].served"});
  CHECK(text_differences("{additionalPrinterColumns: [{name: A, priority: 1}]}",
                         "{additionalPrinterColumns: [{name: A}]}") ==
        Texts{".additionalPrinterColumns[0].priority is too much"});
}

TEST_CASE("the Gateway API's kinds are upstream's in both channels") {
  if (!std::filesystem::is_directory(kUpstream)) {
    std::cout << "SKIP: upstream's definitions are absent\n";
    return;
  }
  for (const auto channel : {Channel::kStandard, Channel::kExperimental}) {
    INFO(channel_name(channel));
    auto ours = our_definitions(channel);
    const auto theirs = upstream_definitions(channel);
    CHECK(theirs.size() == (channel == Channel::kStandard ? 10 : 13));
    CHECK(ours.size() == theirs.size());
    for (const auto& [name, definition] : theirs) {
      INFO(name);
      CHECK(differences_between(comparable(ours[name]), comparable(definition)) == Texts{});
    }
  }
}

}  // namespace
}  // namespace gatefold
