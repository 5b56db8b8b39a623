#include "api/table.h"

#include <catch2/catch.hpp>

#include "schema/catalog.h"
#include "schema/convert.h"
#include "schema/json.h"
#include "tests/api/rendering_kinds.h"
#include "tests/support/golden.h"

namespace gatefold::api {
namespace {

using test::golden;

constexpr std::string_view kLamp = R"({"apiVersion":"light.example.com/v1","kind":"Lamp",
  "metadata":{"name":"desk","namespace":"study","uid":"u1","resourceVersion":"7",
              "creationTimestamp":"2026-01-02T03:04:05Z","labels":{"a":"b"}},
  "spec":{"watts":40,"colours":["red","blue"],"on":true},
  "status":{"conditions":[{"type":"Other","status":"True"},{"type":"Lit","status":"Unknown"}]}})";

Value parsed(std::string_view text) {
  auto document = parse_json(text);
  REQUIRE(document.has_value());
  return std::move(document->value);
}

Time at(std::string_view text) {
  return parse_rfc3339(text).value();
}

const Time kNow = at("2026-01-02T03:06:27Z");  // 2m22s after the lamp's creation

Value cells_of(const Kind& kind, const Value& object, Time now = kNow) {
  const Table table(kind, kind.versions.front(), "v1", IncludeObject::kNone);
  std::string row;
  table.append_row(row, object, now);
  return parsed(row).at("cells");
}

// A kind whose only columns are the given one, before which Name stands.
Kind with_column(PrinterColumn column, bool core = false) {
  Kind kind = test::parsed_kind(test::kLampDefinition);
  kind.core = core;
  kind.versions.front().columns = {std::move(column)};
  return kind;
}

PrinterColumn path_column(std::string type, std::string path) {
  PrinterColumn column;
  column.name = "X";
  column.type = std::move(type);
  column.json_path = std::move(path);
  return column;
}

PrinterColumn computed_column(PrinterColumn::Compute compute, std::vector<std::string> paths = {}) {
  PrinterColumn column;
  column.name = "X";
  column.type = "string";
  column.compute = compute;
  column.paths = std::move(paths);
  return column;
}

Value cell(const PrinterColumn& column, std::string_view object, bool core = false) {
  return cells_of(with_column(column, core), parsed(object)).at(1);
}

// The cells of an object of a built-in kind, made 10 s ago, without the name and the age of most.
Value built_in_cells(std::string_view group, std::string_view plural, std::string_view object) {
  const auto catalog = builtin_catalog();
  const Kind* kind = catalog->find(group, plural);
  REQUIRE(kind != nullptr);
  const Table table(*kind, kind->storage_version(), "v1", IncludeObject::kNone);
  Value made = parsed(object);
  object_member(made.as_object(), "metadata")["name"] = "n";
  made.at("metadata").as_object()["creationTimestamp"] = "2026-11-24T07:24:00Z";
  return parsed(table.of_one(made, at("2026-11-24T07:24:10Z"))).at("rows").at(0).at("cells");
}

std::string built_in_columns(std::string_view group, std::string_view plural) {
  const auto catalog = builtin_catalog();
  const Kind* kind = catalog->find(group, plural);
  REQUIRE(kind != nullptr);
  const Table table(*kind, kind->storage_version(), "v1", IncludeObject::kNone);
  const Value rendered = parsed(table.of_one(parsed(R"({"metadata":{}})"), {}));
  std::string names;
  for (const Value& column : rendered.at("columnDefinitions").as_array()) {
    const std::string name(string_at(column, {"name"}));
    const bool is_wide = integer_at(column, {"priority"}, 0) > 0;
    names += (names.empty() ? "" : ",") + (is_wide ? "[" + name + "]" : name);
  }
  return names;
}

}  // namespace

TEST_CASE(
    "a table of one object names its columns and carries the object's metadata (R22.2, R22.9)") {
  const Kind kind = test::parsed_kind(test::kLampDefinition);
  const Table table(kind, kind.versions.front(), "v1", IncludeObject::kMetadata);
  CHECK(golden("table/lamp.json", pretty_json(parsed(table.of_one(parsed(kLamp), kNow)))) == "");
}

TEST_CASE("later tables of a watch name no columns (R16.13)") {
  const Kind kind = test::parsed_kind(test::kLampDefinition);
  const Table table(kind, kind.versions.front(), "v1beta1", IncludeObject::kNone);
  const Value rendered = parsed(table.of_one(parsed(kLamp), kNow, false));
  CHECK(rendered ==
        parsed(R"({"kind":"Table","apiVersion":"meta.k8s.io/v1beta1","columnDefinitions":null,
      "rows":[{"cells":["desk",40,"[\"red\",\"blue\"]",true,"Unknown","2m22s"],"object":null}],
      "metadata":{"resourceVersion":"7"}})"));
}

TEST_CASE("a table of a list is put together from head, rows and tail (R22.2, R22.3)") {
  const Kind kind = test::parsed_kind(test::kLampDefinition);
  const Table table(kind, kind.versions.front(), "v1", IncludeObject::kObject);
  std::string out;
  table.append_head(out);
  table.append_row(out, parsed(kLamp), kNow);
  out += ',';
  table.append_row(out, parsed(R"({"metadata":{"name":"bare"}})"), kNow);
  Table::append_tail(out, {"9", "more", 3});
  const Value rendered = parsed(out);
  CHECK(rendered.at("metadata") ==
        parsed(R"({"resourceVersion":"9","continue":"more","remainingItemCount":3})"));
  REQUIRE(rendered.at("rows").get_array().size() == 2);
  CHECK(rendered.at("rows").at(0).at("object") == parsed(kLamp));
  CHECK(rendered.at("rows").at(1).at("cells") == parsed(R"(["bare",null,null,null,null,null])"));
  CHECK(rendered.at("columnDefinitions").get_array().size() == 6);
}

TEST_CASE(
    "a definition without columns shows Name and Age, one with columns shows no Age of its own "
    "(R22.4)") {
  const auto names = [](const Kind& kind) {
    const Table table(kind, kind.versions.front(), "v1", IncludeObject::kNone);
    std::string out;
    table.append_head(out);
    std::vector<std::string> all;
    const Value rendered = parsed(out + "]}");
    for (const Value& column : rendered.at("columnDefinitions").get_array()) {
      all.emplace_back(column.at("name").get_string());
    }
    return all;
  };
  CHECK(names(test::parsed_kind(test::kRoomDefinition)) == std::vector<std::string>{"Name", "Age"});
  CHECK(names(with_column(path_column("string", ".spec.note"))) ==
        std::vector<std::string>{"Name", "X"});

  PrinterColumn name = path_column("string", ".metadata.name");
  name.name = "Name";
  CHECK(names(with_column(name, true)) == std::vector<std::string>{"Name"});
  CHECK(names(with_column(name, false)) == std::vector<std::string>{"Name", "Name"});
}

TEST_CASE("column definitions carry type, format, priority and a description (R22.4)") {
  const Kind kind = test::parsed_kind(test::kLampDefinition);
  const Table table(kind, kind.versions.front(), "v1", IncludeObject::kNone);
  std::string out;
  table.append_head(out);
  const Value columns = parsed(out + "]}").at("columnDefinitions");
  CHECK(columns.at(0).at("format").get_string() == "name");
  CHECK(
      columns.at(1) ==
      parsed(
          R"({"name":"Watts","type":"integer","format":"","description":"Power.","priority":0})"));
  CHECK(columns.at(2) == parsed(R"({"name":"Colours","type":"string","format":"",
      "description":"Custom resource definition column (in JSONPath format): .spec.colours","priority":1})"));
}

TEST_CASE("cells follow the type of their column (R22.5)") {
  const auto of = [](const char* type, const char* spec) {
    return cell(path_column(type, ".x"),
                std::string(R"({"metadata":{"name":"n"},"x":)") + spec + '}');
  };
  CHECK(of("string", "\"text\"") == Value("text"));
  CHECK(of("string", "3") == Value("3"));
  CHECK(of("string", "true") == Value("true"));
  CHECK(of("string", R"({"d":"dflt","a":"z"})") == Value(R"({"a":"z","d":"dflt"})"));
  CHECK(of("string", "null") == Value(nullptr));
  CHECK(of("integer", "3") == Value(3));
  CHECK(of("integer", "3.7") == Value(3));
  CHECK(of("integer", "\"3\"") == Value(nullptr));
  CHECK(of("number", "1.5") == Value(1.5));
  CHECK(of("boolean", "false") == Value(false));
  CHECK(of("boolean", "\"false\"") == Value(nullptr));
  CHECK(of("date", "\"2026-01-02T03:04:05Z\"") == Value("2m22s"));
  CHECK(of("date", "\"2019-02-07T00:00:00Z\"") == Value("6y331d"));
  CHECK(of("date", "\"yesterday\"") == Value("<invalid>"));
  CHECK(of("date", "null") == Value(nullptr));
}

TEST_CASE("only the first result of a path is shown (R22.5)") {
  CHECK(cell(path_column("string", ".spec.arr[*]"), R"({"spec":{"arr":["q","r"]}})") == Value("q"));
  CHECK(cell(path_column("string", ".spec.arr[*].value"), R"({"spec":{"arr":[]}})") ==
        Value(nullptr));
}

TEST_CASE("counts add up the sizes of what they name") {
  const PrinterColumn data =
      computed_column(PrinterColumn::Compute::kCount, {".data", ".binaryData"});
  CHECK(cell(data, R"({"data":{"a":"1","b":"2"},"binaryData":{"c":"3"}})", true) == Value(3));
  CHECK(cell(data, R"({})", true) == Value(0));
}

TEST_CASE("ports show number, node port and protocol") {
  const PrinterColumn ports = computed_column(PrinterColumn::Compute::kPorts);
  CHECK(cell(ports, R"({"spec":{"ports":[{"port":80,"protocol":"TCP"},
                        {"port":443,"nodePort":30443,"protocol":"TCP"},{"port":53,"protocol":"UDP"}]}})",
             true) == Value("80/TCP,443:30443/TCP,53/UDP"));
  CHECK(cell(ports, R"({"spec":{}})", true) == Value("<none>"));
}

TEST_CASE("external addresses depend on the type of the service") {
  const PrinterColumn column = computed_column(PrinterColumn::Compute::kExternalIps);
  const auto of = [&](std::string_view object) { return cell(column, object, true); };
  CHECK(of(R"({"spec":{"type":"ClusterIP"}})") == Value("<none>"));
  CHECK(of(R"({"spec":{"type":"NodePort","externalIPs":["1.1.1.1","2.2.2.2"]}})") ==
        Value("1.1.1.1,2.2.2.2"));
  CHECK(of(R"({"spec":{"type":"LoadBalancer"}})") == Value("<pending>"));
  CHECK(of(R"({"spec":{"type":"LoadBalancer","externalIPs":["9.9.9.9"]},
               "status":{"loadBalancer":{"ingress":[{"hostname":"lb.example"},{"ip":"10.0.0.1"}]}}})") ==
        Value("10.0.0.1,lb.example,9.9.9.9"));
  CHECK(of(R"({"spec":{"type":"ExternalName","externalName":"db.example"}})") ==
        Value("db.example"));
}

TEST_CASE("a text that is not there says so") {
  const PrinterColumn address = computed_column(PrinterColumn::Compute::kText, {".spec.clusterIP"});
  CHECK(cell(address, R"({"spec":{"clusterIP":"10.0.0.1"}})", true) == Value("10.0.0.1"));
  CHECK(cell(address, R"({"spec":{"clusterIP":""}})", true) == Value("<none>"));
  CHECK(cell(address, R"({"spec":{}})", true) == Value("<none>"));
}

TEST_CASE("a Service without an address shows that it has none") {
  const auto catalog = builtin_catalog();
  const Kind* kind = catalog->find("", "services");
  REQUIRE(kind != nullptr);
  const Table table(*kind, *kind->version("v1"), "v1", IncludeObject::kNone);
  const Value service = parsed(R"({"metadata":{"name":"db","resourceVersion":"2",
      "creationTimestamp":"2026-11-24T07:24:16Z"},
      "spec":{"type":"ExternalName","externalName":"db.example"}})");
  const Value rendered = parsed(table.of_one(service, at("2026-11-24T07:24:27Z")));
  CHECK(rendered.at("rows").at(0).at("cells") ==
        parsed(R"(["db","ExternalName","<none>","db.example","<none>","11s","<none>"])"));
}

TEST_CASE("labels are shown as pairs in order") {
  const PrinterColumn selector =
      computed_column(PrinterColumn::Compute::kLabels, {".spec.selector"});
  CHECK(cell(selector, R"({"spec":{"selector":{"b":"2","a":"1"}}})", true) == Value("a=1,b=2"));
  CHECK(cell(selector, R"({"spec":{}})", true) == Value("<none>"));
}

TEST_CASE("core kinds have Kubernetes' columns (R22.7)") {
  CHECK(built_in_columns("apps", "deployments") ==
        "Name,Ready,Up-to-date,Available,Age,[Containers],[Images],[Selector]");
  CHECK(built_in_columns("apps", "daemonsets") ==
        "Name,Desired,Current,Ready,Up-to-date,Available,Node Selector,Age,[Containers],[Images],"
        "[Selector]");
  CHECK(built_in_columns("", "endpoints") == "Name,Endpoints,Age");
  CHECK(built_in_columns("discovery.k8s.io", "endpointslices") ==
        "Name,AddressType,Ports,Endpoints,Age");
  CHECK(built_in_columns("", "nodes") ==
        "Name,Status,Roles,Age,Version,[Internal-IP],[External-IP],[OS-Image],[Kernel-Version],"
        "[Container-Runtime]");
  CHECK(built_in_columns("", "events") ==
        "Last Seen,Type,Reason,Object,[Subobject],[Source],Message,[First Seen],[Count],[Name]");
  for (const auto* plural : {"rolebindings", "clusterrolebindings"}) {
    CHECK(built_in_columns("rbac.authorization.k8s.io", plural) ==
          "Name,Role,Age,[Users],[Groups],[ServiceAccounts]");
  }
  for (const auto* plural : {"roles", "clusterroles"}) {
    CHECK(built_in_columns("rbac.authorization.k8s.io", plural) == "Name,Created At");
  }
  CHECK(built_in_columns("", "serviceaccounts") == "Name,Secrets,Age");
  CHECK(built_in_columns("", "secrets") == "Name,Type,Data,Age");
  CHECK(built_in_columns("", "configmaps") == "Name,Data,Age");
  CHECK(built_in_columns("", "namespaces") == "Name,Status,Age");
  CHECK(built_in_columns("", "services") ==
        "Name,Type,Cluster-IP,External-IP,Port(s),Age,[Selector]");
  CHECK(built_in_columns("coordination.k8s.io", "leases") == "Name,Holder,Age");
}

TEST_CASE("workloads show how many of their pods work") {
  const auto deployment = [](std::string_view object) {
    return built_in_cells("apps", "deployments", object);
  };
  CHECK(deployment(R"({"spec":{"replicas":3,"selector":{"matchLabels":{"b":"2"},
      "matchExpressions":[{"key":"a","operator":"In","values":["y","x"]}]},
      "template":{"spec":{"containers":[{"name":"c","image":"i:1"},{"name":"d","image":"j"}]}}},
      "status":{"replicas":3,"readyReplicas":1,"updatedReplicas":2,"availableReplicas":1}})") ==
        parsed(R"(["n","1/3",2,1,"10s","c,d","i:1,j","a in (x,y),b=2"])"));
  CHECK(deployment(R"({"spec":{"replicas":1}})") ==
        parsed(R"(["n","0/1",0,0,"10s","","","<none>"])"));
  CHECK(deployment(R"({"spec":{"selector":{"matchExpressions":[{"key":"a","operator":"Is"}]}}})")
            .at(7) == Value("<error>"));
  CHECK(built_in_cells("apps", "daemonsets", R"({"status":{"desiredNumberScheduled":3,
      "currentNumberScheduled":2,"numberReady":1},"spec":{"template":{"spec":{
      "nodeSelector":{"d":"ssd"},"containers":[{"name":"c","image":"i"}]}}}})") ==
        parsed(R"(["n",3,2,1,0,0,"d=ssd","10s","c","i","<none>"])"));
  CHECK(built_in_cells("policy", "poddisruptionbudgets",
                       R"({"spec":{"minAvailable":"50%"},"status":{"disruptionsAllowed":2}})") ==
        parsed(R"(["n","50%","N/A",2,"10s"])"));
  CHECK(built_in_cells("policy", "poddisruptionbudgets", R"({"spec":{"maxUnavailable":1}})") ==
        parsed(R"(["n","N/A","1",0,"10s"])"));
}

TEST_CASE("endpoints show three addresses and count the rest") {
  const auto endpoints = [](std::string_view object) {
    return built_in_cells("", "endpoints", object).at(1);
  };
  CHECK(endpoints("{}") == Value("<none>"));
  CHECK(endpoints(R"({"subsets":[{"notReadyAddresses":[{"ip":"10.0.0.1"}]}]})") == Value(""));
  CHECK(endpoints(R"({"subsets":[{"addresses":[{"ip":"10.0.0.1"},{"ip":"fd00::1"}],
      "ports":[{"port":80}]},{"addresses":[{"ip":"10.0.0.3"}]}]})") ==
        Value("10.0.0.1:80,[fd00::1]:80,10.0.0.3"));
  CHECK(endpoints(R"({"subsets":[{"addresses":[{"ip":"10.0.0.1"},{"ip":"10.0.0.2"}],
      "ports":[{"port":80},{"port":443}]}]})") ==
        Value("10.0.0.1:80,10.0.0.2:80,10.0.0.1:443 + 1 more..."));
  const auto slice = [](std::string_view object) {
    return built_in_cells("discovery.k8s.io", "endpointslices", object);
  };
  CHECK(slice(R"({"addressType":"IPv4"})") == parsed(R"(["n","IPv4","<unset>","<unset>","10s"])"));
  CHECK(slice(R"({"addressType":"IPv4","ports":[{"port":80,"name":"http"},{"name":"any"},{}],
      "endpoints":[{"addresses":["10.0.0.1","10.0.0.2"]},{"addresses":["10.0.0.3","10.0.0.4"]}]})") ==
        parsed(R"(["n","IPv4","80,any,*","10.0.0.1,10.0.0.2,10.0.0.3 + 1 more...","10s"])"));
}

TEST_CASE("nodes show whether they are ready and what for") {
  CHECK(built_in_cells("", "nodes", "{}") ==
        parsed(R"(["n","Unknown","<none>","10s","","<none>","<none>","<unknown>","<unknown>",
                   "<unknown>"])"));
  CHECK(built_in_cells("", "nodes", R"({"metadata":{"labels":{
      "node-role.kubernetes.io/worker":"","node-role.kubernetes.io/control-plane":"",
      "node-role.kubernetes.io/":"","kubernetes.io/role":"old"}},
      "spec":{"unschedulable":true},"status":{
      "conditions":[{"type":"DiskPressure","status":"False"},{"type":"Ready","status":"Unknown"}],
      "addresses":[{"type":"Hostname","address":"h"},{"type":"InternalIP","address":"10.0.0.1"}],
      "nodeInfo":{"kubeletVersion":"v1.33.0","osImage":"Debian","kernelVersion":"6.1"}}})") ==
        parsed(R"(["n","NotReady,SchedulingDisabled","control-plane,old,worker","10s","v1.33.0",
                   "10.0.0.1","<none>","Debian","6.1","<unknown>"])"));
}

TEST_CASE("events show when, what and by whom") {
  const auto event = [](std::string_view object) { return built_in_cells("", "events", object); };
  CHECK(event(R"({"type":"Normal","reason":"R","message":" m\n","involvedObject":{"kind":"Pod",
      "name":"p","fieldPath":"spec"},"source":{"component":"c","host":"h"},"count":4,
      "firstTimestamp":"2026-11-24T07:23:10Z","lastTimestamp":"2026-11-24T07:24:05Z"})") ==
        parsed(R"(["5s","Normal","R","pod/p","spec","c, h","m","60s",4,"n"])"));
  CHECK(event(R"({"eventTime":"2026-11-24T07:24:07.000000Z","involvedObject":{"kind":"Node"},
      "reportingComponent":"r"})") == parsed(R"(["3s","","","node","","r","","3s",1,"n"])"));
  CHECK(event(R"({"eventTime":"2026-11-24T07:24:00.000000Z","series":{"count":7,
      "lastObservedTime":"2026-11-24T07:24:09.000000Z"}})") ==
        parsed(R"(["1s","","","","","","","10s",7,"n"])"));
  CHECK(event("{}").at(0) == Value("<unknown>"));
}

TEST_CASE("role bindings show who has the role") {
  CHECK(built_in_cells("rbac.authorization.k8s.io", "rolebindings",
                       R"({"roleRef":{"kind":"Role","name":"r"},"subjects":[
      {"kind":"User","name":"u"},{"kind":"Group","name":"g"},{"kind":"User","name":"v"},
      {"kind":"ServiceAccount","namespace":"s","name":"a"}]})") ==
        parsed(R"(["n","Role/r","10s","u, v","g","s/a"])"));
  CHECK(built_in_cells("rbac.authorization.k8s.io", "roles", "{}") ==
        parsed(R"(["n","2026-11-24T07:24:00Z"])"));
  CHECK(built_in_cells("coordination.k8s.io", "leases", "{}") == parsed(R"(["n","","10s"])"));
}

TEST_CASE("includeObject is one of three words (R22.3)") {
  CHECK(parse_include_object("") == IncludeObject::kMetadata);
  CHECK(parse_include_object("Metadata") == IncludeObject::kMetadata);
  CHECK(parse_include_object("Object") == IncludeObject::kObject);
  CHECK(parse_include_object("None") == IncludeObject::kNone);
  const auto wrong = parse_include_object("Foo");
  REQUIRE_FALSE(wrong.has_value());
  CHECK(wrong.error().reason == Reason::kBadRequest);
  CHECK(wrong.error().message ==
        "Unable to convert to Table as requested: includeObject: Invalid value: \"Foo\": must be "
        "'Metadata', "
        "'Object', 'None', or empty");
}

TEST_CASE("metadata alone keeps metadata and drops the rest (R22.8)") {
  std::string out;
  append_partial_metadata(out, parsed(kLamp), "v1");
  const Value rendered = parsed(out);
  CHECK(rendered == parsed(R"({"kind":"PartialObjectMetadata","apiVersion":"meta.k8s.io/v1",
      "metadata":{"name":"desk","namespace":"study","uid":"u1","resourceVersion":"7",
                  "creationTimestamp":"2026-01-02T03:04:05Z","labels":{"a":"b"}}})"));

  std::string list;
  append_partial_list_head(list, "v1");
  list += out;
  append_partial_list_tail(list, {"8", "", std::nullopt});
  const Value rendered_list = parsed(list);
  CHECK(string_at(rendered_list, {"kind"}) == "PartialObjectMetadataList");
  CHECK(rendered_list.at("items").at(0) == rendered);
  CHECK(rendered_list.at("metadata") == parsed(R"({"resourceVersion":"8"})"));
}

TEST_CASE("the Gateway's columns and cells are those of a real server (R22.4, R22.5)") {
  const auto catalog = builtin_catalog();
  const Kind* kind = catalog->find("gateway.networking.k8s.io", "gateways");
  REQUIRE(kind != nullptr);
  const Table table(*kind, *kind->version("v1"), "v1", IncludeObject::kNone);
  const Value gateway = parsed(R"({"metadata":{"name":"g1","resourceVersion":"212",
      "creationTimestamp":"2026-11-24T07:24:16Z"},"spec":{"gatewayClassName":"z"},
      "status":{"conditions":[{"type":"Accepted","status":"True"},{"type":"Programmed","status":"Unknown"}]}})");
  const Value rendered = parsed(table.of_one(gateway, at("2026-11-24T07:24:27Z")));
  CHECK(rendered.at("rows").at(0).at("cells") == parsed(R"(["g1","z",null,"Unknown","11s"])"));
  const JsonArray& columns = rendered.at("columnDefinitions").get_array();
  REQUIRE(columns.size() == 5);
  CHECK(columns[3] ==
        parsed(R"js({"name":"Programmed","type":"string","format":"","priority":0,"description":
      "Custom resource definition column (in JSONPath format): .status.conditions[?(@.type==\"Programmed\")].status"})js"));
  CHECK(string_at(columns[4], {"type"}) == "date");
}

// One event of the older sort, and one of the newer with its series, as both groups show them.
TEST_CASE("the columns of Events are the same in both groups") {
  const Value stored[] = {
      parsed(R"({"apiVersion":"v1","kind":"Event","metadata":{"name":"old"},"eventTime":null,
        "firstTimestamp":"2026-01-02T03:04:05Z","lastTimestamp":"2026-01-02T03:06:17Z","count":4,
        "involvedObject":{"kind":"Pod","name":"web","fieldPath":"spec.containers{envoy}"},
        "message":" it runs\n","reason":"Started","source":{"component":"kubelet","host":"n1"},
        "type":"Normal","reportingComponent":"","reportingInstance":""})"),
      parsed(R"({"apiVersion":"v1","kind":"Event","metadata":{"name":"new"},
        "eventTime":"2026-01-02T03:04:05.000000Z","firstTimestamp":null,"lastTimestamp":null,
        "involvedObject":{"kind":"HTTPRoute","name":"r"},"reason":"Seen","source":{},
        "reportingComponent":"example.com/c","reportingInstance":"c-1","type":"Warning",
        "series":{"count":7,"lastObservedTime":"2026-01-02T03:06:26.000000Z"}})"),
      parsed(R"({"apiVersion":"v1","kind":"Event","metadata":{"name":"bare"},"source":{},
        "involvedObject":{"kind":"Node"},"reportingComponent":"","reportingInstance":""})")};
  const auto catalog = core_catalog();
  for (const auto* group : {"", "events.k8s.io"}) {
    const Kind& kind = *catalog->find(group, "events");
    const KindVersion& version = kind.versions.front();
    const Table table(kind, version, "v1", IncludeObject::kNone);
    std::string text;
    table.append_head(text);
    for (const auto& event : stored) {
      Value object = event;
      if (kind.is_view()) convert_object(kind, version, object);
      if (&event != stored) text += ',';
      table.append_row(text, object, kNow);
    }
    Table::append_tail(text, {});
    CHECK(golden("table/events.json", pretty_json(parsed(text))) == "");
  }
}

TEST_CASE("cells of events") {
  using Compute = PrinterColumn::Compute;
  const auto age = computed_column(Compute::kFirstAge, {".a", ".b"});
  CHECK(cell(age, R"({"a":null,"b":"2026-01-02T03:06:17Z"})") == Value("10s"));
  CHECK(cell(age, R"({"a":7})") == Value("<unknown>"));
  const auto count = computed_column(Compute::kOccurrences, {".a", ".b"});
  CHECK(cell(count, R"({"a":0,"b":3})") == Value(3));
  CHECK(cell(count, R"({"a":"x"})") == Value(1));
  const auto reference = computed_column(Compute::kEventObject, {".a"});
  CHECK(cell(reference, R"({"a":{"kind":"Pod","name":"web"}})") == Value("pod/web"));
  CHECK(cell(reference, R"({"a":{"kind":"Pod"}})") == Value("pod"));
  CHECK(cell(reference, "{}") == Value(""));
  const auto source = computed_column(Compute::kEventSource, {".a", ".b", ".c", ".d"});
  CHECK(cell(source, R"({"a":"x","b":"y","c":"z"})") == Value("x, z"));
  CHECK(cell(source, R"({"b":"y"})") == Value("y"));
  CHECK(cell(computed_column(Compute::kTrimmed, {".a"}), R"({"a":"\t x y \n"})") == Value("x y"));
  CHECK(cell(computed_column(Compute::kTrimmed, {".a"}), R"({"a":" "})") == Value(""));
}

}  // namespace gatefold::api
