#include "engine/page.h"

#include <algorithm>
#include <random>
#include <set>
#include <vector>

#include <fmt/format.h>

#include "engine/continue_token.h"
#include "tests/engine/lamps.h"

namespace gatefold::engine {
namespace {

using namespace engine::test;

ListQuery lamp_query() {
  ListQuery query;
  query.group = lamp_kind().group;
  query.version = "v1";
  query.plural = lamp_kind().plural;
  return query;
}

Lister started(const ListQuery& query, const View& view) {
  auto lister = Lister::start(query, view);
  if (!lister) FAIL(lister.error().message);
  return std::move(*lister);
}

// The next piece; false: it was the last.
bool read_piece(Lister& lister, const View& view, std::size_t bytes_max, std::vector<Lamp>& out) {
  auto more = lister.next(view, bytes_max, [&](auto json) { out.push_back(parse_lamp(json)); });
  if (!more) FAIL(more.error().message);
  return *more;
}

struct WholePage {
  std::vector<Lamp> lamps;
  Lister lister;
};

WholePage page(const ListQuery& query, const View& view) {
  WholePage whole{{}, started(query, view)};
  while (read_piece(whole.lister, view, 1 << 20, whole.lamps)) {
  }
  return whole;
}

Status refusal(const ListQuery& query, const View& view) {
  const auto lister = Lister::start(query, view);
  REQUIRE_FALSE(lister.has_value());
  return lister.error();
}

void check_forbidden(const Status& status, std::string_view why) {
  CHECK(status.reason == Reason::kInvalid);
  CHECK(status.message ==
        fmt::format("ListOptions.meta.k8s.io \"\" is invalid: resourceVersionMatch: Forbidden: {}",
                    why));
}

TEST_CASE("revisions in queries are decimal numbers (R14.10)") {
  CHECK(*parse_revision_parameter("") == Revision{});
  CHECK(*parse_revision_parameter("0") == Revision{});
  CHECK(*parse_revision_parameter("18446744073709551615") == Revision{UINT64_MAX});
  for (const auto* wrong : {"abc", "-1", "+1", " 1", "1x", "1.0", "18446744073709551616"}) {
    INFO(wrong);
    const auto parsed = parse_revision_parameter(wrong);
    REQUIRE_FALSE(parsed.has_value());
    CHECK(parsed.error().reason == Reason::kBadRequest);
    CHECK(parsed.error().message.starts_with("resourceVersion: Invalid value: \""));
  }
}

TEST_CASE("lists are in the order of the bytes of namespace/name (R14.2)") {
  LampWorld world;
  for (const auto* space : {"a", "a-b", "ab"}) {
    for (const auto* name : {"x", "x-y", "x.y"}) world.put(lamp_key(name, space), "5");
  }
  std::string order;
  for (const auto& lamp : page(lamp_query(), world.view()).lamps) {
    order += fmt::format("{}/{} ", lamp.key.name_space, lamp.key.name);
  }
  CHECK(order == "a-b/x a-b/x-y a-b/x.y a/x a/x-y a/x.y ab/x ab/x-y ab/x.y ");
  auto query = lamp_query();
  query.name_space = "a";
  CHECK(page(query, world.view()).lamps.size() == 3);
}

TEST_CASE("a page says what is left, unless it selects (R14.4)") {
  LampWorld world;
  for (int i = 0; i < 7; ++i) world.put(lamp_key(fmt::format("l{}", i)), "5", {{"on", "yes"}});
  auto query = lamp_query();
  query.limit = 3;
  const auto first = page(query, world.view());
  CHECK(first.lamps.size() == 3);
  CHECK(first.lister.remaining() == 4);
  query.continue_token = first.lister.continue_token();
  query.limit = 4;
  const auto last = page(query, world.view());
  CHECK(last.lamps.size() == 4);
  CHECK_FALSE(last.lister.remaining().has_value());
  CHECK(last.lister.continue_token().empty());

  auto selecting = lamp_query();
  selecting.limit = 3;
  selecting.labels = *parse_label_selector("on=yes");
  const auto selected = page(selecting, world.view());
  CHECK_FALSE(selected.lister.continue_token().empty());
  CHECK_FALSE(selected.lister.remaining().has_value());
}

TEST_CASE("nothing is said of what is left where it was deleted since") {
  LampWorld world;
  for (const auto* name : {"a", "b"}) world.put(lamp_key(name), "5");
  auto query = lamp_query();
  query.limit = 1;
  auto lister = started(query, world.view());
  world.remove(lamp_key("b"));
  std::vector<Lamp> lamps;
  while (read_piece(lister, world.view(), 1, lamps)) {
  }
  CHECK(lamps.size() == 1);
  CHECK_FALSE(lister.continue_token().empty());
  CHECK_FALSE(lister.remaining().has_value());
}

TEST_CASE("a list with a limit and a revision is of that revision (R14.6)") {
  LampWorld world;
  const auto past = world.put(lamp_key("a"), "1");
  const auto now = world.put(lamp_key("a"), "2");
  struct Case {
    std::int64_t limit;
    VersionMatch match;
    Revision shown;
  };
  const Case cases[] = {
      {0, VersionMatch::kUnset, now},        {0, VersionMatch::kExact, past},
      {0, VersionMatch::kNotOlderThan, now}, {5, VersionMatch::kUnset, past},
      {5, VersionMatch::kExact, past},       {5, VersionMatch::kNotOlderThan, now}};
  for (const auto& [limit, match, shown] : cases) {
    CAPTURE(limit, static_cast<int>(match));
    auto query = lamp_query();
    query.limit = limit;
    query.match = match;
    query.resource_version = to_string(past);
    const auto whole = page(query, world.view());
    CHECK(whole.lister.revision() == shown);
    REQUIRE(whole.lamps.size() == 1);
    CHECK(whole.lamps[0].revision == shown);
  }
}

TEST_CASE("combinations that make no sense are refused (R14.7)") {
  LampWorld world;
  world.put(lamp_key("a"), "1");
  auto query = lamp_query();
  query.match = VersionMatch::kExact;
  check_forbidden(refusal(query, world.view()),
                  "resourceVersionMatch is forbidden unless resourceVersion is provided");
  query.resource_version = "0";
  check_forbidden(refusal(query, world.view()),
                  "resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\"");
  query.continue_token = "x";
  query.match = VersionMatch::kNotOlderThan;
  check_forbidden(refusal(query, world.view()),
                  "resourceVersionMatch is forbidden when continue is provided");
  query.match = VersionMatch::kUnset;
  query.resource_version = "1";
  const auto both = refusal(query, world.view());
  CHECK(both.reason == Reason::kBadRequest);
  CHECK(both.message == "specifying resource version is not allowed when using continue");
}

TEST_CASE("a revision that is not there yet is no list (R14.8)") {
  LampWorld world;
  const auto now = world.put(lamp_key("a"), "1");
  auto query = lamp_query();
  query.resource_version = to_string(now.next());
  const auto status = refusal(query, world.view());
  CHECK(status.reason == Reason::kTimeout);
  CHECK(status.message == fmt::format("Timeout: Too large resource version: {}, current: {}",
                                      now.number + 1, now.number));
  REQUIRE(status.details.causes.size() == 1);
  CHECK(status.details.causes[0].reason == "ResourceVersionTooLarge");
  CHECK(status.details.retry_after_seconds == 1);
}

TEST_CASE("what is no token is refused (R14.5)") {
  LampWorld world;
  for (const auto* wrong : {"xyz", "e30", "%%", "bnVsbA", "W10",
                            // {"in":"","rv":"x","ns":"","name":"a"} and without a name
                            "eyJpbiI6IiIsInJ2IjoieCIsIm5zIjoiIiwibmFtZSI6ImEifQ",
                            "eyJpbiI6IiIsInJ2IjoiMSIsIm5zIjoiIn0"}) {
    INFO(wrong);
    auto query = lamp_query();
    query.continue_token = wrong;
    const auto status = refusal(query, world.view());
    CHECK(status.reason == Reason::kBadRequest);
    CHECK(status.message.starts_with("invalid continue token: continue key is not valid: "));
  }
}

TEST_CASE("tokens come back as they went") {
  const ContinueToken token{"0123456789abcdef", {7}, "a", "b/c \"\\"};
  const auto decoded = decode_token(encode_token(token));
  REQUIRE(decoded.has_value());
  CHECK(decoded->incarnation == token.incarnation);
  CHECK(decoded->revision == token.revision);
  CHECK(decoded->name_space == token.name_space);
  CHECK(decoded->name == token.name);
}

TEST_CASE("an expired token comes with one that goes on with what there is (R14.9)") {
  LampWorld world;
  for (const auto* name : {"a", "b", "c"}) world.put(lamp_key(name), "1");
  const ContinueToken of_others{"another", {1}, "hall", "a"};
  const ContinueToken of_the_future{world.view().incarnation, {1000}, "hall", "a"};
  for (const auto& token : {of_others, of_the_future}) {
    auto query = lamp_query();
    query.continue_token = encode_token(token);
    const auto status = refusal(query, world.view());
    CHECK(status.reason == Reason::kExpired);
    CHECK(status.message.starts_with("The provided continue parameter is too old"));
    query.continue_token = status.continue_token;
    const auto rest = page(query, world.view());
    REQUIRE(rest.lamps.size() == 2);
    CHECK(rest.lamps[0].key == lamp_key("b"));
    CHECK(rest.lister.revision() == world.revision());
  }
}

class Chance {
 public:
  explicit Chance(std::uint64_t seed) : generator_(seed) {}
  std::size_t below(std::size_t bound) { return generator_() % bound; }

 private:
  std::mt19937_64 generator_;
};

void write_something(LampWorld& world, Chance& chance) {
  const auto key = lamp_key(fmt::format("l{}", chance.below(12)), chance.below(2) ? "hall" : "a-b");
  const auto present = world.lamps_at(world.revision());
  const bool is_there = std::ranges::find(present, key, &Lamp::key) != present.end();
  if (is_there && chance.below(3) == 0) {
    world.remove(key);
  } else {
    world.put(key, std::to_string(chance.below(3)), {{"on", chance.below(2) ? "yes" : "no"}});
  }
}

bool is_selected(const ListQuery& query, const Lamp& lamp) {
  return (query.name_space.empty() || lamp.key.name_space == query.name_space) &&
         query.labels.matches(lamp.labels) &&
         query.fields.matches(lamp.key.name_space, lamp.key.name, {{"spec.watts", lamp.watts}});
}

TEST_CASE("all pages of a list are of one revision, whatever is written meanwhile (R14.4)") {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    INFO("seed " << seed);
    Chance chance(seed);
    LampWorld world;
    for (int i = 0; i < 30; ++i) write_something(world, chance);
    auto query = lamp_query();
    query.limit = static_cast<std::int64_t>(chance.below(6));
    if (chance.below(3) == 0) query.name_space = "hall";
    if (chance.below(3) == 0) query.labels = *parse_label_selector("on=yes");
    if (chance.below(3) == 0) query.fields = *parse_field_selector("spec.watts!=1");
    const auto start = world.revision();

    std::vector<Lamp> seen;
    do {
      auto lister = started(query, world.view());
      CHECK(lister.revision() == start);
      const auto before = seen.size();
      while (read_piece(lister, world.view(), chance.below(2) ? 1 : 500, seen)) {
        for (auto writes = chance.below(4); writes > 0; --writes) write_something(world, chance);
      }
      if (query.limit > 0) CHECK(seen.size() - before <= static_cast<std::size_t>(query.limit));
      query.continue_token = lister.continue_token();
      write_something(world, chance);
    } while (!query.continue_token.empty());

    auto expected = world.lamps_at(start);
    std::erase_if(expected, [&](const Lamp& lamp) { return !is_selected(query, lamp); });
    CHECK(seen == expected);
  }
}

TEST_CASE("a list goes on when more has changed than it can put back") {
  LampWorld world;
  for (int i = 0; i < 9; ++i) world.put(lamp_key(fmt::format("l{}", i)), "1", {{"on", "yes"}});
  const auto start = world.revision();
  const auto expected = world.lamps_at(start);
  auto query = lamp_query();
  query.labels = *parse_label_selector("on");
  auto lister = started(query, world.view());
  std::vector<Lamp> seen;
  REQUIRE(read_piece(lister, world.view(), 1, seen));
  std::vector<ObjectKey> many;
  for (int i = 0; i < 5000; ++i) many.push_back(lamp_key(fmt::format("l{}-{}", i % 9, i)));
  world.put_many(many, "2");
  world.remove(lamp_key("l5"));
  world.put(lamp_key("l7"), "3");
  while (read_piece(lister, world.view(), 1, seen)) world.put(lamp_key("l8"), "4");
  CHECK(seen == expected);
  CHECK(lister.revision() == start);
}

TEST_CASE("every kept revision of a long history can be listed (R14.6)") {
  LampWorld world;
  std::mt19937 random(5);
  std::set<ObjectKey> there;
  // More changes than are put back, with lives that end and begin again.
  for (int i = 0; i < 5000; ++i) {
    const auto key = lamp_key(fmt::format("l{}", random() % 9));
    if (there.contains(key) && random() % 3 == 0) {
      world.remove(key);
      there.erase(key);
    } else {
      there.insert(key);
      world.put(key, std::to_string(i), {{"on", i % 2 == 0 ? "yes" : "no"}});
    }
  }
  for (std::uint64_t revision = 1; revision <= world.revision().number; revision += 83) {
    INFO("revision " << revision);
    auto query = lamp_query();
    query.resource_version = std::to_string(revision);
    query.match = VersionMatch::kExact;
    const auto expected = world.lamps_at({revision});
    REQUIRE(page(query, world.view()).lamps == expected);
    query.labels = *parse_label_selector("on=yes");
    auto selected = expected;
    std::erase_if(selected, [](const Lamp& lamp) { return lamp.labels.at("on") != "yes"; });
    REQUIRE(page(query, world.view()).lamps == selected);
  }
}

TEST_CASE("a selector that matches little takes the kind in pieces") {
  LampWorld world;
  std::vector<ObjectKey> keys;
  for (int i = 0; i < 5000; ++i) keys.push_back(lamp_key(fmt::format("l{:04}", i)));
  world.put_many(keys, "5");
  world.put(lamp_key("a"), "5", {{"on", "yes"}});
  world.put(lamp_key("z"), "5", {{"on", "yes"}});
  auto query = lamp_query();
  query.labels = *parse_label_selector("on=yes");
  query.limit = 1;
  auto lister = started(query, world.view());
  std::vector<Lamp> lamps;
  CHECK(read_piece(lister, world.view(), 1 << 20, lamps));
  CHECK_FALSE(read_piece(lister, world.view(), 1 << 20, lamps));
  REQUIRE(lamps.size() == 1);
  CHECK(lamps[0].key.name == "a");

  query.continue_token = lister.continue_token();
  lister = started(query, world.view());
  // Behind all that was passed over: the rest fits into one piece.
  CHECK_FALSE(read_piece(lister, world.view(), 1 << 20, lamps));
  REQUIRE(lamps.size() == 2);
  CHECK(lamps[1].key.name == "z");
  CHECK(lister.continue_token().empty());
}

TEST_CASE("a list of no room at all still ends") {
  LampWorld world;
  for (const auto* name : {"a", "b"}) world.put(lamp_key(name), "1");
  auto lister = started(lamp_query(), world.view());
  std::vector<Lamp> seen;
  CHECK(read_piece(lister, world.view(), 0, seen));
  CHECK_FALSE(read_piece(lister, world.view(), 0, seen));
  CHECK(seen.size() == 2);
}

}  // namespace
}  // namespace gatefold::engine
