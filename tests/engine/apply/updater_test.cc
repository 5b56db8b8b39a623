#include "engine/apply/updater.h"

#include "tests/engine/apply/sets.h"

namespace gatefold::engine {
namespace {

using test::fields;
using test::json;
using test::written;

constexpr std::string_view kSchema = R"(
type: object
properties:
  text: {type: string}
  number: {type: integer}
  status: {type: object, properties: {ready: {type: boolean}}}
)";

class Object {
 public:
  void update(std::string_view manager, std::string_view object) {
    const auto next = json(object);
    auto managers = updater_.update(live_, next, "v1", managers_, manager);
    REQUIRE(managers.has_value());
    live_ = next;
    managers_ = std::move(*managers);
  }

  // The object, "" for no change, or the conflicts.
  std::string apply(std::string_view manager, std::string_view config, bool force = false) {
    auto applied = updater_.apply(live_, json(config), "v1", managers_, manager, force);
    if (!applied) {
      std::string text;
      for (const auto& [owner, path] : std::get<ApplyConflicts>(applied.error())) {
        text += owner + path_text(path) + " ";
      }
      return text;
    }
    managers_ = std::move(applied->managers);
    if (!applied->object) return "";
    live_ = std::move(*applied->object);
    return canonical_json(live_);
  }

  std::string owned(std::string_view manager) const {
    const auto found = managers_.find(manager);
    return found == managers_.end() ? "" : written(found->second.fields);
  }

  Managers& managers() { return managers_; }
  Updater::ResetFields& reset_fields() { return reset_fields_; }

 private:
  static std::optional<FieldType> type_at(std::string_view version) {
    static const auto kParsed = test::schema(kSchema);
    if (version != "v1") return std::nullopt;
    return FieldType::of_schema(*kParsed);
  }

  Value live_;
  Managers managers_;
  Updater::ResetFields reset_fields_;
  Updater updater_{type_at, reset_fields_};
};

TEST_CASE("another value of an owned field conflicts, the same is shared (R17.7)") {
  Object object;
  CHECK(object.apply("a", R"({"text":"x"})") == R"({"text":"x"})");
  CHECK(object.apply("b", R"({"text":"x"})").empty());
  CHECK(object.owned("b") == R"({"f:text":{}})");
  CHECK(object.apply("b", R"({"text":"y"})") == "a.text ");
  CHECK(object.apply("b", R"({"text":"y"})", true) == R"({"text":"y"})");
  CHECK(object.owned("a").empty());
}

TEST_CASE("an update owns what it changes and nothing else (R17.4)") {
  Object object;
  object.update("u", R"({"text":"x","number":1})");
  object.update("v", R"({"text":"x","number":2})");
  object.update("w", R"({"text":"x","number":2})");
  CHECK(object.owned("u") == R"({"f:text":{}})");
  CHECK(object.owned("v") == R"({"f:number":{}})");
  CHECK(object.owned("w").empty());
}

TEST_CASE("what is applied no more goes unless somebody owns it (R18.4)") {
  Object object;
  object.apply("a", R"({"text":"x","number":1})");
  object.apply("b", R"({"number":1})");
  CHECK(object.apply("a", R"({"text":"x"})").empty());
  CHECK(object.apply("b", "{}") == R"({"text":"x"})");
}

TEST_CASE("reset fields are never owned (R17.14)") {
  Object object;
  object.reset_fields().emplace("v1", fields(R"({"f:status":{}})"));
  object.update("u", R"({"text":"x","status":{"ready":true}})");
  CHECK(object.owned("u") == R"({"f:text":{}})");
  object.apply("a", R"({"text":"x","status":{"ready":true}})");
  CHECK(object.owned("a") == R"({"f:text":{}})");
}

TEST_CASE("what was owned at a version that is no more is forgotten (R18.6)") {
  Object object;
  object.apply("a", R"({"text":"x"})");
  object.managers().emplace("old", ManagedSet{"v0", true, fields(R"({"f:text":{}})")});
  CHECK(object.apply("a", R"({"text":"y"})") == R"({"text":"y"})");
  CHECK(object.owned("old").empty());
}

TEST_CASE("names and what the server sets are not tracked (R17.13)") {
  const auto owned = fields(R"({"f:apiVersion":{},"f:kind":{},"f:metadata":{".":{},"f:name":{},
    "f:uid":{},"f:labels":{".":{},"f:a":{}},"f:deletionTimestamp":{}},"f:spec":{"f:x":{}}})");
  CHECK(written(subtract(owned, untracked_fields())) ==
        R"({"f:metadata":{"f:deletionTimestamp":{},"f:labels":{".":{},"f:a":{}}},)"
        R"("f:spec":{"f:x":{}}})");
}

TEST_CASE("the same applied again changes nothing, a larger set does (R18.11)") {
  Object object;
  object.update("u", R"({"text":"x"})");
  const auto before = object.managers();
  CHECK(object.apply("a", R"({"text":"x"})").empty());
  CHECK(object.managers() != before);
  const auto after = object.managers();
  CHECK(object.apply("a", R"({"text":"x"})").empty());
  CHECK(object.managers() == after);
}

}  // namespace
}  // namespace gatefold::engine
