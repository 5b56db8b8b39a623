#include "engine/tell/attribution.h"

#include "tests/schema/parsed.h"

namespace gatefold::engine {
namespace {

using namespace gatefold::test;

// Versions as JSON, from the one that is compared to the other; "": not there, "-": not known.
// `change path@revision`, and behind it when it was touched since and where a gap may hide it.
Texts told(const std::vector<std::string>& versions, bool leads_back = false) {
  const auto body_of = [](const std::string& version) {
    return version.empty() ? Value() : json(version);
  };
  const auto first = body_of(versions.front());
  const auto last = body_of(versions.back());
  const auto changes = leads_back ? diff(last, first) : diff(first, last);
  Attribution attribution(changes, leads_back);
  for (std::uint64_t i = 0; i < versions.size(); ++i) {
    const VersionMark mark{{i + 1}, {static_cast<std::int64_t>(i)}, {.user = "ann"}};
    if (versions[i] == "-") {
      attribution.fold_gap(mark.revision);
    } else if (i == 0) {
      attribution.begin(mark, body_of(versions[i]));
    } else {
      attribution.fold(mark, body_of(versions[i]));
    }
  }
  Texts texts;
  const auto made = attribution.finish();
  REQUIRE(made.size() == changes.size());
  for (std::size_t i = 0; i < changes.size(); ++i) {
    auto text = std::string(change_word(changes[i].type)) + " " + changes[i].path + "@";
    text += made[i].mark ? to_string(made[i].mark->revision) : "?";
    if (made[i].touched) text += "+" + to_string(made[i].touched->revision);
    if (made[i].gap_from) text += "~" + to_string(*made[i].gap_from);
    texts.push_back(text);
  }
  return texts;
}

}  // namespace

TEST_CASE("what came is of the version that it came with, also if others changed it since") {
  CHECK(told({"", R"({"a":1})", R"({"a":1})", R"({"a":2})"}) == Texts{"added @2+4"});
  CHECK(told({R"({"b":1})", R"({"b":1,"a":{"c":1}})", R"({"b":2,"a":{"c":1}})"}) ==
        Texts{"added a@2", "changed b@3"});
  CHECK(told({R"({"a":1})", R"({"a":2})", R"({"a":3})", R"({"a":3})"}) == Texts{"changed a@3"});
}

TEST_CASE("what went is of the version that took it last") {
  CHECK(told({R"({"a":{"x":1,"y":1}})", R"({"a":{"y":1}})", R"({"a":{"y":2}})"}) ==
        Texts{"removed a.x@2", "changed a.y@3"});
  CHECK(told({R"({"a":1,"b":1})", R"({"b":1})", R"({"a":1,"b":1})", R"({"b":1})", R"({"b":1})"}) ==
        Texts{"removed a@4"});
  CHECK(told({R"({"l":[{"name":"p"},{"name":"q"}]})", R"({"l":[{"name":"q"}]})",
              R"({"l":[{"name":"q"},{"name":"p"}]})", R"({"l":[{"name":"q"}]})"}) ==
        Texts{"removed l[p]@4"});
  CHECK(told({R"({"a":1})", "", R"({"a":1})", ""}) == Texts{"removed @4"});
}

TEST_CASE("items without identity are followed where they move") {
  const auto rule = [](int n) { return R"({"match":[)" + std::to_string(n) + "]}"; };
  const auto rules = [&](const std::vector<int>& numbers) {
    std::string text;
    for (const auto n : numbers) text += (text.empty() ? "" : ",") + rule(n);
    return R"({"rules":[)" + text + "]}";
  };
  // One in front, then the old one is edited, so that both ends show one behind.
  CHECK(told({rules({1}), rules({5, 1}), rules({5, 2})}) ==
        Texts{"added rules[0].match[5]@2", "removed rules[0].match[1]@3", "added rules[1]@3"});
  CHECK(told({rules({1, 2, 3}), rules({9, 1, 2, 3}), rules({9, 1, 3})}) ==
        Texts{"added rules[0].match[9]@2", "removed rules[0].match[1]@?",
              "added rules[1].match[1]@2", "removed rules[1].match[2]@3"});
}

TEST_CASE("a way back names who made what it leads back from") {
  CHECK(told({R"({"a":1,"c":1})", R"({"a":1,"b":1,"c":1})", R"({"b":2})"}, true) ==
        Texts{"added a@3", "removed b@3", "added c@3"});
}

TEST_CASE("a version that is not known may have done it") {
  CHECK(told({R"({"a":1,"b":1,"d":1})", "-", R"({"a":2,"c":1,"d":1})", R"({"a":2,"c":1,"d":2})"}) ==
        Texts{"changed a@3~2", "removed b@3~2", "added c@3~2", "changed d@4"});
}

TEST_CASE("an order is of the version that made it last") {
  const auto list = [](std::string_view names) {
    std::string text;
    for (const auto name : names)
      text += std::string(text.empty() ? "" : ",") + R"({"name":")" + name + R"("})";
    return R"({"l":[)" + text + "]}";
  };
  CHECK(told({list("abc"), list("cab"), list("cab"), list("cabd")}) ==
        Texts{"added l[d]@4", "reordered l@2"});
}

TEST_CASE("an order is of whoever made it last what it is at the end, by whatever steps") {
  const auto list = [](const std::string& items) { return R"({"l":[)" + items + "]}"; };
  const std::string e = R"({"name":"e"})";
  const std::string b = R"({"name":"b"})";
  const std::string changed = R"({"name":"b","port":1})";
  CHECK(told({list(e + "," + b), list(b), list(b + "," + e), list(changed + "," + e)}) ==
        Texts{"added l[b].port@4", "reordered l@3"});
  CHECK(told({list(e + "," + b), list(b + "," + e), list(e + "," + b), list(b + "," + e)}) ==
        Texts{"reordered l@4"});
  CHECK(told({list(e + "," + b), "", list(b + "," + e)}) == Texts{"reordered l@3"});
  CHECK(told({list(e + "," + b), list(b), list(b + "," + e)}, /*leads_back=*/true) ==
        Texts{"reordered l@3"});
}

}  // namespace gatefold::engine
