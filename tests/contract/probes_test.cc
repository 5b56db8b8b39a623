// A real Kubernetes API server's answers, asked for again here. Where they differ on purpose, the
// difference stands in tests/golden/probes.deviations.
#include <algorithm>
#include <array>
#include <cctype>
#include <cstdio>
#include <filesystem>
#include <map>
#include <set>

#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "schema/json.h"
#include "schema/yaml.h"
#include "tests/contract/likeness.h"
#include "tests/contract/observed.h"
#include "tests/contract/unseen.h"
#include "tests/support/door.h"
#include "tests/support/http_peer.h"
#include "tests/support/served_engine.h"

namespace gatefold::test {
namespace {

constexpr std::string_view kDefinitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
constexpr std::string_view kGateways =
    "/apis/gateway.networking.k8s.io/v1/namespaces/default/gateways";

std::filesystem::path source_directory() {
  return GATEFOLD_SOURCE_DIR;
}

const Deviation* deviation_of(const std::vector<Deviation>& deviations, int row) {
  const auto it = std::ranges::find_if(
      deviations, [&](const Deviation& each) { return each.first <= row && row <= each.last; });
  return it == deviations.end() ? nullptr : &*it;
}

// YAML is compared as what it says.
Value body_of(const std::string& text, std::string_view content_type) {
  if (content_type == "application/yaml") {
    if (auto parsed = parse_yaml(text)) return std::move(*parsed);
  }
  auto parsed = parse_json(text);
  return parsed && parsed->value.is_object() ? std::move(parsed->value) : Value(text);
}

Value body_of(const ObservedRow& row) {
  return row.response.is_string() ? body_of(std::string(row.response.as_string()), row.content_type)
                                  : row.response;
}

// `404 NotFound: message`, or nothing where the answer is no error of the API.
std::string error_text(const HttpAnswer& answer) {
  const auto body = answer.json();
  if (string_at(body, {"kind"}) != "Status" || answer.code < 400) return "";
  return fmt::format("{} {}: {}", answer.code, string_at(body, {"reason"}),
                     string_at(body, {"message"}));
}

// Where the deviations have to say what is answered here: a difference alone would also be there
// for an answer that says nothing.
bool has_text(const std::string& place, const Sides& sides) {
  return place == "body.message" || (place == "body" && !sides.ours.empty());
}

// What was there before a row, though neither a row makes it nor an answer shows it whole.
struct Unshown {
  int row = 0;
  std::string_view path;
  std::string_view body;
};
// An object that held its kind's definition when it was being deleted (see crd-lifecycle.txt).
constexpr std::array kUnshown = {Unshown{206, "/apis/lc.com/v1/namespaces/default/foos",
                                         R"({"apiVersion":"lc.com/v1","kind":"Foo",
                "metadata":{"name":"f0","finalizers":["example.com/f"]}})"}};

// The collection of an object that no row makes.
std::string collection_of(const Value& object) {
  std::string plural(string_at(object, {"kind"}));
  std::ranges::transform(plural, plural.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return fmt::format("/apis/{}/namespaces/default/{}s", string_at(object, {"apiVersion"}), plural);
}

class Replay {
 public:
  explicit Replay(const std::vector<ObservedRow>& sent)
      : server_(world_.world()), peer_(server_.port()), unseen_(sent) {
    // So that the low revisions that requests make up are in the past here as well.
    for (int i = 0; i < 20; ++i) {
      const auto body = fmt::format(R"({{"metadata":{{"name":"past-{}"}}}})", i);
      post("/api/v1/namespaces/default/configmaps", body);
    }
  }

  Differences differences(const ObservedRow& row, bool as_merge_patch) {
    world_.advance(1);
    likeness_.set_time(world_.now());
    arrange(row);
    const auto answer = ask(row, as_merge_patch);
    const auto content_type = answer.header("content-type");
    auto found = likeness_.differences(body_of(row), body_of(answer.body, content_type));
    // An error instead of an object or the other way round differs all over.
    if (answer.code != row.code && !found.empty()) found = {{"body", {}}};
    if (found.contains("body"))
      found["body"] = {to_json(row.response), Likeness::plain(error_text(answer))};
    if (answer.code != row.code)
      found["code"] = {std::to_string(row.code), std::to_string(answer.code)};
    if (content_type != row.content_type) found["content type"] = {row.content_type, content_type};
    auto warnings = answer.all("warning");
    std::ranges::sort(warnings);
    if (warnings != row.warnings) {
      found["warnings"] = {fmt::format("{}", fmt::join(row.warnings, ", ")),
                           fmt::format("{}", fmt::join(warnings, ", "))};
    }
    return found;
  }

 private:
  HttpAnswer ask(const ObservedRow& row, bool as_merge_patch) {
    HttpPeer::Headers headers{{"User-Agent", "probe"}};
    if (row.accept) headers.emplace_back("Accept", *row.accept);
    if (as_merge_patch) {
      headers.emplace_back("Content-Type", "application/merge-patch+json");
    } else if (row.request_content_type) {
      headers.emplace_back("Content-Type", *row.request_content_type);
    }
    auto path = likeness_.translated(row.path);
    if (const auto force = path.find("&force=true"); as_merge_patch && force != std::string::npos) {
      path.erase(force, std::string_view("&force=true").size());
    }
    const auto body = row.body ? likeness_.translated(*row.body) : "";
    // A connection of its own: some answers end it.
    auto answer = HttpPeer(server_.port()).call(row.method, path, headers, body);
    if (row.method == "DELETE") let_collectors_work(path, answer);
    const bool defines = row.method != "GET" && row.method != "DELETE" &&
                         path.starts_with(kDefinitions) && answer.code / 100 == 2;
    if (defines) let_names_be_judged(std::string(string_at(answer.json(), {"metadata", "name"})));
    return answer;
  }

  // What comes next was asked when the kind was served, or was known not to be, under these names.
  void let_names_be_judged(const std::string& name) {
    const auto path = fmt::format("{}/{}", kDefinitions, name);
    REQUIRE(eventually([&] {
      const auto definition = peer_.call("GET", path).json();
      const auto conditions = list_at(definition, {"status", "conditions"});
      const auto* wanted = find_path(definition, {"spec", "names"});
      const auto* accepted = find_path(definition, {"status", "acceptedNames"});
      const bool is_refused = std::ranges::any_of(conditions, [](const Value& condition) {
        return string_at(condition, {"type"}) == "NamesAccepted" &&
               string_at(condition, {"status"}) == "False";
      });
      const bool is_accepted = wanted != nullptr && accepted != nullptr && *wanted == *accepted;
      return conditions.size() >= 2 && (is_refused || is_accepted);
    }));
  }

  // A definition that was read between two rows and is written back.
  void bind_version_read_between(const ObservedRow& row) {
    if (row.method != "PUT" || !row.path.starts_with(kDefinitions) || !row.body) return;
    const auto sent = parse_json(*row.body);
    const auto version = parse_revision(string_at(sent->value, {"metadata", "resourceVersion"}));
    if (!version) return;
    const auto now = peer_.call("GET", row.path).json();
    likeness_.bind_revision(*version,
                            *parse_revision(string_at(now, {"metadata", "resourceVersion"})));
  }

  // The observed server had no garbage collector. Here there is one, so wait until it is done.
  void let_collectors_work(std::string_view path, const HttpAnswer& answer) {
    const bool is_theirs =
        answer.body.contains(R"("foregroundDeletion")") || answer.body.contains(R"("orphan")");
    if (!is_theirs) return;
    const auto object = path.substr(0, path.find('?'));
    REQUIRE(eventually([&] { return peer_.call("GET", object).code == 404; }));
  }

  HttpAnswer post(std::string_view path, std::string_view body) {
    auto answer = peer_.call("POST", path,
                             {{"Content-Type", "application/json"}, {"User-Agent", "probe"}}, body);
    INFO(answer.body);
    REQUIRE(answer.code == 201);
    return answer;
  }

  // Makes the world as it was for `row`: objects that no row makes are there, and those that no
  // answer shows any more are gone when the whole collection is asked for.
  void arrange(const ObservedRow& row) {
    for (const auto& unshown : kUnshown) {
      if (unshown.row == row.number) post(unshown.path, unshown.body);
    }
    bind_version_read_between(row);
    const auto needed = unseen_.before(row);
    const auto page = whole_collection(row);
    const bool ends_with_new =
        page && !needed.empty() && needed.back().first_seen == page->revision;
    if (ends_with_new) tidy(row);
    if (page) fill_up(page->total, needed.size());
    for (const auto& object : needed) set_up(object);
    if (page && !ends_with_new) tidy(row);
  }

  JsonArray gateways() { return find(peer_.call("GET", kGateways).json(), "items")->as_array(); }

  void tidy(const ObservedRow& row) {
    std::set<std::string> kept;
    for (const auto& uid : unseen_.shown_from(row)) kept.insert(likeness_.ours(uid));
    for (const auto& object : gateways()) {
      if (kept.contains(std::string(string_at(object, {"metadata", "uid"})))) continue;
      const auto path = fmt::format("{}/{}", kGateways, string_at(object, {"metadata", "name"}));
      REQUIRE(peer_
                  .call("PATCH", path, {{"Content-Type", "application/merge-patch+json"}},
                        R"({"metadata":{"finalizers":null}})")
                  .code == 200);
      peer_.call("DELETE", path);
    }
  }

  // A count may tell of objects that no answer shows.
  void fill_up(std::size_t total, std::size_t needed) {
    for (auto there = gateways().size() + needed; there < total; ++there) {
      set_up({.name = fmt::format("unseen-{}", there)});
    }
  }

  void set_up(const UnseenObject& object) {
    auto content = object.content;
    if (content.is_null()) {
      content = parse_json(R"({"apiVersion":"gateway.networking.k8s.io/v1","kind":"Gateway",
        "spec":{"gatewayClassName":"x","listeners":[{"name":"http","port":80,"protocol":"HTTP"}]}})")
                    ->value;
      content.as_object()["metadata"] = {{"name", object.name}};
    }
    const auto made = post(collection_of(content), to_json(content)).json();
    if (object.uid.empty()) return;
    likeness_.bind_uid(object.uid, std::string(string_at(made, {"metadata", "uid"})));
  }

  TestWorld world_;
  ServedEngine server_;
  HttpPeer peer_;
  UnseenObjects unseen_;
  Likeness likeness_;
};

}  // namespace

TEST_CASE("a real server's answers") {
  const auto file = source_directory() / "../shared/spec/observed/probes.jsonl";
  if (!std::filesystem::exists(file)) {
    std::puts("SKIP: the observed answers of a real server are absent");
    return;
  }
  const auto deviations =
      read_deviations(source_directory() / "tests" / "golden" / "probes.deviations");
  auto rows = read_observed(file);
  REQUIRE(rows.size() == 245);
  std::erase_if(rows, [&](const ObservedRow& row) {
    const auto* deviation = deviation_of(deviations, row.number);
    return deviation != nullptr && !deviation->is_sent;
  });
  CHECK(rows.size() > 170);

  Replay replay(rows);
  for (const auto& row : rows) {
    const auto* deviation = deviation_of(deviations, row.number);
    const auto found = replay.differences(row, deviation != nullptr && deviation->as_merge_patch);
    INFO(fmt::format("{} {}: {} {}", row.number, row.title, row.method, row.path));
    std::string shown;
    std::vector<std::string> places;
    std::string texts;
    for (const auto& [place, sides] : found) {
      places.push_back(place);
      shown += fmt::format("{}: {} is here {}\n", place, sides.observed, sides.ours);
      if (has_text(place, sides)) texts += fmt::format("  {}: {}\n", place, sides.ours);
    }
    INFO(shown);
    CHECK(places == (deviation == nullptr ? std::vector<std::string>() : deviation->differences));
    if (deviation != nullptr) CHECK(texts == deviation->texts);
  }
}

}  // namespace gatefold::test
