#include "schema/definition_names.h"

#include "schema/definition.h"
#include "tests/schema/definitions.h"

namespace gatefold {
namespace {

using test::admitted;
using test::foos;
using test::json;
using test::Texts;

std::string said(const DefinitionCondition& condition) {
  return condition.type + (condition.is_true ? " True " : " False ") + condition.reason + ": " +
         condition.message;
}

AcceptedNames names_of_foos() {
  return {.plural = "foos",
          .singular = "foo",
          .short_names = {"fo"},
          .kind = "Foo",
          .list_kind = "FooList",
          .categories = {}};
}

TEST_CASE("names that nobody has are accepted (R19.5)") {
  const auto definition =
      admitted(foos("{names: {plural: foos, kind: Foo, shortNames: [fo], "
                    "categories: [all]}}"));
  const auto verdict = judge_names(definition, {});
  CHECK(said(verdict.names_accepted) == "NamesAccepted True NoConflicts: no conflicts found");
  CHECK(said(verdict.established) ==
        "Established True InitialNamesAccepted: the initial names have been accepted");
  auto wanted = names_of_foos();
  wanted.categories = {"all"};
  CHECK(verdict.names == wanted);
}

TEST_CASE("a name that another kind has is a conflict (R19.5)") {
  struct Row {
    std::string_view names;
    std::string_view condition;
  };
  const Row rows[] = {
      {"{plural: foos, singular: bar, kind: Bar}",
       "NamesAccepted False PluralConflict: \"foos\" is already in use"},
      {"{plural: foo, singular: bar, kind: Bar}",
       "NamesAccepted False PluralConflict: \"foo\" is already in use"},
      {"{plural: bars, singular: fo, kind: Bar}",
       "NamesAccepted False SingularConflict: \"fo\" is already in use"},
      {"{plural: bars, kind: Bar, shortNames: [b, fo]}",
       "NamesAccepted False ShortNamesConflict: \"fo\" is already in use"},
      {"{plural: bars, kind: Bar, shortNames: [foos, fo]}",
       "NamesAccepted False ShortNamesConflict: [\"foos\" is already in use, \"fo\" is already in "
       "use]"},
      {"{plural: bars, singular: bar, kind: Foo, listKind: BarList}",
       "NamesAccepted False KindConflict: \"Foo\" is already in use"},
      // The last one is told.
      {"{plural: foo2s, kind: Foo}",
       "NamesAccepted False ListKindConflict: \"FooList\" is already in use"},
  };
  const AcceptedNames others[] = {names_of_foos()};
  for (const auto& row : rows) {
    INFO(row.names);
    const auto definition = admitted(foos("{names: " + std::string(row.names) + "}"));
    const auto verdict = judge_names(definition, others);
    CHECK(said(verdict.names_accepted) == row.condition);
    CHECK(said(verdict.established) == "Established False NotAccepted: not all names are accepted");
  }
}

// observed/crd-lifecycle.txt.
TEST_CASE("the status of a conflict is that of a real server, and of its end (R19.5)") {
  const AcceptedNames others[] = {names_of_foos()};
  auto definition = admitted(foos("{names: {plural: foo2s, kind: Foo}}"));
  auto verdict = judge_names(definition, others);
  CHECK(set_accepted_names(definition, verdict.names));
  CHECK(set_condition(definition, verdict.names_accepted, "2026-11-24T07:24:51Z"));
  CHECK(set_condition(definition, verdict.established, "2026-11-24T07:24:51Z"));
  CHECK(*find(definition, "status") == json(R"({"conditions": [
      {"type": "NamesAccepted", "status": "False", "lastTransitionTime": "2026-11-24T07:24:51Z",
       "reason": "ListKindConflict", "message": "\"FooList\" is already in use"},
      {"type": "Established", "status": "False", "lastTransitionTime": "2026-11-24T07:24:51Z",
       "reason": "NotAccepted", "message": "not all names are accepted"}],
      "acceptedNames": {"plural": "foo2s", "kind": ""}, "storedVersions": ["v1"]})"));

  verdict = judge_names(definition, {});
  CHECK(set_accepted_names(definition, verdict.names));
  CHECK(set_condition(definition, verdict.names_accepted, "2026-11-24T07:24:58Z"));
  CHECK(set_condition(definition, verdict.established, "2026-11-24T07:24:58Z"));
  CHECK_FALSE(set_condition(definition, verdict.established, "2026-11-24T07:25:00Z"));
  CHECK_FALSE(set_accepted_names(definition, verdict.names));
  CHECK(*find(definition, "status") == json(R"({"conditions": [
      {"type": "NamesAccepted", "status": "True", "lastTransitionTime": "2026-11-24T07:24:58Z",
       "reason": "NoConflicts", "message": "no conflicts found"},
      {"type": "Established", "status": "True", "lastTransitionTime": "2026-11-24T07:24:58Z",
       "reason": "InitialNamesAccepted", "message": "the initial names have been accepted"}],
      "acceptedNames": {"plural": "foo2s", "singular": "foo", "kind": "Foo",
                        "listKind": "FooList"}, "storedVersions": ["v1"]})"));
  CHECK(is_established(definition));
  CHECK(accepted_names_of(definition) == verdict.names);
}

TEST_CASE("a definition that is served keeps its names and stays so (R19.5)") {
  auto definition = admitted(foos());
  const auto before = judge_names(definition, {});
  set_accepted_names(definition, before.names);
  set_condition(definition, before.established, "2026-11-24T07:24:51Z");
  auto& names = definition.at_pointer("/spec/names").as_object();
  names["shortNames"] = json(R"(["x"])");
  const AcceptedNames others[] = {{.plural = "xs",
                                   .singular = "x",
                                   .short_names = {},
                                   .kind = "X",
                                   .list_kind = "XList",
                                   .categories = {}}};
  const auto after = judge_names(definition, others);
  CHECK(said(after.names_accepted) ==
        "NamesAccepted False ShortNamesConflict: \"x\" is already in use");
  CHECK(after.established.is_true);
  CHECK(after.names == before.names);
}

TEST_CASE("approval of a protected group is a condition (R19.4)") {
  auto definition = admitted(foos("{group: gateway.networking.k8s.io}"));
  const auto said_of = [&](std::string_view annotation) {
    definition.at_pointer("/metadata").as_object()["annotations"] =
        JsonObject{{"api-approved.kubernetes.io", annotation}};
    return said(*judge_approval(definition));
  };
  const std::string type = "KubernetesAPIApprovalPolicyConformant";
  CHECK(said_of("https://example.com/1") ==
        type + " True ApprovedAnnotation: approved in https://example.com/1");
  CHECK(said_of("unapproved, why not") ==
        type + " False UnapprovedAnnotation: not approved: \"unapproved, why not\"");
  CHECK(said_of("").starts_with(type + " False MissingAnnotation: protected groups must have "));
  CHECK(said_of("/path").starts_with(type + " False InvalidAnnotation: protected groups must "));
  CHECK_FALSE(judge_approval(admitted(foos())).has_value());
  CHECK_FALSE(judge_approval(admitted(foos("{group: notk8s.io}"))).has_value());
}

TEST_CASE("the end of a definition has stages (R19.8)") {
  CHECK(said(terminating(Cleanup::kPending)) ==
        "Terminating True InstanceDeletionPending: CustomResourceDefinition marked for deletion; "
        "CustomResource deletion will begin soon");
  CHECK(said(terminating(Cleanup::kInProgress)) ==
        "Terminating True InstanceDeletionInProgress: CustomResource deletion is in progress");
  CHECK(said(terminating(Cleanup::kCompleted)) ==
        "Terminating False InstanceDeletionCompleted: removed all instances");
}

}  // namespace
}  // namespace gatefold
