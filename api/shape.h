// Objects and lists in the shape that the client asked for: as they are, as a Table, or their
// metadata only; as JSON, indented JSON or YAML.
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

// Whether one object, or a list, can be shown as it is asked for: kBadRequest for a wrong
// includeObject (R22.3), kNotAcceptable for the shape of the other (R22.8). Comes before anything
// is done; after it showing can't fail.
Result<void> check_shape(const Representation& representation, const Request& request,
                         bool is_list);

ShapeOptions shape_options(const Representation& representation, const Request& request, Time now);

std::string shape_object(const ShapeOptions& options, const Kind& kind, const KindVersion& version,
                         std::string json);
// One object of a watch; a Table carries its columns with the first one only (R16.13).
std::string shape_watched(const ShapeOptions& options, const Kind& kind, const KindVersion& version,
                          const std::string& json, bool is_first);
// A list without items and metadata, for clients that fill it themselves (R16.10).
std::string empty_list(const Representation& representation, const Kind& kind,
                       const KindVersion& version);
// An object's JSON as the media type wants it: YAML, indented, or as it is.
std::string finish_body(const Representation& representation, std::string json);

// A list, piece by piece, as the media type wants it.
class ListShape {
 public:
  // Kind and version outlive it.
  ListShape(ShapeOptions options, const Kind& kind, const KindVersion& version);
  void begin(std::string& out) const;
  void item(std::string_view json, std::string& out);
  void end(Revision revision, const std::string& continue_token,
           std::optional<std::int64_t> remaining, std::string& out) const;

 private:
  bool is_plain() const;
  void append_head(std::string& out) const;
  void append_item(std::string_view json, std::string& out) const;
  void append_tail(ListMetadata metadata, std::string& out) const;

  ShapeOptions options_;
  const Kind* kind_;
  const KindVersion* version_;
  std::optional<Table> table_;
  bool has_items_ = false;
};

}  // namespace gatefold::api
