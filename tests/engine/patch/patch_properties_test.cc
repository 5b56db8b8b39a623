// What holds of patches whatever the documents are.
#include <random>
#include <string>

#include "engine/patch/json_patch.h"
#include "engine/patch/merge_patch.h"
#include "engine/patch/strategic_merge_patch.h"
#include "tests/schema/parsed.h"

namespace gatefold::engine {
namespace {

constexpr unsigned kRounds = 400;

// Documents without nulls, which a merge patch can't express.
class Documents {
 public:
  explicit Documents(unsigned seed) : random_(seed) {}

  Value object(int depth) {
    JsonObject members;
    for (unsigned i = pick(5); i > 0; --i) members[name()] = value(depth - 1);
    return members;
  }

 private:
  unsigned pick(unsigned bound) { return random_() % bound; }
  std::string name() {
    static const std::vector<std::string> kNames = {"a", "b", "c/d", "e~f", "", "0", "-"};
    return kNames[pick(static_cast<unsigned>(kNames.size()))];
  }
  Value value(int depth) {
    switch (depth > 0 ? pick(5) : pick(3)) {
      case 0:
        return static_cast<std::int64_t>(pick(3));
      case 1:
        return Value(name());
      case 2:
        return pick(2) == 0;
      case 3: {
        JsonArray items;
        for (unsigned i = pick(4); i > 0; --i) items.push_back(value(depth - 1));
        return items;
      }
      default:
        return object(depth);
    }
  }

  std::mt19937 random_;
};

std::string escaped(std::string_view name) {
  std::string out;
  for (const char c : name) {
    if (c == '~') {
      out += "~0";
    } else if (c == '/') {
      out += "~1";
    } else {
      out += c;
    }
  }
  return out;
}

// The change from `before` to `after` as either patch; lists are replaced whole.
void compare(const JsonObject& before, const JsonObject& after, const std::string& path,
             JsonArray& operations, JsonObject& merge) {
  for (const auto& member : before) {
    if (after.contains(member.key())) continue;
    operations.push_back(
        JsonObject{{"op", "remove"}, {"path", path + "/" + escaped(member.key())}});
    merge[member.key()] = nullptr;
  }
  for (const auto& member : after) {
    const auto* old = before.if_contains(member.key());
    const auto here = path + "/" + escaped(member.key());
    if (old != nullptr && same(*old, member.value())) continue;
    if (old != nullptr && old->is_object() && member.value().is_object()) {
      JsonObject below;
      compare(old->get_object(), member.value().get_object(), here, operations, below);
      merge[member.key()] = std::move(below);
      continue;
    }
    operations.push_back(JsonObject{
        {"op", old == nullptr ? "add" : "replace"}, {"path", here}, {"value", member.value()}});
    operations.push_back(JsonObject{{"op", "test"}, {"path", here}, {"value", member.value()}});
    // An object over what is none merges into nothing.
    merge[member.key()] = member.value();
  }
}

TEST_CASE("a change is the same as a JSON patch and as a merge patch (R9.3, R9.4)") {
  for (unsigned seed = 1; seed <= kRounds; ++seed) {
    Documents documents(seed);
    const auto before = documents.object(4);
    const auto after = documents.object(4);
    JsonArray operations;
    JsonObject merge;
    compare(before.get_object(), after.get_object(), "", operations, merge);
    INFO("seed " << seed << "\n"
                 << to_json(before) << "\n"
                 << to_json(operations) << "\n"
                 << to_json(merge));
    const auto patched = apply_json_patch(before, operations);
    REQUIRE(patched);
    CHECK(same(*patched, after));
    const auto merged = apply_merge_patch(before, merge);
    CHECK(same(merged, after));
    CHECK(same(apply_merge_patch(merged, merge), merged));
  }
}

TEST_CASE("empty patches, and a document merged with itself, change nothing (R9.3, R9.4, R9.5)") {
  const auto schema = test::schema("{type: object, x-kubernetes-preserve-unknown-fields: true}");
  for (unsigned seed = 1; seed <= kRounds; ++seed) {
    const auto document = Documents(seed).object(4);
    INFO("seed " << seed << "\n" << to_json(document));
    CHECK(same(*apply_json_patch(document, JsonArray()), document));
    CHECK(same(apply_merge_patch(document, JsonObject()), document));
    CHECK(same(*apply_strategic_merge_patch(document, JsonObject(), *schema), document));
    CHECK(same(apply_merge_patch(document, document), document));
    CHECK(same(*apply_strategic_merge_patch(document, document, *schema), document));
  }
}

}  // namespace
}  // namespace gatefold::engine
