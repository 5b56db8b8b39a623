#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "tests/contract/objects.h"

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

TEST_CASE("lists are in the order of keys") {
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

TEST_CASE("selectors pick what they say") {
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

TEST_CASE("pages are one list, whatever happens between them") {
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

TEST_CASE("a limit counts what is selected") {
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

TEST_CASE("the past can be listed") {
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

TEST_CASE("what a list can't do is refused") {
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

TEST_CASE("a token of another directory is expired") {
  const auto door = GATEFOLD_EVERY_DOOR();
  make(*door, {"a", "b"});
  const auto other = open_door(DoorKind::kReopened);
  make(*other, {"a", "b"});
  const auto page = other->list({.resource = kConfigMaps, .limit = 1});
  CHECK(door->list({.resource = kConfigMaps, .continue_token = page.continue_token}).reason ==
        "Expired");
}

}  // namespace gatefold::test
