#include "tests/contract/objects.h"

namespace gatefold::test {
namespace {

const Resource kPolicies{"admissionregistration.k8s.io", "v1", "validatingadmissionpolicies",
                         false};
const Resource kBindings{"admissionregistration.k8s.io", "v1", "validatingadmissionpolicybindings",
                         false};

// Of writes to ConfigMaps, with one validation.
Value policy(std::string_view expression, std::string_view message = "") {
  auto object = json(R"({"apiVersion":"admissionregistration.k8s.io/v1",
    "kind":"ValidatingAdmissionPolicy","metadata":{"name":"p"},"spec":{
      "matchConstraints":{"resourceRules":[{"apiGroups":[""],"apiVersions":["v1"],
        "operations":["CREATE","UPDATE","DELETE"],"resources":["configmaps"]}]},
      "validations":[{}]}})");
  auto& validation = object.at("spec").at("validations").at(0).as_object();
  validation["expression"] = expression;
  if (!message.empty()) validation["message"] = message;
  return object;
}

Value binding(std::string_view action = "Deny") {
  auto object = json(R"({"apiVersion":"admissionregistration.k8s.io/v1",
    "kind":"ValidatingAdmissionPolicyBinding","metadata":{"name":"b"},
    "spec":{"policyName":"p","validationActions":[]}})");
  object.at("spec").at("validationActions").as_array().emplace_back(action);
  return object;
}

void enforce(Door& door, Value of_policy, Value of_binding = binding()) {
  done(door.write(create(kPolicies, std::move(of_policy))));
  done(door.write(create(kBindings, std::move(of_binding))));
}

Value with_data(std::string_view name, std::string_view key, std::string_view value) {
  auto object = config_map(name);
  object.as_object()["data"] = JsonObject{{key, value}};
  return object;
}

}  // namespace

TEST_CASE("a policy refuses nothing before it is bound, and from then on with the next write") {
  const auto door = GATEFOLD_EVERY_DOOR();
  const auto stored = done(door->write(create(kPolicies, policy("has(object.data)", "no data"))));
  CHECK(string_at(stored, {"spec", "failurePolicy"}) == "Fail");
  CHECK(string_at(stored, {"spec", "matchConstraints", "matchPolicy"}) == "Equivalent");
  CHECK(stored.at("spec").at("matchConstraints").at("namespaceSelector") == json("{}"));
  CHECK(string_at(stored.at("spec").at("matchConstraints").at("resourceRules").at(0), {"scope"}) ==
        "*");
  done(door->write(create(kConfigMaps, config_map("before"))));
  done(door->write(create(kBindings, binding())));

  const auto refused = door->write(create(kConfigMaps, config_map("a")));
  CHECK(refused.reason == "Invalid");
  CHECK(refused.message == R"(configmaps "a" is forbidden: ValidatingAdmissionPolicy 'p' with )"
                           R"(binding 'b' denied request: no data)");
  REQUIRE(refused.causes.size() == 1);
  CHECK(refused.causes[0].message ==
        "ValidatingAdmissionPolicy 'p' with binding 'b' denied request: no data");
  CHECK(door->get(kConfigMaps, "default", "a").reason == "NotFound");
  done(door->write(create(kConfigMaps, with_data("a", "k", "v"))));
  // Of a deletion there is no object, which has no data.
  CHECK(door->write(remove(kConfigMaps, "a")).message.ends_with("denied request: no data"));

  done(door->write(remove(kBindings, "b")));
  done(door->write(remove(kConfigMaps, "a")));
}

TEST_CASE("expressions see the old object, the request, the namespace and each other") {
  const auto door = GATEFOLD_EVERY_DOOR();
  auto object = policy("request.operation != 'UPDATE' || variables.kept");
  auto& spec = object.at("spec").as_object();
  spec["variables"] = json(R"cel([
    {"name":"old","expression":"oldObject.?data.?k.orValue('')"},
    {"name":"kept","expression":"object.data.k == variables.old"}])cel");
  spec["validations"].at(0).as_object()["messageExpression"] =
      "'k of ' + request.namespace + '/' + object.metadata.name + ' was ' + variables.old";
  spec["validations"].as_array().push_back(
      json(R"({"expression":"namespaceObject.metadata.name == 'default'","reason":"Forbidden"})"));
  enforce(*door, object);
  done(door->write(create(kConfigMaps, with_data("a", "k", "1"))));
  const auto refused = door->write(patch(kConfigMaps, "a", json(R"({"data":{"k":"2"}})")));
  CHECK(refused.message ==
        R"(configmaps "a" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'b' denied )"
        R"(request: k of default/a was 1)");
  done(door->write(patch(kConfigMaps, "a", json(R"({"data":{"more":"2"}})"))));
  auto elsewhere = create(kConfigMaps, with_data("a", "k", "1"));
  elsewhere.name_space = "kube-public";
  const auto forbidden = door->write(elsewhere);
  CHECK(forbidden.reason == "Forbidden");
  CHECK(forbidden.message.ends_with(
      "denied request: failed expression: namespaceObject.metadata.name == 'default'"));
}

TEST_CASE("a policy looks at what its rules, selectors and conditions say, and nothing else") {
  const auto door = GATEFOLD_EVERY_DOOR();
  auto object = policy("false");
  auto& constraints = object.at("spec").at("matchConstraints").as_object();
  constraints["objectSelector"] = json(R"({"matchLabels":{"judged":"yes"}})");
  constraints["namespaceSelector"] = json(
      R"({"matchExpressions":[{"key":"kubernetes.io/metadata.name","operator":"In",
          "values":["default"]}]})");
  constraints["excludeResourceRules"] = json(
      R"([{"apiGroups":["*"],"apiVersions":["*"],"operations":["*"],"resources":["*"],
           "resourceNames":["spared"]}])");
  object.at("spec").as_object()["matchConditions"] =
      json(R"([{"name":"not-dry","expression":"!request.dryRun"}])");
  enforce(*door, object);
  const auto judged = [](std::string_view name) {
    return labelled(config_map(name), "judged", "yes");
  };
  CHECK(door->write(create(kConfigMaps, judged("a"))).reason == "Invalid");
  done(door->write(create(kConfigMaps, config_map("a"))));
  // The label that is taken away counts as well as the one that comes.
  CHECK(door->write(patch(kConfigMaps, "a", json(R"({"metadata":{"labels":{"judged":"yes"}}})")))
            .reason == "Invalid");
  done(door->write(create(kConfigMaps, judged("spared"))));
  auto elsewhere = create(kConfigMaps, judged("a"));
  elsewhere.name_space = "kube-public";
  done(door->write(elsewhere));
  auto dry = create(kConfigMaps, judged("dry"));
  dry.dry_run = true;
  done(door->write(dry));
  auto secret = json(R"({"apiVersion":"v1","kind":"Secret","metadata":{"name":"s",
    "labels":{"judged":"yes"}}})");
  done(door->write(create({"", "v1", "secrets"}, secret)));
}

TEST_CASE("what fails denies, or is left out where the policy ignores failures") {
  const auto door = GATEFOLD_EVERY_DOOR();
  auto object = policy("object.data.missing == 'x'");
  enforce(*door, object);
  CHECK(door->write(create(kConfigMaps, with_data("a", "k", "v"))).message ==
        R"(configmaps "a" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'b' denied )"
        R"(request: expression 'object.data.missing == 'x'' resulted in error: no such key: )"
        R"(missing)");
  done(door->write(patch(kPolicies, "p", json(R"({"spec":{"failurePolicy":"Ignore"}})"))));
  done(door->write(create(kConfigMaps, with_data("a", "k", "v"))));
  // It is false still where it can be evaluated.
  CHECK(door->write(create(kConfigMaps, with_data("b", "missing", "v"))).reason == "Invalid");
}

TEST_CASE("a binding may warn, or note with the event, instead of refusing") {
  const auto door = GATEFOLD_EVERY_DOOR();
  auto object = policy("has(object.data)", "no data");
  object.at("spec").as_object()["auditAnnotations"] =
      json(R"([{"key":"name","valueExpression":"'it is ' + object.metadata.name"},
               {"key":"none","valueExpression":"null"}])");
  auto of_binding = binding("Warn");
  of_binding.at("spec").at("validationActions").as_array().emplace_back("Audit");
  enforce(*door, object, of_binding);
  const auto warned = door->write(create(kConfigMaps, config_map("a")));
  REQUIRE(warned.ok());
  CHECK(warned.warnings ==
        std::vector<std::string>{
            "Validation failed for ValidatingAdmissionPolicy 'p' with binding 'b': no data"});
  const auto noted = door->newest("configmaps").audit_annotations;
  REQUIRE(noted.size() == 2);
  CHECK(noted[0].key == "validation.policy.admission.k8s.io/validation_failure");
  CHECK(json(noted[0].value) ==
        json(R"([{"binding":"b","expressionIndex":0,"message":"no data","policy":"p",
                  "validationActions":["Warn","Audit"]}])"));
  CHECK(noted[1].key == "p/name");
  CHECK(noted[1].value == "it is a");
}

TEST_CASE("a policy is asked once for each of its parameters") {
  const auto door = GATEFOLD_EVERY_DOOR();
  auto object = policy("object.metadata.name.size() <= int(params.data.max)");
  object.at("spec").as_object()["paramKind"] = {{"apiVersion", "v1"}, {"kind", "ConfigMap"}};
  object.at("spec").as_object()["matchConditions"] = json(
      R"cel([{"name":"no-param","expression":"!has(object.data) || !has(object.data.max)"}])cel");
  auto of_binding = binding();
  of_binding.at("spec").as_object()["paramRef"] =
      json(R"({"name":"limits","parameterNotFoundAction":"Deny"})");
  enforce(*door, object, of_binding);
  CHECK(door->write(create(kConfigMaps, config_map("abc"))).message ==
        R"(configmaps "abc" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'b' denied )"
        R"(request: failed to configure binding: no params found for policy binding with )"
        R"(`Deny` parameterNotFoundAction)");
  auto limits = create(kConfigMaps, with_data("limits", "max", "3"));
  CHECK(door->write(limits).reason == "Invalid");  // it is judged like all others
  done(door->write(remove(kBindings, "b")));
  done(door->write(limits));
  done(door->write(create(kBindings, of_binding)));
  done(door->write(create(kConfigMaps, config_map("abc"))));
  CHECK(door->write(create(kConfigMaps, config_map("abcd"))).reason == "Invalid");

  of_binding.at("spec").as_object()["paramRef"] =
      json(R"({"selector":{"matchLabels":{"limits":"yes"}},"parameterNotFoundAction":"Allow"})");
  done(door->write(patch(kBindings, "b", json(R"({"spec":{"paramRef":{"name":null,
    "selector":{"matchLabels":{"limits":"yes"}},"parameterNotFoundAction":"Allow"}}})"))));
  done(door->write(create(kConfigMaps, config_map("abcd"))));
  done(door->write(remove(kBindings, "b")));
  done(door->write(create(kConfigMaps, labelled(with_data("x", "max", "9"), "limits", "yes"))));
  done(door->write(create(kConfigMaps, labelled(with_data("y", "max", "2"), "limits", "yes"))));
  done(door->write(create(kBindings, of_binding)));
  CHECK(door->write(create(kConfigMaps, config_map("efg"))).reason == "Invalid");
  done(door->write(create(kConfigMaps, config_map("ef"))));
}

TEST_CASE("a policy over an unknown kind of parameters fails as it says") {
  const auto door = GATEFOLD_EVERY_DOOR();
  auto object = policy("true");
  object.at("spec").as_object()["paramKind"] = {{"apiVersion", "x.example.com/v1"},
                                                {"kind", "Limit"}};
  enforce(*door, object);
  CHECK(door->write(create(kConfigMaps, config_map("a"))).message ==
        R"(configmaps "a" is forbidden: ValidatingAdmissionPolicy 'p' denied request: failed to )"
        R"(configure policy: failed to find resource referenced by paramKind: )"
        R"('x.example.com/v1, Kind=Limit')");
}

TEST_CASE("policies are never asked about policies, so that each can be taken back") {
  const auto door = GATEFOLD_EVERY_DOOR();
  auto object = policy("false");
  object.at("spec").at("matchConstraints").as_object()["resourceRules"] =
      json(R"([{"apiGroups":["*"],"apiVersions":["*"],"operations":["*"],"resources":["*/*"]}])");
  enforce(*door, object);
  CHECK(door->write(create(kGateways, gateway("g"))).reason == "Invalid");
  CHECK(door->write(create(kNamespaces, name_space("n"))).reason == "Invalid");
  done(door->write(patch(kPolicies, "p", json(R"({"metadata":{"labels":{"a":"b"}}})"))));
  done(door->write(remove(kBindings, "b")));
  done(door->write(create(kGateways, gateway("g"))));
}

TEST_CASE("subresources are looked at where a rule names them") {
  const auto door = GATEFOLD_EVERY_DOOR();
  auto object = policy("!has(object.status.addresses)", "no addresses");
  object.at("spec").at("matchConstraints").as_object()["resourceRules"] = json(
      R"([{"apiGroups":["gateway.networking.k8s.io"],"apiVersions":["v1beta1"],
           "operations":["UPDATE"],"resources":["gateways/status"]}])");
  enforce(*door, object);
  auto stored = done(door->write(create(kGateways, gateway("g"))));
  stored.at("spec").as_object()["gatewayClassName"] = "y";
  stored = done(door->write(update(kGateways, stored)));
  // The request is of v1; the same objects are v1beta1 as well.
  stored.as_object()["status"] = json(R"({"addresses":[{"value":"10.0.0.1"}]})");
  CHECK(door->write(update_status(kGateways, stored)).message.ends_with("no addresses"));
}

TEST_CASE("expressions that do not fit the types of a kind are named in the policy's status") {
  const auto door = GATEFOLD_EVERY_DOOR();
  auto object = policy("object.metadata.name == 'a' && object.dat.k == 'b'");
  object.at("spec").at("validations").at(0).as_object()["messageExpression"] =
      "'is ' + variables.kind";
  object.at("spec").as_object()["variables"] =
      json(R"([{"name":"kind","expression":"object.kind"}])");
  done(door->write(create(kPolicies, object)));
  const auto warnings = [&]() -> Value {
    const auto stored = door->get(kPolicies, "", "p").object;
    const auto* checked = find_path(stored, {"status", "typeChecking"});
    if (integer_at(stored, {"status", "observedGeneration"}, 0) != generation_of(stored) ||
        checked == nullptr) {
      return "not yet";
    }
    const auto* found = find(*checked, "expressionWarnings");
    return found == nullptr ? Value(nullptr) : *found;
  };
  REQUIRE(eventually([&] { return warnings() != Value("not yet"); }));
  const auto found = warnings();
  REQUIRE(found.is_array());
  REQUIRE(found.as_array().size() == 1);
  CHECK(found.at(0).at("fieldRef") == "spec.validations[0].expression");
  CHECK(found.at(0).at("warning") ==
        "/v1, Kind=ConfigMap: ERROR: <input>:1:38: undefined field 'dat'\n"
        " | object.metadata.name == 'a' && object.dat.k == 'b'\n"
        " | .....................................^\n");
  done(door->write(patch(kPolicies, "p", json(R"({"spec":{"validations":[
    {"expression":"object.data.k == 'b'"}]}})"))));
  CHECK(eventually([&] { return warnings().is_null(); }));
}

TEST_CASE("policies and bindings that make no sense are refused with all that is wrong") {
  const auto door = GATEFOLD_EVERY_DOOR();
  auto wrong = policy("object.metadata.name.size()");
  auto& spec = wrong.at("spec").as_object();
  spec["failurePolicy"] = "Perhaps";
  spec["variables"] = json(R"([{"name":"a-b","expression":"1"},{"name":"c","expression":"1 +"}])");
  spec["auditAnnotations"] = json(R"([{"key":"k","valueExpression":"1"}])");
  spec["matchConditions"] = json(R"([{"name":"m","expression":"variables.c == 1"}])");
  spec["matchConstraints"] = json(R"({"resourceRules":[{"apiGroups":["*","x"],"apiVersions":[],
    "operations":["READ"],"resources":["pods/*","pods/log"],"scope":"World"}]})");
  const auto refused = door->write(create(kPolicies, wrong));
  CHECK(refused.reason == "Invalid");
  CHECK(fields_of(refused) ==
        "spec.failurePolicy spec.matchConstraints.resourceRules[0].operations[0] "
        "spec.matchConstraints.resourceRules[0].apiGroups "
        "spec.matchConstraints.resourceRules[0].apiVersions "
        "spec.matchConstraints.resourceRules[0].resources[1] "
        "spec.matchConstraints.resourceRules[0].scope spec.matchConditions[0].expression "
        "spec.variables[0].name spec.variables[1].expression spec.validations[0].expression "
        "spec.auditAnnotations[0].valueExpression");
  CHECK(refused.message.contains("must evaluate to bool but got int"));
  CHECK(refused.message.contains("must evaluate to one of [string null_type] but got int"));

  auto large = policy("true");
  large.at("spec").as_object()["variables"] = JsonArray();
  for (int i = 0; i < 257; ++i) {
    large.at("spec")
        .at("variables")
        .as_array()
        .push_back(JsonObject{{"name", "v" + std::to_string(i)}, {"expression", "1"}});
  }
  CHECK(fields_of(door->write(create(kPolicies, large))) == "spec.variables");

  auto of_binding = binding("Warn");
  auto& bound = of_binding.at("spec").as_object();
  bound["policyName"] = "P";
  bound["validationActions"].as_array().emplace_back("Deny");
  bound["paramRef"] = json(R"({"name":"x","selector":{"matchExpressions":[
    {"key":"k","operator":"In"}]}})");
  const auto also = door->write(create(kBindings, of_binding));
  CHECK(fields_of(also) ==
        "spec.policyName spec.paramRef.name spec.paramRef.selector.matchExpressions[0].values "
        "spec.paramRef.selector spec.paramRef.parameterNotFoundAction spec.validationActions");
}

}  // namespace gatefold::test
