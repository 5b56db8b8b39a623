// Objects as rows of a Table (spec section 22): what kubectl prints.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/partial_metadata.h"
#include "schema/jsonpath.h"
#include "schema/kind.h"
#include "schema/status.h"
#include "schema/time.h"

namespace gatefold::api {

// What a row carries beside its cells.
enum class IncludeObject { kMetadata, kObject, kNone };

// The query parameter includeObject; empty is kMetadata, an unknown word kBadRequest (R22.3).
Result<IncludeObject> parse_include_object(std::string_view text);

// A column with its path read once for all rows.
struct TableColumn {
  PrinterColumn column;
  std::optional<JsonPath> path;  // nothing for computed cells
};

// The columns of one version of a kind. A table goes out in pieces: the head, rows with commas
// between them, the tail; what the list says of itself comes last because it is known last.
class Table {
 public:
  // `meta_version` is that of meta.k8s.io: `v1` or `v1beta1`.
  Table(const Kind& kind, const KindVersion& version, std::string_view meta_version,
        IncludeObject include);

  void append_head(std::string& out) const;
  void append_row(std::string& out, const Value& object, Time now) const;
  static void append_tail(std::string& out, const ListMetadata& metadata);

  // A whole table of one object: a single GET, or one event of a watch, where only the first one
  // names the columns.
  std::string of_one(const Value& object, Time now, bool with_columns = true) const;

 private:
  void append_opening(std::string& out) const;

  std::string meta_version_;
  IncludeObject include_;
  std::vector<TableColumn> columns_;
};

}  // namespace gatefold::api
