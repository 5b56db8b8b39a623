#include "engine/patch/merge_patch.h"

#include <random>
#include <string>

#include "tests/schema/parsed.h"

namespace gatefold::engine {
namespace {

using test::json;

std::string merged(std::string_view document, std::string_view patch) {
  return canonical_json(apply_merge_patch(json(document), json(patch)));
}

// Small objects over few keys, so that documents and patches meet.
Value random_value(std::mt19937& random, int depth) {
  const auto pick = [&](int below) { return static_cast<int>(random() % unsigned(below)); };
  switch (depth == 0 ? pick(4) : pick(8)) {
    case 0:
      return nullptr;
    case 1:
      return pick(3);
    case 2:
      return "text";
    case 3: {
      JsonArray list;
      for (int i = pick(3); i > 0; --i) list.push_back(i == 1 ? Value(nullptr) : Value(i));
      return list;
    }
    default: {
      JsonObject object;
      for (int i = pick(4); i > 0; --i) {
        object[std::string(1, "abc"[pick(3)])] = random_value(random, depth - 1);
      }
      return object;
    }
  }
}

bool has_null_member(const Value& value) {
  const auto* object = value.if_object();
  if (object == nullptr) return false;
  for (const auto& member : *object) {
    if (member.value().is_null() || has_null_member(member.value())) return true;
  }
  return false;
}

TEST_CASE("the examples of RFC 7386 give what it says") {
  struct Case {
    std::string_view document;
    std::string_view patch;
    std::string_view result;
  };
  const Case cases[] = {
      {R"({"a":"b"})", R"({"a":"c"})", R"({"a":"c"})"},
      {R"({"a":"b"})", R"({"b":"c"})", R"({"a":"b","b":"c"})"},
      {R"({"a":"b"})", R"({"a":null})", R"({})"},
      {R"({"a":"b","b":"c"})", R"({"a":null})", R"({"b":"c"})"},
      {R"({"a":["b"]})", R"({"a":"c"})", R"({"a":"c"})"},
      {R"({"a":"c"})", R"({"a":["b"]})", R"({"a":["b"]})"},
      {R"({"a":{"b":"c"}})", R"({"a":{"b":"d","c":null}})", R"({"a":{"b":"d"}})"},
      {R"({"a":[{"b":"c"}]})", R"({"a":[1]})", R"({"a":[1]})"},
      {R"(["a","b"])", R"(["c","d"])", R"(["c","d"])"},
      {R"({"a":"b"})", R"(["c"])", R"(["c"])"},
      {R"({"a":"foo"})", R"(null)", R"(null)"},
      {R"({"a":"foo"})", R"("bar")", R"("bar")"},
      {R"({"e":null})", R"({"a":1})", R"({"a":1,"e":null})"},
      {R"([1,2])", R"({"a":"b","c":null})", R"({"a":"b"})"},
      {R"({})", R"({"a":{"bb":{"ccc":null}}})", R"({"a":{"bb":{}}})"},
      {R"({"title":"Goodbye!","author":{"givenName":"John","familyName":"Doe"},
           "tags":["example","sample"],"content":"This will be unchanged"})",
       R"({"title":"Hello!","phoneNumber":"+01-123-456-7890","author":{"familyName":null},
           "tags":["example"]})",
       R"({"author":{"givenName":"John"},"content":"This will be unchanged",)"
       R"("phoneNumber":"+01-123-456-7890","tags":["example"],"title":"Hello!"})"},
  };
  for (const auto& c : cases) {
    INFO(c.document);
    INFO(c.patch);
    CHECK(merged(c.document, c.patch) == c.result);
  }
}

TEST_CASE("merge patches of objects as clients send them") {
  struct Case {
    std::string_view patch;
    std::string_view result;
  };
  constexpr std::string_view kDocument =
      R"({"metadata":{"labels":{"a":"1"},"name":"x"},"spec":{"rules":[{"name":"r"}]}})";
  const Case cases[] = {
      {R"({})", kDocument},
      {R"({"metadata":{"labels":{"a":null}}})",
       R"({"metadata":{"labels":{},"name":"x"},"spec":{"rules":[{"name":"r"}]}})"},
      {R"({"metadata":{"labels":null}})",
       R"({"metadata":{"name":"x"},"spec":{"rules":[{"name":"r"}]}})"},
      {R"({"spec":{"rules":[{"port":null}]}})",
       R"({"metadata":{"labels":{"a":"1"},"name":"x"},"spec":{"rules":[{}]}})"},
      {R"({"spec":null,"status":{"a":{"b":1}}})",
       R"({"metadata":{"labels":{"a":"1"},"name":"x"},"status":{"a":{"b":1}}})"},
      // Directives mean nothing here.
      {R"({"metadata":{"$patch":"delete"}})",
       R"({"metadata":{"$patch":"delete","labels":{"a":"1"},"name":"x"},)"
       R"("spec":{"rules":[{"name":"r"}]}})"},
  };
  for (const auto& c : cases) {
    INFO(c.patch);
    CHECK(merged(kDocument, c.patch) == c.result);
  }
}

TEST_CASE("merging twice is merging once, and a document merged into nothing is itself") {
  std::mt19937 random(7);
  for (int i = 0; i < 2000; ++i) {
    const auto document = random_value(random, 3);
    const auto patch = random_value(random, 3);
    INFO(canonical_json(document));
    INFO(canonical_json(patch));
    const auto once = apply_merge_patch(document, patch);
    CHECK(canonical_json(apply_merge_patch(once, patch)) == canonical_json(once));
    if (!has_null_member(document)) {
      CHECK(canonical_json(apply_merge_patch(nullptr, document)) == canonical_json(document));
      CHECK(canonical_json(apply_merge_patch(document, document)) == canonical_json(document));
    }
  }
}

}  // namespace
}  // namespace gatefold::engine
