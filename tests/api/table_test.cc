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

}  // namespace

TEST_CASE("a table of one object names its columns and carries the object's metadata") {
  const Kind kind = test::parsed_kind(test::kLampDefinition);
  const Table table(kind, kind.versions.front(), "v1", IncludeObject::kMetadata);
  CHECK(golden("table/lamp.json", pretty_json(parsed(table.of_one(parsed(kLamp), kNow)))) == "");
}

TEST_CASE("later tables of a watch name no columns") {
  const Kind kind = test::parsed_kind(test::kLampDefinition);
  const Table table(kind, kind.versions.front(), "v1beta1", IncludeObject::kNone);
  const Value rendered = parsed(table.of_one(parsed(kLamp), kNow, false));
  CHECK(rendered ==
        parsed(R"({"kind":"Table","apiVersion":"meta.k8s.io/v1beta1","columnDefinitions":null,
      "rows":[{"cells":["desk",40,"[\"red\",\"blue\"]",true,"Unknown","2m22s"],"object":null}],
      "metadata":{"resourceVersion":"7"}})"));
}

TEST_CASE("a table of a list is put together from head, rows and tail") {
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
    "a definition without columns shows Name and Age, one with columns shows no Age of its own") {
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

TEST_CASE("column definitions carry type, format, priority and a description") {
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

TEST_CASE("cells follow the type of their column") {
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

TEST_CASE("only the first result of a path is shown") {
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

TEST_CASE("includeObject is one of three words") {
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

TEST_CASE("metadata alone keeps metadata and drops the rest") {
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

TEST_CASE("the Gateway's columns and cells are those of a real server") {
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
  const auto reference = computed_column(Compute::kReference, {".a"});
  CHECK(cell(reference, R"({"a":{"kind":"Pod","name":"web"}})") == Value("pod/web"));
  CHECK(cell(reference, R"({"a":{"kind":"Pod"}})") == Value("pod"));
  CHECK(cell(reference, "{}") == Value(""));
  const auto source = computed_column(Compute::kSource, {".a", ".b", ".c", ".d"});
  CHECK(cell(source, R"({"a":"x","b":"y","c":"z"})") == Value("x, z"));
  CHECK(cell(source, R"({"b":"y"})") == Value("y"));
  CHECK(cell(computed_column(Compute::kTrimmed, {".a"}), R"({"a":"\t x y \n"})") == Value("x y"));
  CHECK(cell(computed_column(Compute::kTrimmed, {".a"}), R"({"a":" "})") == Value(""));
}

}  // namespace gatefold::api
