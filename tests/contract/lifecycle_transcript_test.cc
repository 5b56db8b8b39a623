// How definitions came and went on a real server, step by step (the second part of
// observed/crd-lifecycle.txt; what is said of wrong ones is asked in tests/schema). Where it is not
// so here stands in tests/golden/crd-lifecycle.deviations. The requests stand here.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <regex>

#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "schema/json.h"
#include "tests/contract/observed.h"
#include "tests/contract/transcript.h"
#include "tests/support/door.h"
#include "tests/support/http_peer.h"
#include "tests/support/served_engine.h"
#include "tests/support/test_world.h"

namespace gatefold::test {
namespace {

using Lines = std::vector<std::string>;

const std::string kDefinitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
const std::string kFoos = "/apis/lc.com/v1/namespaces/default/foos";
const HttpPeer::Headers kMerge = {{"Content-Type", "application/merge-patch+json"}};

std::string version(std::string_view name, bool stored) {
  return fmt::format(R"({{"name":"{}","served":true,"storage":{},"schema":{{"openAPIV3Schema":
                       {{"type":"object","x-kubernetes-preserve-unknown-fields":true}}}}}})",
                     name, stored);
}

std::string definition(std::string_view plural) {
  return fmt::format(R"({{"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition",
    "metadata":{{"name":"{0}.lc.com"}},"spec":{{"group":"lc.com","scope":"Namespaced",
    "names":{{"plural":"{0}","kind":"Foo"}},"versions":[{1}]}}}})",
                     plural, version("v1", true));
}

std::string foo(std::string_view name, std::string_view finalizers = "") {
  return fmt::format(R"({{"apiVersion":"lc.com/v1","kind":"Foo",
                          "metadata":{{"name":"{}","finalizers":[{}]}}}})",
                     name, finalizers);
}

std::string timeless(const std::string& line) {
  static const std::regex kTime(R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)");
  return std::regex_replace(line, kTime, "<time>");
}

// A line as it is compared; nothing for those that were cut, and for what is asked elsewhere.
std::optional<std::string> normal(const std::string& line) {
  if (line.starts_with("ANON ")) return std::nullopt;
  if (line.starts_with("gone after ")) return "gone";
  if (line.starts_with("404 b'")) return "404 " + *python_bytes(line);
  if (const auto at = line.find("[["); at != std::string::npos) {
    return timeless(line.substr(0, at)) + canonical_json(parse_json(line.substr(at))->value);
  }
  if (!line.starts_with('{')) return timeless(line);
  const auto parsed = parse_json(line);
  return parsed ? std::optional(timeless(canonical_json(parsed->value))) : std::nullopt;
}

// Asks and renders as the transcript does.
class Client {
 public:
  Client() : server_(world_.world()), peer_(server_.port()) {}

  HttpAnswer call(std::string_view method, const std::string& path, std::string_view body = "",
                  const HttpPeer::Headers& headers = {}) {
    return peer_.call(method, path, headers, body);
  }
  Value definition_of(std::string_view plural) {
    return call("GET", fmt::format("{}/{}.lc.com", kDefinitions, plural)).json();
  }
  bool waits(std::string_view plural, std::string_view type, std::string_view status) {
    return eventually([&] {
      const auto object = definition_of(plural);
      const auto* conditions = find_path(object, {"status", "conditions"});
      return conditions != nullptr && conditions->is_array() &&
             std::ranges::any_of(conditions->as_array(), [&](const Value& each) {
               return string_at(each, {"type"}) == type && string_at(each, {"status"}) == status;
             });
    });
  }
  std::string status_of(std::string_view plural) {
    return timeless(canonical_json(*find(definition_of(plural), "status")));
  }

 private:
  TestWorld world_;
  ServedEngine server_;
  HttpPeer peer_;
};

std::string shown(const HttpAnswer& answer) {
  return fmt::format("{} ['{}']", answer.code, answer.header("content-type"));
}

// Type, status, reason and message of each condition.
std::string conditions_of(const Value& object) {
  JsonArray all;
  for (const auto& each : find_path(object, {"status", "conditions"})->as_array()) {
    JsonArray one;
    for (const auto* part : {"type", "status", "reason", "message"}) {
      one.emplace_back(string_at(each, {part}));
    }
    all.emplace_back(std::move(one));
  }
  return canonical_json(Value(std::move(all)));
}

Lines refusals(Client& client) {
  struct Change {
    std::string_view title;
    std::string patch;
  };
  const Change changes[] = {
      {"change group", R"({"spec":{"group":"z.com"}})"},
      {"change scope", R"({"spec":{"scope":"Cluster"}})"},
      {"change kind", R"({"spec":{"names":{"kind":"Bar"}}})"},
      {"change plural", R"({"spec":{"names":{"plural":"bars"}}})"},
      {"remove stored version",
       fmt::format(R"({{"spec":{{"versions":[{}]}}}})", version("v2", true))}};
  Lines lines;
  for (const auto& change : changes) {
    const auto answer = client.call("PATCH", kDefinitions + "/foos.lc.com", change.patch, kMerge);
    lines.push_back(fmt::format("{:<23}{} {}", change.title, answer.code,
                                string_at(answer.json(), {"message"})));
  }
  return lines;
}

Lines removal(Client& client) {
  const auto late = client.call("POST", "/apis/lc.com/v2/namespaces/default/foos", foo("g"));
  Lines lines = {shown(late), canonical_json(late.json())};
  const auto is_in_progress = [&] {
    return conditions_of(client.definition_of("foos")).contains("InstanceDeletionInProgress");
  };
  CHECK(eventually(is_in_progress));
  lines.push_back(conditions_of(client.definition_of("foos")));
  const auto left = client.call("GET", kFoos);
  std::vector<std::string> names;
  for (const auto& each : left.json().at("items").as_array()) {
    names.push_back(fmt::format("('{}', '{}')", string_at(each, {"metadata", "name"}),
                                string_at(each, {"metadata", "deletionTimestamp"})));
  }
  lines.push_back(timeless(fmt::format("{} [{}]", left.code, fmt::join(names, ", "))));
  client.call("PATCH", kFoos + "/f0", R"({"metadata":{"finalizers":null}})", kMerge);
  CHECK(eventually([&] { return client.call("GET", kDefinitions + "/foos.lc.com").code == 404; }));
  lines.emplace_back("gone");
  const auto after = client.call("GET", kFoos);
  lines.push_back(fmt::format("{} {}", after.code, canonical_json(after.json())));
  CHECK(client.waits("foo2s", "Established", "True"));
  lines.push_back(client.status_of("foo2s"));
  return lines;
}

// The lines of ours for each step.
std::vector<Lines> replayed() {
  Client client;
  std::vector<Lines> steps;
  steps.push_back({shown(client.call("POST", kDefinitions, definition("foos")))});
  CHECK(client.waits("foos", "Established", "True"));

  const auto conflicting = client.call("POST", kDefinitions, definition("foo2s"));
  CHECK(client.waits("foo2s", "NamesAccepted", "False"));
  steps.push_back({shown(conflicting), client.status_of("foo2s")});

  const auto unknown = client.call("GET", "/apis/lc.com/v1/namespaces/default/foo2s");
  steps.push_back({shown(unknown), unknown.body});
  std::ranges::move(refusals(client), std::back_inserter(steps.back()));

  CHECK(client.call("POST", kFoos, foo("f0", R"("example.com/f")")).code == 201);
  auto changed = client.definition_of("foos");
  changed.at("spec").at("versions") =
      parse_json(fmt::format("[{},{}]", version("v1", false), version("v2", true)))->value;
  const auto stored = client.call("PUT", kDefinitions + "/foos.lc.com", to_json(changed));
  const auto object = stored.json();
  std::vector<std::string> versions;
  for (const auto& each : find_path(object, {"status", "storedVersions"})->as_array()) {
    versions.push_back(fmt::format("'{}'", std::string_view(each.as_string())));
  }
  steps.push_back({shown(stored), fmt::format("[{}] {}", fmt::join(versions, ", "),
                                              integer_at(object, {"metadata", "generation"}, 0))});

  CHECK(client.call("POST", "/apis/lc.com/v2/namespaces/default/foos", foo("f1")).code == 400);
  CHECK(client.call("POST", kFoos, foo("f1")).code == 201);
  steps.push_back({shown(client.call("GET", kFoos + "/f1"))});

  const auto deleted = client.call("DELETE", kDefinitions + "/foos.lc.com");
  const auto going = deleted.json();
  steps.push_back(
      {shown(deleted),
       timeless(fmt::format(
           "['{}'] {} {}",
           std::string_view(
               find_path(going, {"metadata", "finalizers"})->as_array().at(0).as_string()),
           string_at(going, {"metadata", "deletionTimestamp"}), conditions_of(going)))});
  steps.push_back(removal(client));
  return steps;
}

}  // namespace

TEST_CASE("how definitions come and go on a real server (R16.17)") {
  const std::filesystem::path source = GATEFOLD_SOURCE_DIR;
  const auto file = source / "../shared/spec/observed/crd-lifecycle.txt";
  if (!std::filesystem::exists(file)) {
    std::puts("SKIP: the observed life of definitions is absent");
    return;
  }
  const auto deviations = read_deviations(source / "tests" / "golden" / "crd-lifecycle.deviations");
  const auto steps = read_transcript(file);
  const auto ours = replayed();
  REQUIRE(steps.size() == ours.size());
  for (std::size_t i = 0; i < steps.size(); ++i) {
    Lines theirs;
    for (const auto& line : steps[i].lines) {
      if (auto shown = normal(line)) theirs.push_back(std::move(*shown));
    }
    REQUIRE(theirs.size() == ours[i].size());
    std::vector<std::string> places;
    std::string texts;
    std::string both;
    for (std::size_t line = 0; line < theirs.size(); ++line) {
      const auto own = normal(ours[i][line]).value_or("");
      if (own == theirs[line]) continue;
      places.push_back(fmt::format("line {}", line + 1));
      texts += fmt::format("  line {}: {}\n", line + 1, own);
      both += fmt::format("{}\nis here\n{}\n", theirs[line], own);
    }
    INFO(steps[i].title << '\n' << both);
    const auto deviation = std::ranges::find(deviations, steps[i].number, &Deviation::first);
    const bool deviates = deviation != deviations.end();
    CHECK(places == (deviates ? deviation->differences : Lines()));
    CHECK(texts == (deviates ? deviation->texts : ""));
  }
}

}  // namespace gatefold::test
