// What a folder of manifests does to the objects it names.
#include "tools/gatefold/manifests.h"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "schema/json.h"
#include "schema/meta.h"
#include "tests/tools/applied_folder.h"
#include "tools/gatefold/manifest_object.h"

namespace gatefold::test {
namespace {

using Catch::Matchers::Contains;

TEST_CASE("a folder is applied by its own field manager, namespaces first") {
  AppliedFolder applied;
  applied.write("a.yaml", config_map("one", "1", "team") + "---\n" + config_map("two", "2"));
  applied.write("b.yml", namespace_manifest("team"));
  applied.write("c.json", R"({"apiVersion":"v1","kind":"List","items":[
    {"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"three"}}]})");
  applied.write("notes.txt", "not: a manifest");
  applied.write(".half.yaml.yaml", "left: by an editor");
  CHECK(applied.pass().empty());
  CHECK(applied.has("configmaps", "team", "one"));
  CHECK(applied.value_of("two") == "2");
  CHECK(applied.has("configmaps", "default", "three"));
  CHECK(applied.manifests().note() == "4 objects");

  const auto view = applied.engine().view();
  const auto event = view->snapshot->event(view->revision());
  REQUIRE((event && *event));
  CHECK((*event)->actor.field_manager == "gatefold-manifests");
  CHECK((*event)->actor.user == "system:gatefold:manifests");
}

TEST_CASE("a folder that says the same again writes nothing") {
  AppliedFolder applied;
  applied.write("a.yaml", config_map("one", "1") + "---\n" + namespace_manifest("team"));
  applied.pass();
  const auto before = applied.revision();
  CHECK(applied.two_passes().empty());
  CHECK(applied.revision() == before);
}

TEST_CASE("files win over what others write, and leave the rest alone") {
  AppliedFolder applied;
  applied.write("a.yaml", config_map("one", "file"));
  applied.pass();
  applied.patch_by_others("configmaps", "default", "one",
                          JsonObject{{"data", {{"key", "kubectl"}, {"other", "kept"}}}});
  CHECK(applied.pass().empty());
  const auto object = applied.get("configmaps", "default", "one");
  CHECK(string_at(object, {"data", "key"}) == "file");
  CHECK(string_at(object, {"data", "other"}) == "kept");
}

TEST_CASE("what is there already is taken over, and not deleted with its file") {
  AppliedFolder applied;
  applied.create_by_others("configmaps", "default",
                           JsonObject{{"metadata", {{"name", "theirs"}}}, {"data", {{"a", "1"}}}});
  applied.write("a.yaml", config_map("theirs", "2"));
  CHECK(applied.pass().empty());
  CHECK(applied.value_of("theirs") == "2");
  applied.remove("a.yaml");
  CHECK(applied.two_passes().empty());
  CHECK(applied.has("configmaps", "default", "theirs"));
}

TEST_CASE("a member that leaves the file leaves the object") {
  AppliedFolder applied;
  applied.write("a.yaml", config_map("one", "1") + "  more: x\n");
  applied.pass();
  applied.write("a.yaml", config_map("one", "1"));
  CHECK(applied.pass().empty());
  CHECK(find_path(applied.get("configmaps", "default", "one"), {"data", "more"}) == nullptr);
}

TEST_CASE("labels that leave the file take no others along") {
  AppliedFolder applied;
  const std::string head = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: one\n";
  applied.write("a.yaml", head + "  labels: {app: web}\n  annotations: {note: x}\n");
  applied.pass();
  applied.patch_by_others(
      "configmaps", "default", "one",
      JsonObject{{"metadata", {{"labels", {{"team", "red"}}}, {"annotations", {{"page", "12"}}}}}});
  applied.write("a.yaml", head);
  CHECK(applied.pass().empty());
  const auto object = applied.get("configmaps", "default", "one");
  CHECK(labels_of(object) ==
        Labels{{std::string(tools::kCreatedLabel), "manifests"}, {"team", "red"}});
  CHECK(string_at(object, {"metadata", "annotations", "page"}) == "12");
  CHECK(find_path(object, {"metadata", "annotations", "note"}) == nullptr);
  const auto before = applied.revision();
  applied.pass();
  CHECK(applied.revision() == before);

  applied.remove("a.yaml");
  applied.two_passes();
  CHECK_FALSE(applied.has("configmaps", "default", "one"));
}

TEST_CASE("a file that was copied from an object does not speak for the folder") {
  AppliedFolder applied;
  applied.write("a.yaml", config_map("one", "1"));
  applied.pass();
  auto copy = applied.get("configmaps", "default", "one");
  auto& metadata = copy.as_object()["metadata"].as_object();
  for (const auto* member : {"uid", "creationTimestamp", "managedFields"}) metadata.erase(member);
  applied.remove("a.yaml");
  applied.write("b.json", to_json(copy));
  CHECK(applied.pass().empty());
  const auto before = applied.revision();
  CHECK(applied.pass().empty());
  CHECK(applied.revision() == before);
  applied.write("b.json", R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"one"}})");
  CHECK(applied.pass().empty());
  const auto object = applied.get("configmaps", "default", "one");
  CHECK(labels_of(object) == Labels{{std::string(tools::kCreatedLabel), "manifests"}});
  CHECK(string_at(object, {"metadata", "annotations", tools::kFileAnnotation}) == "b.json");
}

TEST_CASE("an object in two files is an error that names both, and no tug of war") {
  AppliedFolder applied;
  applied.write("a.yaml", config_map("one", "1"));
  applied.write("b.yaml", config_map("one", "2"));
  CHECK(applied.pass() == Errors{"b.yaml: ConfigMap one: a.yaml has it already"});
  const auto before = applied.revision();
  applied.two_passes();
  CHECK(applied.revision() == before);
  CHECK(applied.value_of("one") == "1");
  // The first of them goes: the other one has it.
  applied.remove("a.yaml");
  CHECK(applied.two_passes().empty());
  CHECK(applied.value_of("one") == "2");
}

TEST_CASE("files that can't be read are errors, not the end") {
  AppliedFolder applied;
  applied.write("good.yaml", config_map("good", "1"));
  std::filesystem::create_symlink("loop.yaml", applied.folder() / "loop.yaml");
  std::filesystem::create_symlink("nowhere", applied.folder() / "lost.yaml");
  std::filesystem::create_directory(applied.folder() / "folder.yaml");
  applied.write("words.yaml", "just words");
  applied.write("labels.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: l, labels: x}\n");
  applied.write("strict.yaml", config_map("strict", "1") + "spec: {}\n");
  const auto errors = applied.pass();
  INFO(applied.manifests().note());
  REQUIRE(errors.size() == 5);
  CHECK_THAT(errors[0], Contains("loop.yaml: Too many levels"));
  CHECK_THAT(errors[1], Contains("lost.yaml: No such file"));
  CHECK(errors[2] == "words.yaml: a document is no object");
  CHECK(errors[3] == "labels.yaml: ConfigMap l: metadata.labels is no map");
  CHECK_THAT(errors[4], Contains("strict.yaml: ConfigMap strict: ") && Contains("spec"));
  CHECK(applied.value_of("good") == "1");
  CHECK_THAT(applied.manifests().note(), Contains("1 objects; errors: loop.yaml"));
}

TEST_CASE("a patch says what a file says and takes back what it no longer says") {
  const auto patch = [](std::string_view applied, std::string_view desired) {
    return to_json(tools::manifest_patch(parse_json(applied)->value, parse_json(desired)->value));
  };
  CHECK(patch("null", R"({"a":{"b":1}})") == R"({"a":{"b":1}})");
  CHECK(patch(R"({"a":{"b":1,"c":2}})", R"({"a":{"b":1}})") == R"({"a":{"b":1,"c":null}})");
  CHECK(patch(R"({"a":{"b":1}})", R"({})") == R"({"a":null})");
  CHECK(patch(R"({"a":[1]})", R"({"a":[2]})") == R"({"a":[2]})");
}

}  // namespace
}  // namespace gatefold::test
