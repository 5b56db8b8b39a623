#include "api/table.h"

#include <algorithm>

#include "api/table_cells.h"
#include "schema/json.h"

namespace gatefold::api {
namespace {

constexpr std::string_view kCreationPath = ".metadata.creationTimestamp";

PrinterColumn name_column() {
  PrinterColumn column;
  column.name = "Name";
  column.type = "string";
  column.format = "name";
  column.description = "Unique among the objects of its kind in its namespace.";
  column.json_path = ".metadata.name";
  return column;
}

PrinterColumn age_column() {
  PrinterColumn column;
  column.name = "Age";
  column.type = "date";
  column.description = "Time since the object was created.";
  column.json_path = kCreationPath;
  return column;
}

// Name comes first unless a core kind places it elsewhere; Age only where nothing is declared
// (R22.4).
std::vector<PrinterColumn> columns_of(const Kind& kind, const KindVersion& version) {
  std::vector<PrinterColumn> columns;
  const bool has_name =
      kind.core &&
      std::ranges::find(version.columns, "Name", &PrinterColumn::name) != version.columns.end();
  if (!has_name) columns.push_back(name_column());
  columns.insert(columns.end(), version.columns.begin(), version.columns.end());
  if (version.columns.empty()) columns.push_back(age_column());
  return columns;
}

void append_definition(std::string& out, const PrinterColumn& column) {
  const auto member = [&out](std::string_view name, std::string_view text) {
    append_json_string(out, name);
    out += ':';
    append_json_string(out, text);
    out += ',';
  };
  out += '{';
  member("name", column.name);
  member("type", column.type);
  member("format", column.format);
  if (column.description.empty() && !column.json_path.empty()) {
    member("description",
           "Custom resource definition column (in JSONPath format): " + column.json_path);
  } else {
    member("description", column.description);
  }
  out += "\"priority\":" + std::to_string(column.priority) + '}';
}

}  // namespace

Result<IncludeObject> parse_include_object(std::string_view text) {
  if (text.empty() || text == "Metadata") return IncludeObject::kMetadata;
  if (text == "Object") return IncludeObject::kObject;
  if (text == "None") return IncludeObject::kNone;
  return bad_request("Unable to convert to Table as requested: includeObject: Invalid value: " +
                     go_quote(text) + ": must be 'Metadata', 'Object', 'None', or empty");
}

Table::Table(const Kind& kind, const KindVersion& version, std::string_view meta_version,
             IncludeObject include)
    : meta_version_(meta_version), include_(include) {
  for (PrinterColumn& column : columns_of(kind, version)) {
    TableColumn parsed;
    if (column.compute == PrinterColumn::Compute::kJsonPath) {
      // A path that cannot be read is refused with its definition; here it means an empty column.
      if (auto path = JsonPath::parse(column.json_path)) parsed.path = std::move(*path);
    }
    parsed.column = std::move(column);
    columns_.push_back(std::move(parsed));
  }
}

void Table::append_opening(std::string& out) const {
  out += R"({"kind":"Table","apiVersion":"meta.k8s.io/)";
  out += meta_version_;
  out += R"(","columnDefinitions":)";
}

void Table::append_head(std::string& out) const {
  append_opening(out);
  const char* separator = "[";
  for (const TableColumn& one : columns_) {
    out += separator;
    append_definition(out, one.column);
    separator = ",";
  }
  out += R"(],"rows":[)";
}

void Table::append_row(std::string& out, const Value& object, Time now) const {
  out += R"({"cells":)";
  const char* separator = "[";
  for (const TableColumn& column : columns_) {
    out += separator;
    append_cell(out, column, object, now);
    separator = ",";
  }
  out += R"(],"object":)";
  switch (include_) {
    case IncludeObject::kMetadata:
      append_partial_metadata(out, object, meta_version_);
      break;
    case IncludeObject::kObject:
      out += to_json(object);
      break;
    case IncludeObject::kNone:
      out += "null";
      break;
  }
  out += '}';
}

void Table::append_tail(std::string& out, const ListMetadata& metadata) {
  out += R"(],"metadata":)";
  append_list_metadata(out, metadata);
  out += '}';
}

std::string Table::of_one(const Value& object, Time now, bool with_columns) const {
  std::string out;
  if (with_columns) {
    append_head(out);
  } else {
    append_opening(out);
    out += R"(null,"rows":[)";
  }
  append_row(out, object, now);
  ListMetadata metadata;
  metadata.resource_version = string_at(object, {"metadata", "resourceVersion"});
  append_tail(out, metadata);
  return out;
}

}  // namespace gatefold::api
