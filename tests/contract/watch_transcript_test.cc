// What a real server's watches said, step by step (observed/watch.txt), asked for again here. Where
// they differ on purpose stands in tests/golden/watch.deviations. The transcript has no headers of
// requests and no writes: they stand here.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <map>
#include <regex>
#include <utility>

#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "schema/json.h"
#include "tests/contract/observed.h"
#include "tests/contract/transcript.h"
#include "tests/support/http_peer.h"
#include "tests/support/served_engine.h"
#include "tests/support/test_world.h"

namespace gatefold::test {
namespace {

const std::string kGateways = "/apis/gateway.networking.k8s.io/v1/namespaces/default/gateways";
constexpr std::uint64_t kHead = 266;  // of the real server when the transcript begins
constexpr std::uint64_t kPast = 20;   // what the transcript calls old
constexpr std::uint64_t kFuture = 99'999;

const std::map<std::string, std::string> kAccepts = {
    {"table watch", "application/json;as=Table;v=v1;g=meta.k8s.io"},
    {"POM watch", "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io"},
    {"yaml watch", "application/yaml"},
    {"stream param", "application/json;stream=watch"},
};

// The Gateways that were there, with the revisions that they had.
struct There {
  std::string_view name;
  std::string_view labels;
  std::uint64_t revision;
};
constexpr There kThere[] = {
    {"gen-fwxz7", "", 179},    {"g1", R"("a":"b")", 184}, {"l0", R"("n":"0")", 211},
    {"l1", R"("n":"1")", 212}, {"l2", R"("n":"2")", 213}, {"l4", R"("n":"4")", 215},
    {"l2b", "", 216},          {"s8", "", 227},           {"s1", R"("q":"r","u":"1")", 228}};

// What is said of a step: by place, as deviations name them.
using Said = std::map<std::string, std::string>;

// What is shown of an event: its type and, of an object, name, revision, labels and annotations as
// Python prints them.
std::string python(const Value* texts) {
  if (texts == nullptr) return "None";
  std::vector<std::string> members;
  for (const auto& [key, value] : texts->as_object()) {
    members.push_back(fmt::format("'{}': '{}'", std::string_view(key.data(), key.size()),
                                  std::string_view(value.as_string())));
  }
  return fmt::format("{{{}}}", fmt::join(members, ", "));
}

bool ends(const TranscriptStep& step) {
  return std::ranges::any_of(step.lines,
                             [](const auto& line) { return line.starts_with("EOF after"); });
}

class Replay {
 public:
  Replay() : server_(world_.world()), writer_(server_.port()) {
    for (int i = 0; server_.engine().view()->revision().number <= kPast; ++i) {
      write("POST", "/api/v1/namespaces/default/configmaps",
            fmt::format(R"({{"metadata":{{"name":"past-{}"}}}})", i));
    }
    for (const auto& each : kThere) {
      make(each.name, each.labels.empty() ? "" : fmt::format(R"(,"labels":{{{}}})", each.labels),
           each.revision);
    }
    ours_[kHead] = server_.engine().view()->revision().number;
  }

  struct Asked {
    HttpPeer peer;
    HttpAnswer head;
  };

  // Asks what the step asks, and has done to the objects meanwhile what was done then.
  Asked ask(const TranscriptStep& step) {
    HttpPeer peer(server_.port());
    std::string head = fmt::format("GET {} HTTP/1.1\r\nHost: x\r\n", path_of(step));
    if (const auto accept = kAccepts.find(step.title); accept != kAccepts.end()) {
      head += "Accept: " + accept->second + "\r\n";
    }
    peer.send(head + "\r\n");
    auto answer = peer.read_head();
    if (step.title == "selector transitions") change_labels();
    if (step.title == "finalizer flow") finalize();
    return {std::move(peer), std::move(answer)};
  }

  // `ADDED g1 rv 184 {'a': 'b'} None` of a line of ours, with the revisions of then.
  std::string shown(const std::string& line) const {
    const auto event = parse_json(line)->value;
    const auto& object = *find(event, "object");
    const auto type = string_at(event, {"type"});
    if (type == "ERROR") return fmt::format("{} {}", type, to_json(object));
    const auto name = string_at(object, {"metadata", "name"});
    return fmt::format("{} {} rv {} {} {}", type, name.empty() ? "None" : name,
                       then(string_at(object, {"metadata", "resourceVersion"})),
                       python(find_path(object, {"metadata", "labels"})),
                       python(find_path(object, {"metadata", "annotations"})));
  }

  std::string then(std::string_view revision) const {
    for (const auto& [theirs, own] : ours_) {
      if (std::to_string(own) == revision) return std::to_string(theirs);
    }
    return fmt::format("({})", revision);
  }

 private:
  // One that ended by itself there ends here, whatever it says.
  std::string path_of(const TranscriptStep& step) const {
    const bool needs_end = ends(step) && !step.path.contains("timeoutSeconds=");
    const auto path = step.path + (needs_end ? "&timeoutSeconds=6" : "");
    static const std::regex kVersion("resourceVersion=(\\d+)");
    std::smatch found;
    if (!std::regex_search(path, found, kVersion)) return path;
    const auto number = std::stoull(found[1].str());
    if (number <= kPast || number == kFuture) return path;
    return found.prefix().str() + "resourceVersion=" + std::to_string(ours_.at(number)) +
           found.suffix().str();
  }

  Value write(std::string_view method, std::string_view path, std::string_view body) {
    const auto* type = method == "PATCH" ? "application/merge-patch+json" : "application/json";
    auto answer = writer_.call(method, path, {{"Content-Type", type}}, body);
    INFO(answer.body);
    REQUIRE(answer.code < 300);
    return answer.json();
  }

  void note(std::uint64_t then) { ours_[then] = server_.engine().view()->revision().number; }

  // `more` of its metadata.
  void make(std::string_view name, std::string_view more, std::uint64_t then) {
    write("POST", kGateways,
          fmt::format(R"({{"apiVersion":"gateway.networking.k8s.io/v1","kind":"Gateway",
                           "metadata":{{"name":"{}"{}}},"spec":{{"gatewayClassName":"x",
                           "listeners":[{{"name":"http","port":80,"protocol":"HTTP"}}]}}}})",
                      name, more));
    note(then);
  }

  void patch(const std::string& name, std::string_view body, std::uint64_t then) {
    write("PATCH", kGateways + "/" + name, body);
    note(then);
  }

  void change_labels() {
    make("w1", R"(,"labels":{"s":"1"})", 267);
    patch("w1", R"({"spec":{"gatewayClassName":"y"}})", 268);
    patch("w1", R"({"metadata":{"labels":{"s":"2"}}})", 269);
    patch("w1", R"({"spec":{"gatewayClassName":"z"}})", 270);
    patch("w1", R"({"metadata":{"labels":{"s":"1"}}})", 271);
    write("DELETE", kGateways + "/w1", "");
    note(272);
  }

  void finalize() {
    make("w2", R"(,"finalizers":["example.com/f"])", 273);
    write("DELETE", kGateways + "/w2", "");
    note(274);
    patch("w2", R"({"metadata":{"finalizers":null}})", 275);
  }

  TestWorld world_;
  ServedEngine server_;
  HttpPeer writer_;
  std::map<std::uint64_t, std::uint64_t> ours_;  // revisions, by those of then
};

bool is_event(std::string_view line) {
  constexpr std::string_view kTypes[] = {"ADDED ", "MODIFIED ", "DELETED ", "BOOKMARK ", "ERROR "};
  return std::ranges::any_of(kTypes, [&](auto type) { return line.starts_with(type); });
}

// A dump that was cut is compared up to where it says what differs from server to server.
std::string opening(std::string text) {
  for (const auto* mark :
       {R"("metadata":{"creationTimestamp)", R"("metadata":{"name)", R"("columnDefinitions)"}) {
    if (const auto at = text.find(mark); at != std::string::npos) text.resize(at);
  }
  std::erase(text, ' ');
  return text;
}

std::string body_shown(const std::string& body) {
  const auto parsed = parse_json(body);
  if (!parsed) return opening(body);
  return find(parsed->value, "code") == nullptr ? opening(body) : canonical_json(parsed->value);
}

std::string event_expected(const std::string& line) {
  const auto at = line.find('{');
  if (line.starts_with("ERROR "))
    return "ERROR " + canonical_json(parse_json(line.substr(at))->value);
  if (line.starts_with("ADDED {")) return opening(line);
  return line.substr(0, line.find(" ['apiVersion'"));
}

Said expected(const TranscriptStep& step) {
  const auto& head = step.lines.front();
  Said said{{"code", head.substr(0, 3)}, {"content type", python_header(head, "Content-Type")}};
  const bool is_watch = !python_header(head, "Transfer-Encoding").empty();
  std::vector<std::string> events;
  for (const auto& line : step.lines) {
    if (is_event(line)) {
      events.push_back(event_expected(line));
    } else if (line.starts_with("b'") || line.starts_with("b\"") || line.starts_with("RAW ")) {
      const auto bytes = *python_bytes(line);
      if (is_watch) {
        events.push_back(opening(bytes));
      } else {
        said["body"] = body_shown(bytes);
      }
    }
  }
  if (is_watch) said["events"] = fmt::format("{}", fmt::join(events, "; "));
  return said;
}

// One line of ours in the form of the transcript's.
std::string event_shown(const Replay& replay, const std::string& line, const std::string& theirs) {
  if (theirs.starts_with("{")) return opening(line);
  if (!theirs.starts_with("ADDED{")) return replay.shown(line);
  const auto event = parse_json(line)->value;
  const auto& table = *find(event, "object");
  return fmt::format(R"({}{{"kind":"{}","apiVersion":"{}","metadata":{{"resourceVersion":"{}"}},)",
                     string_at(event, {"type"}), string_at(table, {"kind"}),
                     string_at(table, {"apiVersion"}),
                     replay.then(string_at(table, {"metadata", "resourceVersion"})));
}

Said said(const Replay& replay, Replay::Asked& asked, const TranscriptStep& step,
          const Said& observed) {
  Said said{{"code", std::to_string(asked.head.code)},
            {"content type", asked.head.header("content-type")}};
  if (asked.head.header("transfer-encoding").empty()) {
    asked.peer.read_body(asked.head);
    said["body"] = body_shown(asked.head.body);
    return said;
  }
  const auto theirs = observed.contains("events") ? observed.at("events") : "";
  const auto count = theirs.empty() ? 0 : std::ranges::count(theirs, ';') + 1;
  std::vector<std::string> events;
  while (ends(step) || std::cmp_less(events.size(), count)) {
    const auto line = asked.peer.read_line();
    if (!line) break;
    events.push_back(event_shown(replay, *line, theirs));
  }
  said["events"] = fmt::format("{}", fmt::join(events, "; "));
  return said;
}

const Deviation* deviation_of(const std::vector<Deviation>& deviations, int step) {
  const auto it = std::ranges::find_if(
      deviations, [&](const Deviation& each) { return each.first <= step && step <= each.last; });
  return it == deviations.end() ? nullptr : &*it;
}

void compare(const TranscriptStep& step, const Said& theirs, const Said& own,
             const Deviation* deviation) {
  std::vector<std::string> places;
  std::string texts;
  std::string shown;
  for (const auto& place : {"body", "code", "content type", "events"}) {
    const auto text = [&](const Said& said) {
      const auto found = said.find(place);
      return found == said.end() ? std::string() : found->second;
    };
    if (text(theirs) == text(own)) continue;
    places.emplace_back(place);
    texts += fmt::format("  {}: {}\n", place, text(own));
    shown += fmt::format("{}:\n  {}\nis here\n  {}\n", place, text(theirs), text(own));
  }
  INFO(fmt::format("{} {}\n{}", step.number, step.title, shown));
  CHECK(places == (deviation == nullptr ? std::vector<std::string>() : deviation->differences));
  if (deviation != nullptr) CHECK(texts == deviation->texts);
}

}  // namespace

TEST_CASE("a real server's watches (R16.1, R16.3, R16.4, R16.6, R16.7, R16.9, R16.10, R16.12)") {
  const std::filesystem::path source = GATEFOLD_SOURCE_DIR;
  const auto file = source / "../shared/spec/observed/watch.txt";
  if (!std::filesystem::exists(file)) {
    std::puts("SKIP: the observed watches of a real server are absent");
    return;
  }
  const auto deviations = read_deviations(source / "tests" / "golden" / "watch.deviations");
  auto steps = read_transcript(file);
  REQUIRE(steps.size() == 27);
  std::erase_if(steps, [&](const TranscriptStep& step) {
    const auto* deviation = deviation_of(deviations, step.number);
    return deviation != nullptr && !deviation->is_sent;
  });

  Replay replay;
  // Those that end by themselves are read last, so that they run side by side.
  std::vector<std::pair<const TranscriptStep*, Replay::Asked>> ending;
  const auto look = [&](const TranscriptStep& step, Replay::Asked& asked) {
    const auto theirs = expected(step);
    compare(step, theirs, said(replay, asked, step, theirs), deviation_of(deviations, step.number));
  };
  for (const auto& step : steps) {
    auto asked = replay.ask(step);
    if (ends(step)) {
      ending.emplace_back(&step, std::move(asked));
    } else {
      look(step, asked);
    }
  }
  for (auto& [step, asked] : ending) look(*step, asked);
}

}  // namespace gatefold::test
