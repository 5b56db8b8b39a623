// Server-side apply as a real API server answered it, step by step. The transcript shows what came
// back; what was sent stands here, found from the answers.
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "schema/json.h"
#include "tests/support/door.h"
#include "tests/support/http_peer.h"
#include "tests/support/served_engine.h"

namespace gatefold::test {
namespace {

// One step of the transcript: `## title | METHOD path`, the code, the body (cut where it is long),
// and of an object its managers, spec and labels.
struct Step {
  std::string title;
  std::string method;
  std::string path;
  int code = 0;
  std::string body;
  JsonArray managers;
  Value spec;
  std::string labels;
  std::int64_t generation = 0;
};

Value parsed(const std::string& text) {
  auto value = parse_json(text);
  INFO(text);
  REQUIRE(value.has_value());
  return std::move(value->value);
}

void read_object_line(const std::string& line, Step& step) {
  const auto labels = line.find(" LABELS ");
  const auto generation = line.find(" gen ", labels);
  step.spec = parsed(line.substr(5, labels - 5));
  step.labels = line.substr(labels + 8, generation - labels - 8);
  step.generation = std::stoll(line.substr(generation + 5));
}

std::vector<Step> read_steps(const std::filesystem::path& file) {
  std::ifstream in(file);
  std::vector<Step> steps;
  for (std::string line; std::getline(in, line);) {
    const auto bar = line.find(" | ");
    if (line.starts_with("## ") && bar != std::string::npos) {
      const auto blank = line.find(' ', bar + 3);
      steps.push_back({.title = line.substr(3, bar - 3),
                       .method = line.substr(bar + 3, blank - bar - 3),
                       .path = line.substr(blank + 1)});
      continue;
    }
    if (steps.empty()) continue;
    auto& step = steps.back();
    const auto text = line.substr(std::min(line.size(), line.find_first_not_of(' ')));
    if (step.code == 0) {
      step.code = std::stoi(text);
    } else if (text.starts_with("MF ")) {
      step.managers.push_back(parsed(text.substr(3)));
    } else if (text.starts_with("SPEC ")) {
      read_object_line(text, step);
    } else if (step.body.empty()) {
      step.body = text;
    }
  }
  return steps;
}

// What was sent. `media` is that of an apply patch where it says nothing.
struct Sent {
  std::string body;
  std::string media = "application/apply-patch+yaml";
};

std::string gateway_with(std::string_view spec, std::string_view name = "s1",
                         std::string_view metadata = "") {
  return std::string(
             R"({"apiVersion":"gateway.networking.k8s.io/v1","kind":"Gateway","metadata":{)") +
         (name.empty() ? "" : R"("name":")" + std::string(name) + "\"") + std::string(metadata) +
         R"(},"spec":)" + std::string(spec) + "}";
}

constexpr std::string_view kOne =
    R"({"gatewayClassName":"x","listeners":[{"name":"a","port":80,"protocol":"HTTP"}]})";

const std::map<std::string, Sent>& sent() {
  constexpr std::string_view kYou =
      R"({"gatewayClassName":"y","listeners":[{"name":"a","port":82,"protocol":"HTTP"},{"name":"b","port":81,"protocol":"HTTP"}]})";
  static const std::map<std::string, Sent> requests = {
      {"apply create", {gateway_with(kOne)}},
      {"apply noop", {gateway_with(kOne)}},
      {"other mgr add listener",
       {gateway_with(R"({"listeners":[{"name":"b","port":81,"protocol":"HTTP"}]})")}},
      {"conflict one", {gateway_with(R"({"gatewayClassName":"y"})")}},
      {"conflict many",
       {gateway_with(
           R"({"gatewayClassName":"y","listeners":[{"name":"a","port":82,"protocol":"HTTP"}]})")}},
      {"force", {gateway_with(kYou)}},
      {"mgr1 drops all but class",
       {R"({"apiVersion":"gateway.networking.k8s.io/v1","kind":"Gateway",
            "metadata":{"name":"s1","labels":{"q":"r"}}})"}},
      {"merge patch by updater",
       {R"({"metadata":{"labels":{"u":"1"}},"spec":{"gatewayClassName":"upd"}})",
        "application/merge-patch+json"}},
      {"conflict with updater", {gateway_with(kYou)}},
      {"apply status subresource",
       {R"({"apiVersion":"gateway.networking.k8s.io/v1","kind":"Gateway","metadata":{"name":"s1"},
            "status":{"addresses":[{"value":"1.2.3.4"}]}})"}},
      {"apply status missing obj",
       {R"({"apiVersion":"gateway.networking.k8s.io/v1","kind":"Gateway","metadata":{"name":"nope"},
            "status":{}})"}},
      {"wrong gvk", {R"({"apiVersion":"gateway.networking.k8s.io/v1beta1","kind":"Gateway",
            "metadata":{"name":"s1"}})"}},
      {"wrong kind",
       {R"({"apiVersion":"gateway.networking.k8s.io/v1","kind":"Foo","metadata":{"name":"s1"}})"}},
      {"managedFields set", {gateway_with(kOne, "s1", R"(,"managedFields":[{"manager":"x"}])")}},
      {"name mismatch", {gateway_with(kOne, "other")}},
      {"no name", {gateway_with(kOne, "")}},
      {"dup list key", {gateway_with(R"({"listeners":[{"name":"a","port":80,"protocol":"HTTP"},
                                      {"name":"a","port":81,"protocol":"HTTP"}]})")}},
      {"missing list key", {gateway_with(R"({"listeners":[{"port":80,"protocol":"HTTP"}]})")}},
      {"unknown field warn",
       {R"({"apiVersion":"gateway.networking.k8s.io/v1","kind":"Gateway","metadata":{"name":"s9"},
            "zz":1})"}},
      {"unknown field strict",
       {R"({"apiVersion":"gateway.networking.k8s.io/v1","kind":"Gateway","metadata":{"name":"s9"},
            "zz":1})"}},
      {"wrong type", {gateway_with(R"({"gatewayClassName":"x","listeners":"abc"})", "s9")}},
      {"with stale rv", {gateway_with(kOne, "s1", R"(,"resourceVersion":"1")")}},
      {"with uid create", {gateway_with(kOne, "s8", R"(,"uid":"abc")")}},
      {"with rv create", {gateway_with(kOne, "s8", R"(,"resourceVersion":"1")")}},
      {"dryrun", {gateway_with(kOne, "s7")}},
      {"get dryrun", {"", ""}},
      {"yaml bad", {"{"}},
      {"yaml dup key",
       {"apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: {name: s1}\n"
        "spec:\n  gatewayClassName: a\n  gatewayClassName: b\n"}},
      {"empty", {"{}"}},
      {"reset managedFields",
       {R"({"metadata":{"managedFields":[{}]}})", "application/merge-patch+json"}},
      {"apply after reset", {gateway_with(kOne)}}};
  return requests;
}

// Where the answer is not the observed one, and why.
const std::map<std::string, std::string>& other_codes() {
  // A configuration that does not fit its schema is the client's mistake: 422, not 500.
  static const std::map<std::string, std::string> codes = {{"dup list key", "422"},
                                                           {"missing list key", "422"},
                                                           {"unknown field warn", "422"},
                                                           {"unknown field strict", "422"},
                                                           {"wrong type", "422"}};
  return codes;
}

std::string python_dict(const Value* labels) {
  if (labels == nullptr) return "None";
  std::string text = "{";
  for (const auto& label : labels->as_object()) {
    text += (text.size() == 1 ? "'" : ", '") + std::string(label.key()) + "': '" +
            std::string(label.value().as_string()) + "'";
  }
  return text + "}";
}

JsonArray timeless(const Value* managers) {
  JsonArray entries;
  if (managers == nullptr) return entries;
  for (auto entry : managers->as_array()) {
    REQUIRE(entry.as_object().contains("time"));
    entry.as_object().erase("time");
    entries.push_back(std::move(entry));
  }
  return entries;
}

void check_object(const Step& step, const Value& object) {
  if (step.spec.is_null()) return;  // the transcript shows no more of it
  const Value shown(timeless(find_path(object, {"metadata", "managedFields"})));
  const Value observed(step.managers);
  CHECK(to_json(shown) == to_json(timeless(&observed)));
  CHECK(to_json(*find(object, "spec")) == to_json(step.spec));
  CHECK(python_dict(find_path(object, {"metadata", "labels"})) == step.labels);
  CHECK(integer_at(object, {"metadata", "generation"}, 0) == step.generation);
}

void check_refusal(const Step& step, const Value& status) {
  const auto observed = parse_json(step.body);
  if (!observed) return;  // cut short
  auto message = std::string(string_at(status, {"message"}));
  // The words of the YAML reader are its own.
  const auto cut = step.title == "yaml bad" ? std::string_view("error decoding YAML: ").size()
                                            : std::string::npos;
  CHECK(message.substr(0, cut) ==
        std::string(string_at(observed->value, {"message"})).substr(0, cut));
  const auto* causes = find_path(observed->value, {"details", "causes"});
  const auto* ours = find_path(status, {"details", "causes"});
  REQUIRE((causes == nullptr) == (ours == nullptr));
  if (causes != nullptr) CHECK(to_json(*ours) == to_json(*causes));
}

}  // namespace

TEST_CASE("a real server's answers to applied configurations (R17.1, R17.5, R17.6, R18.7)") {
  const auto file = std::filesystem::path(GATEFOLD_SOURCE_DIR) / "../shared/spec/observed/ssa.txt";
  if (!std::filesystem::exists(file)) {
    std::puts("SKIP: the observed answers of a real server are absent");
    return;
  }
  TestWorld world;
  ServedEngine server(world.world());
  HttpPeer peer(server.port());
  const auto steps = read_steps(file);
  REQUIRE(steps.size() == sent().size());
  for (const auto& step : steps) {
    INFO(step.title);
    const auto& request = sent().at(step.title);
    // The second in which managers were written orders them (R17.10).
    if (step.title == "force") world.advance(1);
    HttpPeer::Headers headers{{"User-Agent", "probe"}};
    if (!request.media.empty()) headers.emplace_back("Content-Type", request.media);
    const auto answer = peer.call(step.method, step.path, headers, request.body);
    INFO(answer.body);
    const auto other = other_codes().find(step.title);
    CHECK(std::to_string(answer.code) ==
          (other == other_codes().end() ? std::to_string(step.code) : other->second));
    if (answer.code < 300) {
      check_object(step, answer.json());
    } else {
      check_refusal(step, answer.json());
    }
  }
}

}  // namespace gatefold::test
