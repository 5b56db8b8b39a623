#include "schema/selector.h"

#include "schema/catalog.h"
#include "tests/schema/parsed.h"

namespace gatefold {
namespace {

constexpr std::string_view kWidget = R"(
spec:
  group: example.com
  scope: Namespaced
  names: {plural: widgets, kind: Widget}
  versions:
  - name: v1
    served: true
    storage: true
    schema:
      openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}
    selectableFields:
    - jsonPath: .spec.size
    - jsonPath: .spec.ratio
    - jsonPath: .spec.on
)";

LabelSelector labels(std::string_view text) {
  INFO(text);
  auto selector = parse_label_selector(text);
  REQUIRE(selector.has_value());
  return std::move(*selector);
}

FieldSelector fields(std::string_view text) {
  INFO(text);
  auto selector = parse_field_selector(text);
  REQUIRE(selector.has_value());
  return std::move(*selector);
}

std::string label_error(std::string_view text) {
  const auto selector = parse_label_selector(text);
  return selector ? "none" : selector.error();
}

std::string field_error(std::string_view text) {
  const auto selector = parse_field_selector(text);
  return selector ? "none" : selector.error();
}

TEST_CASE("label selectors match as they are written (R15.1)") {
  const Labels app = {{"app", "web"}, {"tier", ""}, {"size", "7"}, {"example.com/x", "y"}};
  struct Case {
    std::string_view selector;
    bool matches;
  };
  const Case cases[] = {
      {"", true},
      {"  ", true},
      {"app", true},
      {"none", false},
      {"!none", true},
      {"!app", false},
      {" ! none ", true},
      {"app=web", true},
      {"app==web", true},
      {" app = web ", true},
      {"app=db", false},
      {"app!=db", true},
      {"app!=web", false},
      {"none!=web", true},
      {"none=web", false},
      {"app in (db, web)", true},
      {"app in (db)", false},
      {"app in(web)", true},
      {"none in (web)", false},
      {"app notin (db)", true},
      {"app notin (web,db)", false},
      {"none notin (web)", true},
      {"tier=", true},
      {"tier", true},
      {"app=", false},
      {"none=", false},
      {"tier in ()", true},
      {"tier in (,x)", true},
      {"tier in (x,)", true},
      {"tier in (x,,y)", true},
      {"app in (,x)", false},
      {"size>6", true},
      {"size > 7", false},
      {"size<8", true},
      {"size<08", true},
      {"app>1", false},
      {"none<1", false},
      {"app=web,tier=,!none", true},
      {"app=web,tier=x", false},
      {"example.com/x=y", true},
      {"in=x", false},
      {"notin notin (x)", true},
  };
  for (const auto& [selector, matches] : cases) {
    INFO(selector);
    CHECK(labels(selector).matches(app) == matches);
  }
}

TEST_CASE("integers are compared as 64 bits, and nothing else compares (R15.1)") {
  const auto selector = labels("n>9223372036854775806");
  CHECK(selector.matches({{"n", "9223372036854775807"}}));
  CHECK_FALSE(selector.matches({{"n", "9223372036854775808"}}));
  CHECK_FALSE(selector.matches({{"n", "10.5"}}));
  CHECK(labels("n<0").matches({{"n", "-9223372036854775808"}}));
}

TEST_CASE("an empty label selector says so") {
  CHECK(labels("").empty());
  CHECK_FALSE(labels("a").empty());
}

TEST_CASE("values of sets are sorted and said once") {
  const auto selector = labels("a in (c,b,c,a)");
  REQUIRE(selector.requirements.size() == 1);
  CHECK(selector.requirements[0].values == test::Texts{"a", "b", "c"});
  CHECK(selector.requirements[0].op == LabelRequirement::Operator::kIn);
}

TEST_CASE("label selectors complain about the token that Kubernetes names (R15.2)") {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"a,", "found '', expected: identifier after ','"},
      {"a,,b", "found ',', expected: identifier after ','"},
      {",a", "found ',', expected: !, identifier, or 'end of string'"},
      {"=a", "found '=', expected: !, identifier, or 'end of string'"},
      {"(a)", "found '(', expected: !, identifier, or 'end of string'"},
      {"!", "unable to parse requirement: found '', expected: identifier"},
      {"!!a", "unable to parse requirement: found '!', expected: identifier"},
      {"!a=b", "found '=', expected: ',' or 'end of string'"},
      {"a=b=c", "found '=', expected: ',' or 'end of string'"},
      {"a=b c", "found 'c', expected: ',' or 'end of string'"},
      {"a b", "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt"},
      {"a!b", "unable to parse requirement: found '!', expected: in, notin, =, ==, !=, gt, lt"},
      {"a in 1", "unable to parse requirement: found '1' expected: '('"},
      {"a in", "unable to parse requirement: found '' expected: '('"},
      {"a in (", "unable to parse requirement: found '', expected: ',', ')' or identifier"},
      {"a in (b", "unable to parse requirement: found '', expected: ',' or ')'"},
      {"a in (b c)", "unable to parse requirement: found 'c', expected: ',' or ')'"},
      {"a in (b,=)", "unable to parse requirement: found '=', expected: ',', or identifier"},
      {"a in (b,,)", "unable to parse requirement: found ')', expected: ',', or identifier"},
      {"a==(b)", "unable to parse requirement: found '(', expected: identifier"},
      {"a>b",
       "unable to parse requirement: values[0]: Invalid value: \"b\": for 'Gt', 'Lt' operators, "
       "the value must be an integer"},
  };
  for (const auto& [selector, message] : cases) {
    INFO(selector);
    CHECK(label_error(selector) == message);
  }
}

TEST_CASE("label selectors check keys and values by the rules for labels (R15.2)") {
  CHECK(label_error("-bad").starts_with(
      "unable to parse requirement: <nil>: Invalid value: \"-bad\": name part must consist of "));
  CHECK(label_error("a=-b").starts_with(
      "unable to parse requirement: values[0][a]: Invalid value: \"-b\": a valid label must be "));
  CHECK(
      label_error("a<-8").starts_with("unable to parse requirement: values[0][a]: Invalid value"));
  const auto both = label_error("a in (-b,-c)");
  CHECK(both.starts_with("unable to parse requirement: [values[0][a]: Invalid value: \"-b\": "));
  CHECK(both.contains(", values[1][a]: Invalid value: \"-c\": "));
}

TEST_CASE("field selectors match names, namespaces and fields (R15.3)") {
  const SelectableValues values = {{"spec.size", "3"}, {"spec.text", "a,b=c\\"}};
  const std::pair<std::string_view, bool> cases[] = {
      {"", true},
      {",", true},
      {"metadata.name=web", true},
      {"metadata.name==web", true},
      {"metadata.name!=web", false},
      {"metadata.namespace=prod", true},
      {"metadata.namespace=prod,metadata.name=db", false},
      {"spec.size=3", true},
      {"spec.size!=4", true},
      {"spec.none=", true},
      {"spec.none=x", false},
      {R"(spec.text=a\,b\=c\\)", true},
  };
  for (const auto& [selector, matches] : cases) {
    INFO(selector);
    CHECK(fields(selector).matches("prod", "web", values) == matches);
  }
}

TEST_CASE("field selectors have no sets, and escape what is theirs (R15.3)") {
  CHECK(field_error("metadata.name in (a)") ==
        "invalid selector: 'metadata.name in (a)'; can't understand 'metadata.name in (a)'");
  CHECK(field_error("a=b,c") == "invalid selector: 'a=b,c'; can't understand 'c'");
  CHECK(field_error("a=b=c") == "invalid field selector: unescaped character in value: 61");
  CHECK(field_error(R"(a=\x)") == R"(invalid field selector: invalid escape sequence: \x)");
  CHECK(field_error(R"(a=b\)") == R"(invalid field selector: invalid escape sequence: \)");
}

TEST_CASE("what a field selector asks for exactly is known (R15.5)") {
  const auto selector = fields("metadata.name=web,metadata.namespace!=prod");
  REQUIRE(selector.exact("metadata.name") != nullptr);
  CHECK(*selector.exact("metadata.name") == "web");
  CHECK(selector.exact("metadata.namespace") == nullptr);
  CHECK(selector.exact("spec.size") == nullptr);
}

TEST_CASE("fields that a kind doesn't offer are refused in the kind's own words (R15.4)") {
  Kind kind = *test::kind(kWidget);
  const auto check = [&](std::string_view text) {
    auto selector = fields(text);
    const auto resolved = resolve_field_selector(kind, kind.versions.front(), selector);
    return resolved ? "none" : resolved.error();
  };
  CHECK(check("metadata.name=a,metadata.namespace=b,spec.size=1") == "none");
  CHECK(check("spec.colour=a") == "field label not supported: spec.colour");
  kind.core = true;
  CHECK(check("spec.colour=a") == "field label not supported: spec.colour");
  kind.scope = Scope::kCluster;
  CHECK(check("metadata.namespace=b") == "field label not supported: metadata.namespace");
  kind.log_view = LogView::kChanges;
  CHECK(check("user=ann")
            .starts_with("field label not supported: user: supported are metadata.name, spec."));
  kind.log_view = Kind().log_view;
  kind.versions.front().selectable_fields.clear();
  CHECK(check("metadata.namespace=b") == "none");
  CHECK(check("spec.size=1") ==
        "\"spec.size\" is not a known field selector: only "
        "\"metadata.name\", \"metadata.namespace\"");
}

TEST_CASE("fields of a view are asked of the stored kind, under its names") {
  const auto* view = core_catalog()->find("events.k8s.io", "events");
  REQUIRE(view != nullptr);
  const auto& version = view->versions.front();
  auto selector = fields("metadata.name=a,regarding.name!=web,reportingController=x,type=Normal");
  REQUIRE(resolve_field_selector(*view, version, selector).has_value());
  std::string names;
  for (const auto& requirement : selector.requirements) names += requirement.field + " ";
  CHECK(names == "metadata.name involvedObject.name reportingComponent type ");
  for (const auto* text : {"involvedObject.name=web", "source=x", "reportingComponent=x"}) {
    auto unknown = fields(text);
    CHECK_FALSE(resolve_field_selector(*view, version, unknown).has_value());
  }
}

TEST_CASE("each kind offers its own fields (R15.4)") {
  const std::string kOfEvents =
      "object.kind object.resource object.name object.uid writer.user writer.fieldManager";
  const std::map<std::string, std::string, std::less<>> kOffered = {
      {"namespaces", "status.phase name"},
      {"secrets", "type"},
      {"services", "spec.clusterIP spec.type"},
      {"nodes", "spec.unschedulable"},
      {"pods",
       "spec.nodeName spec.host spec.restartPolicy spec.schedulerName "
       "spec.serviceAccountName spec.hostNetwork status.phase status.podIP "
       "status.nominatedNodeName"},
      {"events",
       "involvedObject.kind involvedObject.namespace involvedObject.name "
       "involvedObject.uid involvedObject.apiVersion involvedObject.resourceVersion "
       "involvedObject.fieldPath reason reportingComponent source type"},
      {"events.events.k8s.io",
       "regarding.kind regarding.namespace regarding.name regarding.uid regarding.apiVersion "
       "regarding.resourceVersion regarding.fieldPath reason reportingController type"},
      {"changes.history.gatefold.dev", kOfEvents + " type"},
      {"clusterchanges.history.gatefold.dev", kOfEvents + " type"},
      {"transitions.history.gatefold.dev", kOfEvents + " type status reason"},
      {"clustertransitions.history.gatefold.dev", kOfEvents + " type status reason"},
  };
  for (const auto& kind : core_catalog()->kinds()) {
    std::string names;
    for (const auto& field : kind->versions.front().selectable_fields) {
      names += (names.empty() ? "" : " ") + field.name;
    }
    const auto resource = kind->group.empty() ? kind->plural : kind->plural + "." + kind->group;
    INFO(resource);
    const auto offered = kOffered.find(resource);
    CHECK(names == (offered == kOffered.end() ? "" : offered->second));
  }
}

TEST_CASE("what is not said of a built-in kind is Go's nothing (R15.4)") {
  const auto value = [](std::string_view plural, std::string_view field, std::string_view object) {
    const auto& version = core_catalog()->find("", plural)->versions.front();
    return selectable_values(version, test::json(object)).find(field)->second;
  };
  CHECK(value("nodes", "spec.unschedulable", "{}") == "false");
  CHECK(value("nodes", "spec.unschedulable", R"({"spec":{"unschedulable":true}})") == "true");
  CHECK(value("pods", "spec.hostNetwork", R"({"spec":{}})") == "false");
  CHECK(value("pods", "spec.host", R"({"spec":{"nodeName":"a"}})") == "a");
}

TEST_CASE("a field may be looked for in a second place") {
  const auto& version = core_catalog()->find("", "events")->versions.front();
  const auto source = [&](std::string_view text) {
    return selectable_values(version, test::json(text)).at("source");
  };
  CHECK(source(R"({"source":{"component":"a"},"reportingComponent":"b"})") == "a");
  CHECK(source(R"({"source":{},"reportingComponent":"b"})") == "b");
  CHECK(source("{}").empty());
}

TEST_CASE("selectable values are what Go prints, absent ones are empty (R15.4)") {
  const auto kind = test::kind(kWidget);
  const auto values = selectable_values(
      kind->versions.front(), test::json(R"({"spec":{"size":3,"ratio":1000000.5,"on":true}})"));
  CHECK(values ==
        SelectableValues{{"spec.on", "true"}, {"spec.ratio", "1.0000005e+06"}, {"spec.size", "3"}});
  CHECK(selectable_values(kind->versions.front(), test::json("{}")) ==
        SelectableValues{{"spec.on", ""}, {"spec.ratio", ""}, {"spec.size", ""}});
}

TEST_CASE("the selector of an object is told as a query, by key") {
  const auto text = [](std::string_view selector) {
    return label_selector_text(test::json(selector)).value_or("error");
  };
  CHECK(text("{}") == "");
  CHECK(text(R"({"matchLabels":{"b":"2","a":""}})") == "a=,b=2");
  CHECK(text(R"({"matchLabels":{"m":"1"},"matchExpressions":[
    {"key":"z","operator":"In","values":["y","x"]},{"key":"n","operator":"NotIn","values":["v"]},
    {"key":"e","operator":"Exists"},{"key":"d","operator":"DoesNotExist"}]})") ==
        "!d,e,m=1,n notin (v),z in (x,y)");
  // What is told is what a query means.
  CHECK(parse_label_selector("!d,e,m=1,n notin (v),z in (x,y)").has_value());
  CHECK(label_selector_text(test::json(R"({"matchExpressions":[{"key":"k","operator":"Is"}]})"))
            .error() == "\"Is\" is not a valid label selector operator");
}

}  // namespace
}  // namespace gatefold
