#include "schema/channel.h"

#include "schema/builtin_kinds.h"
#include "schema/catalog.h"
#include "tests/schema/parsed.h"

namespace gatefold {
namespace {

using test::Texts;

Value in(Channel channel, std::string_view definition) {
  return for_channel(test::yaml(definition), channel);
}

// What a definition is in the standard and in the experimental channel.
void check_both(std::string_view definition, std::string_view standard,
                std::string_view experimental) {
  INFO(definition);
  CHECK(in(Channel::kStandard, definition) == test::yaml(standard));
  CHECK(in(Channel::kExperimental, definition) == test::yaml(experimental));
}

TEST_CASE("channels have names") {
  CHECK(channel_name(Channel::kStandard) == "standard");
  CHECK(parse_channel("experimental") == Channel::kExperimental);
  CHECK(parse_channel("standard") == Channel::kStandard);
  CHECK_FALSE(parse_channel("Standard"));
  CHECK_FALSE(parse_channel(""));
}

TEST_CASE("a definition without marks is the same in both channels") {
  constexpr auto kPlain = "{spec: {names: [a, b], deep: [[{served: true}], null, 1.5]}}";
  check_both(kPlain, kPlain, kPlain);
}

TEST_CASE("a marked field is in its channel alone") {
  check_both(
      "properties: {a: {type: string}, b: {x-gatefold-channel: experimental, type: integer},"
      " c: {x-gatefold-channel: standard, type: boolean}}",
      "properties: {a: {type: string}, c: {type: boolean}}",
      "properties: {a: {type: string}, b: {type: integer}}");
}

TEST_CASE("a marked item of a list is in its channel alone, the others keep their order") {
  check_both(
      "rules: [{rule: a}, {x-gatefold-channel: standard, rule: b},"
      " {x-gatefold-channel: experimental, rule: c}, {rule: d}]",
      "rules: [{rule: a}, {rule: b}, {rule: d}]", "rules: [{rule: a}, {rule: c}, {rule: d}]");
}

TEST_CASE("a marked document is null in the other channel") {
  check_both("{x-gatefold-channel: experimental, kind: XMesh}", "null", "kind: XMesh");
}

TEST_CASE("experimental members are added and stand for those of the same name") {
  check_both("{served: false, name: v1, x-gatefold-experimental: {served: true, pattern: a}}",
             "{served: false, name: v1}", "{served: true, name: v1, pattern: a}");
}

TEST_CASE("marks within marks count") {
  check_both(
      "{x-gatefold-experimental: {rules: [{rule: a}, {x-gatefold-channel: standard, rule: b}]}}",
      "{}", "rules: [{rule: a}]");
  check_both(
      "{a: {x-gatefold-channel: experimental, b: {size: 1, x-gatefold-experimental: {size: 2}}}}",
      "{}", "a: {b: {size: 2}}");
}

void find_marks(const Value& value, const std::string& path, Texts& marks) {
  if (value.is_object()) {
    for (const auto& [key, member] : value.get_object()) {
      const auto at = path + "." + std::string(key);
      if (std::string_view(key).starts_with("x-gatefold-")) marks.push_back(at);
      find_marks(member, at, marks);
    }
  } else if (value.is_array()) {
    for (const auto& item : value.get_array()) find_marks(item, path + "[]", marks);
  }
}

TEST_CASE("no mark is left in the definitions of a channel") {
  for (const auto channel : {Channel::kStandard, Channel::kExperimental}) {
    for (const auto& definition : builtin_definitions(channel)) {
      Texts marks;
      find_marks(definition, std::string(string_at(definition, {"metadata", "name"})), marks);
      CHECK(marks == Texts{});
    }
  }
}

TEST_CASE("the experimental channel has all documents, the standard one those without a mark") {
  // But Scale's and TokenRequest's, which serve nothing.
  CHECK(builtin_definitions(Channel::kExperimental).size() == builtin_kind_documents().size() - 2);
  const auto standard = builtin_catalog(Channel::kStandard);
  const auto experimental = builtin_catalog(Channel::kExperimental);
  CHECK(standard->find("gateway.networking.x-k8s.io", "xmeshes") == nullptr);
  CHECK(experimental->find("gateway.networking.x-k8s.io", "xmeshes") != nullptr);
  CHECK(standard->find("", "services")->version("v1")->schema_id ==
        experimental->find("", "services")->version("v1")->schema_id);
  CHECK_FALSE(standard->serves("gateway.networking.k8s.io", "v1alpha2"));
  CHECK(experimental->serves("gateway.networking.k8s.io", "v1alpha2"));
}

}  // namespace
}  // namespace gatefold
