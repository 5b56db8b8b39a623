#include "schema/definition.h"

#include <fmt/format.h>

#include "tests/schema/definitions.h"

namespace gatefold {
namespace {

using test::admitted;
using test::complaints;
using test::foos;
using test::foos_of_schema;
using test::json;
using test::Texts;

constexpr std::string_view kVersion =
    R"(schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}})";

Value renamed(Value definition, std::string_view name) {
  definition.as_object()["metadata"].as_object()["name"] = name;
  return definition;
}

Value without_schema() {
  return foos("{versions: [{name: v1, served: true, storage: true}]}");
}

// Versions by name and whether they are stored, all with one schema.
Value with_versions(std::initializer_list<std::pair<std::string_view, bool>> versions) {
  std::string list;
  for (const auto& [name, storage] : versions) {
    list += fmt::format("{}{{name: {}, served: true, storage: {}, {}}}", list.empty() ? "" : ", ",
                        name, storage, kVersion);
  }
  return foos(fmt::format("{{versions: [{}]}}", list));
}

Value of_version(std::string_view members) {
  return foos(fmt::format("{{versions: [{{name: v1, served: true, storage: true, {}, {}}}]}}",
                          kVersion, members));
}

std::string go_version(std::string_view name, bool storage) {
  return fmt::format(
      "apiextensions.CustomResourceDefinitionVersion{{Name:\"{}\", Served:true, Storage:{}, "
      "Deprecated:false, DeprecationWarning:(*string)(nil), "
      "Schema:(*apiextensions.CustomResourceValidation)(nil), "
      "Subresources:(*apiextensions.CustomResourceSubresources)(nil), "
      "AdditionalPrinterColumns:[]apiextensions.CustomResourceColumnDefinition(nil), "
      "SelectableFields:[]apiextensions.SelectableField(nil)}}",
      name, storage);
}

std::string go_versions(std::string_view versions) {
  return fmt::format("[]apiextensions.CustomResourceDefinitionVersion{{{}}}", versions);
}

constexpr std::string_view kLabelText =
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an "
    "alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', "
    "regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";

struct Row {
  std::string_view title;
  Value definition;
  Texts complaints;
};

std::vector<Row> observed_rows() {
  const std::string one_storage = "must have exactly one version marked as storage version";
  std::vector<Row> rows = {
      {"ok", foos(), {}},
      {"name mismatch",
       renamed(foos(), "x.lc.com"),
       {R"(metadata.name: Invalid value: "x.lc.com": must be spec.names.plural+"."+spec.group)"}},
      {"no schema",
       without_schema(),
       {"spec.versions[0].schema.openAPIV3Schema: Required value: schemas are required"}},
      {"two storage",
       with_versions({{"v1", true}, {"v2", true}}),
       {fmt::format("spec.versions: Invalid value: {}: {}",
                    go_versions(go_version("v1", true) + ", " + go_version("v2", true)),
                    one_storage),
        R"(status.storedVersions: Invalid value: []string{"v1"}: must have the storage version v2)"}},
      {"no storage",
       with_versions({{"v1", false}}),
       {fmt::format("spec.versions: Invalid value: {}: {}", go_versions(go_version("v1", false)),
                    one_storage),
        "status.storedVersions: Invalid value: []string(nil): must have at least one stored "
        "version"}},
      {"dup versions",
       with_versions({{"v1", true}, {"v1", false}}),
       {fmt::format("spec.versions: Invalid value: {}: must contain unique version names",
                    go_versions(go_version("v1", true) + ", " + go_version("v1", false)))}},
      {"bad scope",
       foos("{scope: Foo}"),
       {R"(spec.scope: Unsupported value: "Foo": supported values: "Cluster", "Namespaced")"}},
      {"preserveUnknownFields",
       foos("{preserveUnknownFields: true}"),
       {"spec.preserveUnknownFields: Invalid value: true: cannot set to true, set "
        "x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead"}},
      {"k8s.io group",
       renamed(foos("{group: foo.k8s.io}"), "foos.foo.k8s.io"),
       {"metadata.annotations[api-approved.kubernetes.io]: Required value: protected groups must "
        "have approval annotation \"api-approved.kubernetes.io\", see "
        "https://github.com/kubernetes/enhancements/pull/1111"}},
      {"short bad",
       foos("{names: {plural: foos, kind: Foo, shortNames: [A_b]}}"),
       {fmt::format("spec.names.shortNames[0]: Invalid value: \"A_b\": {}", kLabelText)}},
      {"kind bad",
       foos("{names: {plural: foos, kind: foo bar}}"),
       {fmt::format("spec.names.singular: Invalid value: \"foo bar\": {}", kLabelText),
        fmt::format("spec.names.kind: Invalid value: \"foo bar\": may have mixed case, but should "
                    "otherwise match: {}",
                    kLabelText),
        fmt::format("spec.names.listKind: Invalid value: \"foo barList\": may have mixed case, but "
                    "should otherwise match: {}",
                    kLabelText)}},
      {"conversion webhook none",
       foos("{conversion: {strategy: Webhook}}"),
       {"spec.conversion.webhookClientConfig: Required value: required when strategy is set to "
        "Webhook",
        "spec.conversion.conversionReviewVersions: Required value"}},
      {"bad column",
       of_version("additionalPrinterColumns: [{type: foo, jsonPath: x}]"),
       {"spec.additionalPrinterColumns[0].name: Required value",
        "spec.additionalPrinterColumns[0].type: Invalid value: \"foo\": must be one of "
        "boolean,date,integer,number,string",
        "spec.additionalPrinterColumns[0].JSONPath: Invalid value: \"x\": must be a simple json "
        "path starting with ."}},
      {"scale bad",
       of_version("subresources: {scale: {specReplicasPath: spec.x, statusReplicasPath: .foo}}"),
       {"spec.subresources.scale.specReplicasPath: Invalid value: \"spec.x\": must be a simple "
        "json path starting with .",
        "spec.subresources.scale.statusReplicasPath: Invalid value: \".foo\": should be a json "
        "path under .status"}},
  };
  auto selectable = foos_of_schema(
      "{type: object, properties: {spec: {type: object, properties: {o: {type: object}}}}}");
  selectable.at_pointer("/spec/versions/0").as_object()["selectableFields"] = json(
      R"([{"jsonPath": ".spec.o"}, {"jsonPath": ".spec.nope"}, {"jsonPath": ".metadata.name"}])");
  rows.push_back(
      {"selectable bad",
       std::move(selectable),
       {"spec.selectableFields[0].jsonPath: Invalid value: \".spec.o\": must point to a field of "
        "type string, boolean or integer. Enum string fields and strings with formats are allowed.",
        "spec.selectableFields[1].jsonPath: Invalid value: \".spec.nope\": is an invalid path: "
        "does "
        "not refer to a valid field",
        "spec.selectableFields[2].jsonPath: Invalid value: \".metadata.name\": is an invalid path: "
        "does not refer to a valid field"}});
  return rows;
}

TEST_CASE("a new definition is judged as a real server judged it (R19.4)") {
  for (const auto& row : observed_rows()) {
    INFO(row.title);
    CHECK(complaints(row.definition) == row.complaints);
  }
}

// The transcript cuts long answers.
TEST_CASE("refusals read as the transcript of a real server (R19.4)") {
  constexpr std::size_t kShownMax = 900;
  const auto& transcript = test::observed_lifecycle();
  if (transcript.empty()) return;
  for (const auto& row : observed_rows()) {
    if (row.complaints.empty()) continue;
    const auto definition = admitted(row.definition);
    const auto message = test::refusal(definition, validate_definition(definition, nullptr));
    INFO(row.title << ": " << message);
    CHECK(transcript.contains(message.substr(0, kShownMax)));
  }
}

TEST_CASE("an update may not change what objects are stored by (R19.3, R19.4)") {
  struct Change {
    std::string_view title;
    std::string_view spec;
    Texts complaints;
  };
  const Change changes[] = {
      {"nothing", "{}", {}},
      {"change group",
       "{group: z.com}",
       {R"(spec.group: Invalid value: "z.com": field is immutable)"}},
      {"change scope",
       "{scope: Cluster}",
       {R"(spec.scope: Invalid value: "Cluster": field is immutable)"}},
      {"change kind",
       "{names: {plural: foos, kind: Bar}}",
       {R"(spec.names.kind: Invalid value: "Bar": field is immutable)"}},
      {"change plural",
       "{names: {plural: bars, kind: Foo}}",
       {R"(spec.names.plural: Invalid value: "bars": field is immutable)"}},
      {"remove stored version",
       "{versions: [{name: v2, served: true, storage: true, schema: {openAPIV3Schema: {type: "
       "object}}}]}",
       {R"(status.storedVersions[0]: Invalid value: "v1": must appear in spec.versions)"}},
  };
  auto old = admitted(foos());
  old.at_pointer("/status").as_object()["conditions"] =
      json(R"([{"type": "Established", "status": "True"}])");
  for (const auto& change : changes) {
    INFO(change.title);
    const auto definition = admitted(foos(change.spec), &old);
    const auto errors = validate_definition(definition, &old);
    CHECK(test::texts(errors) == change.complaints);
    const auto& transcript = test::observed_lifecycle();
    if (errors.empty() || transcript.empty()) continue;
    CHECK(transcript.contains(test::refusal(definition, errors)));
  }
}

TEST_CASE("scope and kind are free until the definition is established (R19.3)") {
  const auto old = admitted(foos());
  const auto definition =
      admitted(foos("{scope: Cluster, names: {plural: foos, kind: Bar}}"), &old);
  CHECK(test::texts(validate_definition(definition, &old)) == Texts{});
}

TEST_CASE("a definition is filled in (R19.2)") {
  const auto definition = admitted(foos());
  CHECK(*find(definition, "spec") == *find(foos(R"({
    names: {plural: foos, singular: foo, kind: Foo, listKind: FooList},
    conversion: {strategy: None}})"),
                                           "spec"));
  CHECK(*find(definition, "status") ==
        json(R"({"conditions": null, "acceptedNames": {"plural": "", "kind": ""},
                 "storedVersions": ["v1"]})"));
  // What is there stays.
  const auto named = admitted(
      foos("{names: {plural: foos, singular: fu, kind: Foo, listKind: Foos, shortNames: []}, "
           "conversion: {strategy: Webhook}, preserveUnknownFields: false}"));
  CHECK(named.at_pointer("/spec/names") ==
        json(R"({"plural": "foos", "singular": "fu", "kind": "Foo", "listKind": "Foos"})"));
  CHECK(named.at_pointer("/spec/conversion/strategy") == Value("Webhook"));
  CHECK(find_path(named, {"spec", "preserveUnknownFields"}) == nullptr);
}

TEST_CASE("the storage version joins the stored ones (R19.7)") {
  const auto old = admitted(with_versions({{"v1", true}}));
  auto definition = admitted(with_versions({{"v1", false}, {"v2", true}}), &old);
  CHECK(definition.at_pointer("/status/storedVersions") == json(R"(["v1", "v2"])"));
  CHECK(validate_definition(definition, &old).empty());
  definition.at_pointer("/status").as_object()["storedVersions"] = json(R"(["v1"])");
  CHECK(
      test::texts(validate_definition_status(definition)) ==
      Texts{
          R"(status.storedVersions: Invalid value: []string{"v1"}: must have the storage version v2)"});
  definition.at_pointer("/status").as_object()["storedVersions"] = json(R"(["v2"])");
  CHECK(validate_definition_status(definition).empty());
}

TEST_CASE("what versions share is judged once, what they don't one by one (R19.4)") {
  const auto definition = foos(R"({versions: [
    {name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object, properties: {a: {}}}},
     additionalPrinterColumns: [{name: A, type: string, jsonPath: a}]},
    {name: v2, served: true, storage: false, schema: {openAPIV3Schema: {type: object}},
     additionalPrinterColumns: [{name: A, type: string, jsonPath: a}]}]})");
  CHECK(
      complaints(definition) ==
      Texts{"spec.versions[0].schema.openAPIV3Schema.properties[a].type: Required value: must not "
            "be empty for specified object fields",
            "spec.additionalPrinterColumns[0].JSONPath: Invalid value: \"a\": must be a simple "
            "json path starting with ."});
}

TEST_CASE("names and versions are labels, groups are domains") {
  const auto first = [](const Value& definition) {
    const auto found = complaints(definition);
    return found.empty() ? std::string() : found.front();
  };
  CHECK(first(renamed(foos("{group: ''}"), "foos.")) == "spec.group: Required value");
  CHECK(first(renamed(foos("{group: lc}"), "foos.lc")) ==
        "spec.group: Invalid value: \"lc\": should be a domain with at least one dot");
  CHECK(first(foos("{scope: ''}")) == "spec.scope: Required value");
  CHECK(complaints(with_versions({{"V1", true}})) ==
        Texts{fmt::format("spec.versions[0].name: Invalid value: \"V1\": {}", kLabelText),
              fmt::format("spec.version: Invalid value: \"V1\": {}", kLabelText)});
  CHECK(first(foos("{names: {plural: foos, kind: Foo, listKind: Foo}}")) ==
        "spec.names.listKind: Invalid value: \"Foo\": kind and listKind may not be the same");
  CHECK(first(foos("{names: {plural: foos, kind: Foo, categories: [A]}}")) ==
        fmt::format("spec.names.categories[0]: Invalid value: \"A\": {}", kLabelText));
  CHECK(complaints(foos("{names: {plural: foos}}")) ==
        Texts{"spec.names.singular: Required value", "spec.names.kind: Required value",
              "spec.names.listKind: Required value"});
}

TEST_CASE("protected groups need an approval that is one (R19.4)") {
  const auto of_annotation = [](std::string_view annotation) {
    auto definition = renamed(foos("{group: foo.k8s.io}"), "foos.foo.k8s.io");
    definition.at_pointer("/metadata").as_object()["annotations"] =
        JsonObject{{"api-approved.kubernetes.io", annotation}};
    return definition;
  };
  CHECK(complaints(of_annotation("https://example.com/1")) == Texts{});
  CHECK(complaints(of_annotation("unapproved, a trial")) == Texts{});
  const auto invalid = of_annotation("because");
  CHECK(complaints(invalid) ==
        Texts{"metadata.annotations[api-approved.kubernetes.io]: Invalid value: \"because\": "
              "protected groups must have approval annotation \"api-approved.kubernetes.io\" with "
              "either a URL or a reason starting with \"unapproved\", see "
              "https://github.com/kubernetes/enhancements/pull/1111"});
  const auto old = admitted(invalid);
  CHECK(validate_definition(admitted(invalid, &old), &old).empty());
}

TEST_CASE("a status has names that could be accepted") {
  auto definition = admitted(foos());
  definition.at_pointer("/status/acceptedNames").as_object()["plural"] = "A";
  CHECK(test::texts(validate_definition_status(definition)) ==
        Texts{fmt::format("status.acceptedNames.plural: Invalid value: \"A\": {}", kLabelText)});
}

}  // namespace
}  // namespace gatefold
