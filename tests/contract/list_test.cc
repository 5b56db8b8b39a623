#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "tests/contract/objects.h"
#include "tests/support/http_peer.h"
#include "tests/support/served_engine.h"

namespace gatefold::test {
namespace {

std::string names(const Page& page) {
  INFO(page.reason << ": " << page.message);
  REQUIRE(page.reason.empty());
  std::vector<std::string> names;
  for (const auto& item : page.items) {
    const auto within = string_at(item, {"metadata", "namespace"});
    names.push_back(within == "default" || within.empty()
                        ? name_in(item)
                        : fmt::format("{}/{}", within, name_in(item)));
  }
  return fmt::format("{}", fmt::join(names, " "));
}

void make(Door& door, std::initializer_list<std::string_view> names) {
  for (const auto name : names) done(door.write(create(kConfigMaps, config_map(name))));
}

}  // namespace

TEST_CASE("lists are in the order of keys (R14.2, R14.3)") {
  const auto door = GATEFOLD_EVERY_DOOR();
  for (const auto* space : {"a", "a-b", "ab"}) {
    done(door->write(create(kNamespaces, name_space(space))));
    auto made = create(kConfigMaps, config_map("x"));
    made.name_space = space;
    done(door->write(made));
  }
  make(*door, {"b", "a.b", "a-b", "a"});

  const auto all = door->list({.resource = kConfigMaps});
  CHECK(names(all) == "a-b/x a/x ab/x a a-b a.b b");
  CHECK(all.resource_version == std::to_string(door->revision()));
  CHECK(all.continue_token.empty());
  CHECK(names(door->list({.resource = kConfigMaps, .name_space = "a"})) == "a/x");
  CHECK(names(door->list({.resource = kConfigMaps, .name_space = "nowhere"})).empty());
  CHECK(names(door->list({.resource = kNamespaces})) ==
        "a a-b ab default kube-node-lease kube-public kube-system");
  CHECK(all.items[6] == done(door->get(kConfigMaps, "default", "b")));
}

TEST_CASE("selectors pick what they say (R15.1, R15.3, R15.5)") {
  const auto door = GATEFOLD_EVERY_DOOR();
  done(door->write(create(kConfigMaps, labelled(config_map("a"), "n", "1"))));
  done(door->write(
      create(kConfigMaps, labelled(labelled(config_map("b"), "n", "2"), "env", "prod"))));
  done(door->write(create(kConfigMaps, labelled(config_map("c"), "env", ""))));
  make(*door, {"d"});

  const auto by_labels = [&](std::string labels) {
    return names(door->list(
        {.resource = kConfigMaps, .name_space = "default", .labels = std::move(labels)}));
  };
  CHECK(by_labels("n") == "a b");
  CHECK(by_labels("!n") == "c d");
  CHECK(by_labels("n=1") == "a");
  CHECK(by_labels("n==1") == "a");
  CHECK(by_labels("n!=1") == "b c d");
  CHECK(by_labels("n in (1,2), env") == "b");
  CHECK(by_labels("n notin (1)") == "b c d");
  CHECK(by_labels("n>1") == "b");
  CHECK(by_labels("n<2") == "a");
  CHECK(by_labels("env=") == "c");
  CHECK(by_labels("env=prod,n=2") == "b");

  const auto by_fields = [&](std::string fields) {
    return names(door->list({.resource = kConfigMaps, .fields = std::move(fields)}));
  };
  CHECK(by_fields("metadata.name=b") == "b");
  CHECK(by_fields("metadata.name!=b") == "a c d");
  CHECK(by_fields("metadata.namespace=default,metadata.name=a") == "a");
  CHECK(by_fields("metadata.namespace=other").empty());
  CHECK(names(door->list({.resource = kNamespaces, .fields = "status.phase=Terminating"})).empty());

  for (const auto* wrong : {"n in 1", "=x", "n,", "n>a", "-bad"}) {
    INFO(wrong);
    CHECK(door->list({.resource = kConfigMaps, .labels = wrong}).reason == "BadRequest");
  }
  for (const auto* wrong : {"metadata.name in (a)", "spec.nope=1"}) {
    INFO(wrong);
    CHECK(door->list({.resource = kConfigMaps, .fields = wrong}).reason == "BadRequest");
  }
}

TEST_CASE("pages are one list, whatever happens between them (R14.4, R27.1, R27.3)") {
  const auto door = GATEFOLD_EVERY_DOOR();
  make(*door, {"b", "d", "f", "h", "j"});
  const auto first = door->list({.resource = kConfigMaps, .limit = 2});
  CHECK(names(first) == "b d");
  CHECK(first.remaining == 3);
  REQUIRE_FALSE(first.continue_token.empty());

  make(*door, {"a", "e", "z"});
  CHECK(door->write(remove(kConfigMaps, "f")).ok());
  done(door->write(update(kConfigMaps, labelled(config_map("h"), "late", "yes"))));

  const auto second =
      door->list({.resource = kConfigMaps, .limit = 2, .continue_token = first.continue_token});
  CHECK(names(second) == "f h");
  CHECK(second.remaining.has_value());  // an estimate
  CHECK(second.resource_version == first.resource_version);
  CHECK(find_path(second.items[1], {"metadata", "labels"}) == nullptr);
  const auto third = door->list({.resource = kConfigMaps, .continue_token = second.continue_token});
  CHECK(names(third) == "j");
  CHECK(third.continue_token.empty());
  CHECK(third.resource_version == first.resource_version);
  CHECK(names(door->list({.resource = kConfigMaps, .continue_token = first.continue_token})) ==
        "f h j");
  CHECK(names(door->list({.resource = kConfigMaps})) == "a b d e h j z");
}

TEST_CASE("a limit counts what is selected (R14.4)") {
  const auto door = GATEFOLD_EVERY_DOOR();
  for (int i = 0; i < 12; ++i) {
    done(door->write(create(kConfigMaps, labelled(config_map(fmt::format("c{:02}", i)), "even",
                                                  i % 2 == 0 ? "yes" : "no"))));
  }
  auto page = door->list({.resource = kConfigMaps, .labels = "even=yes", .limit = 4});
  CHECK(names(page) == "c00 c02 c04 c06");
  CHECK_FALSE(page.remaining.has_value());
  page = door->list({.resource = kConfigMaps,
                     .labels = "even=yes",
                     .limit = 4,
                     .continue_token = page.continue_token});
  CHECK(names(page) == "c08 c10");
  CHECK(page.continue_token.empty());
  page = door->list({.resource = kConfigMaps, .labels = "even=yes", .limit = 6});
  CHECK(page.continue_token.empty());
}

TEST_CASE("the past can be listed (R14.6, R27.1)") {
  const auto door = GATEFOLD_EVERY_DOOR();
  make(*door, {"a"});
  const auto one = std::to_string(door->revision());
  make(*door, {"b"});
  done(door->write(update(kConfigMaps, labelled(config_map("a"), "new", "yes"))));
  const auto three = std::to_string(door->revision());
  CHECK(door->write(remove(kConfigMaps, "a")).ok());

  const auto exact = door->list(
      {.resource = kConfigMaps, .resource_version = one, .match = engine::VersionMatch::kExact});
  CHECK(names(exact) == "a");
  CHECK(exact.resource_version == one);
  CHECK(version_of(exact.items[0]) == one);
  const auto selected = door->list({.resource = kConfigMaps,
                                    .labels = "new",
                                    .resource_version = three,
                                    .match = engine::VersionMatch::kExact});
  CHECK(names(selected) == "a");
  // With a limit, a version alone means exactly that one.
  const auto paged = door->list({.resource = kConfigMaps, .limit = 1, .resource_version = three});
  CHECK(names(paged) == "a");
  CHECK(names(door->list({.resource = kConfigMaps, .continue_token = paged.continue_token})) ==
        "b");

  CHECK(names(door->list({.resource = kConfigMaps, .resource_version = one})) == "b");
  CHECK(names(door->list({.resource = kConfigMaps, .resource_version = "0"})) == "b");
  CHECK(names(door->list({.resource = kConfigMaps,
                          .resource_version = one,
                          .match = engine::VersionMatch::kNotOlderThan})) == "b");
}

TEST_CASE("what a list can't do is refused (R14.5, R14.8, R14.10)") {
  const auto door = GATEFOLD_EVERY_DOOR();
  make(*door, {"a", "b"});
  const auto page = door->list({.resource = kConfigMaps, .limit = 1});
  CHECK(door->list({.resource = kConfigMaps, .continue_token = "xyz"}).reason == "BadRequest");
  CHECK(door->list({.resource = kConfigMaps,
                    .continue_token = page.continue_token,
                    .resource_version = "1"})
            .reason == "BadRequest");
  CHECK(door->list({.resource = kConfigMaps, .resource_version = "abc"}).reason == "BadRequest");
  CHECK(door->list({.resource = kConfigMaps, .match = engine::VersionMatch::kExact}).reason ==
        "Invalid");
  CHECK(door->list({.resource = kConfigMaps,
                    .resource_version = "0",
                    .match = engine::VersionMatch::kExact})
            .reason == "Invalid");
  const auto future = door->list({.resource = kConfigMaps, .resource_version = "999999"});
  CHECK(future.reason == "Timeout");
  REQUIRE(future.causes.size() == 1);
  CHECK(future.causes[0].reason == "ResourceVersionTooLarge");
}

TEST_CASE("a list is of the version that is asked for (R14.6, R14.7)") {
  const auto door = open_door(GENERATE(DoorKind::kEmbedded, DoorKind::kHttp));
  make(*door, {"a"});
  const auto then = std::to_string(door->revision());
  make(*door, {"b", "c"});
  const auto now = std::to_string(door->revision());
  const auto token = door->list({.resource = kConfigMaps, .limit = 1}).continue_token;

  using enum engine::VersionMatch;
  const std::string invalid = "ListOptions.meta.k8s.io \"\" is invalid: resourceVersionMatch: ";
  const auto no_version =
      invalid + "Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided";
  const auto no_zero =
      invalid + R"(Forbidden: resourceVersionMatch "exact" is forbidden for resourceVersion "0")";
  const auto with_token =
      invalid + "Forbidden: resourceVersionMatch is forbidden when continue is provided";
  const std::string both =
      "ListOptions.meta.k8s.io \"\" is invalid: [resourceVersionMatch: Forbidden: "
      "resourceVersionMatch is forbidden unless resourceVersion is provided, "
      "resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden when continue is "
      "provided]";
  const std::string no_continue = "specifying resource version is not allowed when using continue";
  struct Row {
    bool continues;
    std::string version;
    engine::VersionMatch match;
    std::string without_limit;  // the version of the answer, or what is wrong
    std::string with_limit;
  };
  const Row rows[] = {
      {false, "", kUnset, now, now},
      {false, "0", kUnset, now, now},
      {false, "0", kNotOlderThan, now, now},
      {false, then, kUnset, now, then},  // a limit alone makes it exact
      {false, then, kNotOlderThan, now, now},
      {false, then, kExact, then, then},
      {false, now, kUnset, now, now},
      {false, now, kExact, now, now},
      {true, "", kUnset, now, now},
      {true, "0", kUnset, now, now},
      {true, then, kUnset, no_continue, no_continue},
      {false, "", kExact, no_version, no_version},
      {false, "", kNotOlderThan, no_version, no_version},
      {false, "0", kExact, no_zero, no_zero},
      {true, "", kExact, both, both},
      {true, "", kNotOlderThan, both, both},
      {true, "0", kNotOlderThan, with_token, with_token},
  };
  for (const auto& row : rows) {
    for (const std::int64_t limit : {0, 1}) {
      INFO(row.continues << ' ' << row.version << ' ' << static_cast<int>(row.match) << ' '
                         << limit);
      const auto page = door->list({.resource = kConfigMaps,
                                    .limit = limit,
                                    .continue_token = row.continues ? token : "",
                                    .resource_version = row.version,
                                    .match = row.match});
      CHECK((page.reason.empty() ? page.resource_version : page.message) ==
            (limit == 0 ? row.without_limit : row.with_limit));
      if (!page.reason.empty()) continue;
      const std::string first = row.continues ? "b" : "a";
      const auto rest = page.resource_version == then ? "" : row.continues ? " c" : " b c";
      CHECK(names(page) == (limit == 1 ? first : first + rest));
    }
  }
}

TEST_CASE("an expired token comes with one that goes on with what there is now (R14.9)") {
  const auto door = GATEFOLD_EVERY_DOOR();
  make(*door, {"a", "b", "c"});
  const auto other = open_door(DoorKind::kReopened);
  make(*other, {"a", "b", "c"});
  const auto page = other->list({.resource = kConfigMaps, .limit = 1});
  const auto expired = door->list({.resource = kConfigMaps, .continue_token = page.continue_token});
  CHECK(expired.reason == "Expired");
  CHECK(expired.message.starts_with(
      "The provided continue parameter is too old to display a consistent list result."));
  REQUIRE_FALSE(expired.continue_token.empty());
  make(*door, {"d"});
  const auto rest = door->list({.resource = kConfigMaps, .continue_token = expired.continue_token});
  CHECK(names(rest) == "b c d");
}

TEST_CASE("what a list is made of (R14.1, R14.12)") {
  TestWorld world;
  ServedEngine server(world.world());
  HttpPeer peer(server.port());
  const auto head = std::to_string(server.engine().view()->revision().number);
  const auto none = peer.call("GET", "/api/v1/namespaces/default/configmaps").json();
  CHECK(none == json(fmt::format(R"({{"kind":"ConfigMapList","apiVersion":"v1",
                                      "metadata":{{"resourceVersion":"{}"}},"items":[]}})",
                                 head)));
  const auto custom =
      peer.call("GET", "/apis/gateway.networking.k8s.io/v1/namespaces/default/gateways").json();
  CHECK(string_at(custom, {"kind"}) == "GatewayList");
  REQUIRE(find_path(custom, {"metadata", "continue"}) != nullptr);
  CHECK(string_at(custom, {"metadata", "continue"}).empty());
  CHECK(custom.at("items").as_array().empty());
}

TEST_CASE("a get of a version waits for it, and not for ever (R11.4, R14.8, R14.11)") {
  TestWorld world;
  ServedEngine server(world.world());
  HttpPeer peer(server.port());
  const std::string maps = "/api/v1/namespaces/default/configmaps";
  const auto made = peer.call("POST", maps, {}, to_json(config_map("a"))).json();
  for (const auto* version : {"", "0", "1"}) {
    CHECK(peer.call("GET", fmt::format("{}/a?resourceVersion={}", maps, version)).json() == made);
  }
  CHECK(peer.call("GET", maps + "/a?resourceVersion=abc").code == 400);

  HttpPeer never(server.port());
  never.send("GET " + maps + "/a?resourceVersion=999999 HTTP/1.1\r\nHost: x\r\n\r\n");
  HttpPeer soon(server.port());
  const auto next = server.engine().view()->revision().next();
  soon.send(
      fmt::format("GET {}?resourceVersion={} HTTP/1.1\r\nHost: x\r\n\r\n", maps, next.number));
  REQUIRE(peer.call("POST", maps, {}, to_json(config_map("b"))).code == 201);
  CHECK(soon.read_answer().json().at("items").as_array().size() == 2);
  const auto late = never.read_answer();
  CHECK(late.code == 504);
  CHECK(late.header("retry-after") == "1");
  const auto body = late.json();
  CHECK(string_at(body, {"message"}).starts_with("Timeout: Too large resource version: 999999, "));
  CHECK(find_path(body, {"details", "causes"})->as_array().at(0) ==
        json(R"({"reason":"ResourceVersionTooLarge","message":"Too large resource version"})"));
}

TEST_CASE("lists are not streamed (R14.7)") {
  TestWorld world;
  ServedEngine server(world.world());
  HttpPeer peer(server.port());
  const auto message = [&](std::string_view query) {
    const auto answer = peer.call("GET", fmt::format("/api/v1/configmaps?{}", query));
    CHECK(answer.code == 422);
    return std::string(string_at(answer.json(), {"message"}));
  };
  const std::string invalid = "ListOptions.meta.k8s.io \"\" is invalid: ";
  CHECK(message("sendInitialEvents=true") ==
        invalid + "sendInitialEvents: Forbidden: sendInitialEvents is forbidden for list");
  CHECK(message("resourceVersion=1&resourceVersionMatch=Foo") ==
        invalid +
            "resourceVersionMatch: Unsupported value: \"Foo\": supported values: "
            "\"Exact\", \"NotOlderThan\", \"\"");
  CHECK(message("resourceVersionMatch=Foo&sendInitialEvents=false") ==
        invalid +
            "[resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden unless "
            "resourceVersion is provided, resourceVersionMatch: Unsupported value: \"Foo\": "
            "supported values: \"Exact\", \"NotOlderThan\", \"\", sendInitialEvents: "
            "Forbidden: sendInitialEvents is forbidden for list]");
}

}  // namespace gatefold::test
