// Objects and lists in the shape that the client asked for: as they are, as a Table, or their
// metadata only.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "api/negotiate.h"
#include "api/request.h"
#include "api/table.h"
#include "schema/ids.h"
#include "schema/kind.h"
#include "schema/time.h"

namespace gatefold::api {

struct ShapeOptions {
  Representation representation;
  IncludeObject include = IncludeObject::kMetadata;
  Time now;
};

// kBadRequest for a wrong includeObject (R22.3).
Result<ShapeOptions> shape_options(const Representation& representation, const Request& request,
                                   Time now);

// One object. kNotAcceptable where a list's shape was asked for (R22.8).
Result<std::string> shape_object(const ShapeOptions& options, const Kind& kind,
                                 const KindVersion& version, std::string json);
// One object of a watch; a Table carries its columns with the first one only (R16.13).
Result<std::string> shape_watched(const ShapeOptions& options, const Kind& kind,
                                  const KindVersion& version, const std::string& json,
                                  bool is_first);
// JSON as the media type wants it: YAML, indented, or as it is.
std::string finish_body(const Representation& representation, std::string json);

// A list, piece by piece.
class ListShape {
 public:
  static Result<ListShape> start(ShapeOptions options, const Kind& kind,
                                 const KindVersion& version);
  void begin(std::string& out) const;
  void item(std::string_view json, std::string& out);
  void end(Revision revision, const std::string& continue_token,
           std::optional<std::int64_t> remaining, std::string& out) const;

 private:
  ListShape(ShapeOptions options, const Kind& kind, const KindVersion& version,
            std::optional<Table> table)
      : options_(std::move(options)), kind_(&kind), version_(&version), table_(std::move(table)) {}
  ShapeOptions options_;
  const Kind* kind_;
  const KindVersion* version_;
  std::optional<Table> table_;
  bool has_items_ = false;
};

}  // namespace gatefold::api
